import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as prometheus from 'prom-client';
import { seriesPerMetricMax } from './limits.ts';

export type MetricKind = 'counter' | 'gauge' | 'histogram';

/** A metric as a value: declared beside the code that counts, registered when the first handle is taken. */
export interface MetricDeclaration<Kind extends MetricKind = MetricKind, Label extends string = string> {
  /** `myco_<area>_<what>_<unit>`; counters end in `_total`. */
  readonly name: string;
  readonly help: string;
  readonly kind: Kind;
  readonly labels: readonly Label[];
  /** Upper bounds, ascending, in the unit of the name; histograms only. */
  readonly buckets?: readonly number[];
}

/** Hot-path handles: the labels were resolved when the handle was taken, so counting is an addition. */
export interface CounterHandle {
  inc(by?: number): void;
}
export interface GaugeHandle {
  set(value: number): void;
  add(by: number): void;
}
export interface HistogramHandle {
  observe(value: number): void;
}

/** Label values come from closed sets of the code, never from input; past the limit they count as 'other'. */
export interface Family<Handle, Label extends string> {
  with(labels: Readonly<Record<Label, string>>): Handle;
}

export interface Metrics {
  counter<L extends string>(declaration: MetricDeclaration<'counter', L>): Family<CounterHandle, L>;
  gauge<L extends string>(declaration: MetricDeclaration<'gauge', L>): Family<GaugeHandle, L>;
  histogram<L extends string>(declaration: MetricDeclaration<'histogram', L>): Family<HistogramHandle, L>;
  /** Called at each scrape, before the values are read; for gauges that cost something to know. */
  onScrape(refresh: () => void | Promise<void>): void;
  /** The Prometheus text exposition format. */
  render(): Promise<{ contentType: string; body: string }>;
  /** Every declaration that was registered, for docs. */
  declarations(): readonly MetricDeclaration[];
}

export function createMetrics(options: { readonly processMetrics?: boolean } = {}): Metrics {
  const registry = new prometheus.Registry();
  const families = new Map<string, { declaration: MetricDeclaration; family: unknown }>();
  const refreshers: (() => void | Promise<void>)[] = [];
  // Includes nodejs_eventloop_lag_p50_seconds and _p99_seconds, measured by monitorEventLoopDelay since the last scrape.
  if (options.processMetrics !== false) {
    prometheus.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
  }
  function once<T>(declaration: MetricDeclaration, make: () => T): T {
    const known = families.get(declaration.name);
    if (known) {
      if (!sameDeclaration(known.declaration, declaration)) {
        throw new Error(`metric ${declaration.name} is declared twice, differently`);
      }
      return known.family as T;
    }
    const family = make();
    families.set(declaration.name, { declaration, family });
    return family;
  }
  return {
    counter: (declaration) => once(declaration, () => counterFamily(registry, declaration)),
    gauge: (declaration) => once(declaration, () => gaugeFamily(registry, declaration)),
    histogram: (declaration) => once(declaration, () => histogramFamily(registry, declaration)),
    onScrape: (refresh) => {
      refreshers.push(refresh);
    },
    render: async () => {
      for (const refresh of refreshers) await refresh();
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
    declarations: () => [...families.values()].map(({ declaration }) => declaration),
  };
}

function sameDeclaration(a: MetricDeclaration, b: MetricDeclaration): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** One handle per label combination, made once; `make` sees the labels that are really counted. */
function seriesOf<Handle, L extends string>(
  declaration: MetricDeclaration<MetricKind, L>,
  make: (labels: Record<string, string>) => Handle,
): Family<Handle, L> {
  const handles = new Map<string, Handle>();
  return {
    with(labels) {
      let values: string[] = declaration.labels.map((label) => labels[label]);
      if (handles.size >= seriesPerMetricMax && !handles.has(values.join('\0'))) {
        values = values.map(() => 'other');
      }
      const key = values.join('\0');
      let handle = handles.get(key);
      if (handle === undefined) {
        handle = make(Object.fromEntries(declaration.labels.map((label, i) => [label, values[i] ?? ''])));
        handles.set(key, handle);
      }
      return handle;
    },
  };
}

interface Cell {
  readonly labels: Record<string, string>;
  value: number;
}

function counterFamily<L extends string>(
  registry: prometheus.Registry,
  declaration: MetricDeclaration<'counter', L>,
): Family<CounterHandle, L> {
  const cells: Cell[] = [];
  new prometheus.Counter({
    name: declaration.name,
    help: declaration.help,
    labelNames: [...declaration.labels] as string[],
    registers: [registry],
    collect() {
      this.reset();
      for (const cell of cells) this.inc(cell.labels, cell.value);
    },
  });
  return seriesOf(declaration, (labels) => {
    const cell: Cell = { labels, value: 0 };
    cells.push(cell);
    return {
      inc: (by = 1) => {
        cell.value += by;
      },
    };
  });
}

function gaugeFamily<L extends string>(
  registry: prometheus.Registry,
  declaration: MetricDeclaration<'gauge', L>,
): Family<GaugeHandle, L> {
  const cells: Cell[] = [];
  new prometheus.Gauge({
    name: declaration.name,
    help: declaration.help,
    labelNames: [...declaration.labels] as string[],
    registers: [registry],
    collect() {
      for (const cell of cells) this.set(cell.labels, cell.value);
    },
  });
  return seriesOf(declaration, (labels) => {
    const cell: Cell = { labels, value: 0 };
    cells.push(cell);
    return {
      set: (value) => {
        cell.value = value;
      },
      add: (by) => {
        cell.value += by;
      },
    };
  });
}

function histogramFamily<L extends string>(
  registry: prometheus.Registry,
  declaration: MetricDeclaration<'histogram', L>,
): Family<HistogramHandle, L> {
  const histogram = new prometheus.Histogram({
    name: declaration.name,
    help: declaration.help,
    labelNames: [...declaration.labels] as string[],
    registers: [registry],
    ...(declaration.buckets === undefined ? {} : { buckets: [...declaration.buckets] }),
  });
  return seriesOf(declaration, (labels) => {
    const child = declaration.labels.length === 0 ? histogram : histogram.labels(labels);
    return { observe: (value) => child.observe(value) };
  });
}

/** Delay of the event loop in milliseconds since `start` or the last `reset`; for benches and health checks. */
export interface EventLoopMonitor {
  read(): { p50Ms: number; p99Ms: number; maxMs: number };
  reset(): void;
  stop(): void;
}

export function monitorEventLoop(resolutionMs = 10): EventLoopMonitor {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    read: () => ({
      p50Ms: histogram.percentile(50) / 1e6,
      p99Ms: histogram.percentile(99) / 1e6,
      maxMs: histogram.max / 1e6,
    }),
    reset: () => histogram.reset(),
    stop: () => {
      histogram.disable();
    },
  };
}
