import { describe, expect, test } from 'vitest';
import { seriesPerMetricMax } from './limits.ts';
import { createMetrics, type MetricDeclaration, monitorEventLoop } from './metrics.ts';

const opened = { name: 'myco_opened_total', help: 'h', kind: 'counter', labels: ['door'] } as const;
const plain = { name: 'myco_plain', help: 'h', kind: 'gauge', labels: [] } as const;
const took = {
  name: 'myco_took_seconds',
  help: 'h',
  kind: 'histogram',
  labels: ['op'],
  buckets: [1, 2],
} as const;

describe('metrics', () => {
  test('count through handles and render as Prometheus text, again and again', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const imap = metrics.counter(opened).with({ door: 'imap' });
    metrics.counter(opened).with({ door: 'imap' }).inc(2);
    imap.inc();
    metrics.gauge(plain).with({}).set(7);
    metrics.gauge(plain).with({}).add(-2);
    metrics.histogram(took).with({ op: 'read' }).observe(1.5);
    for (let round = 0; round < 2; round++) {
      const { body, contentType } = await metrics.render();
      expect(contentType).toContain('text/plain');
      expect(body).toContain('# TYPE myco_opened_total counter');
      expect(body).toContain('myco_opened_total{door="imap"} 3');
      expect(body).toContain('myco_plain 5');
      expect(body).toContain('myco_took_seconds_bucket{le="2",op="read"} 1');
      expect(body).toContain('myco_took_seconds_bucket{le="1",op="read"} 0');
    }
    expect(metrics.declarations()).toEqual([opened, plain, took]);
  });

  test('refresh before a scrape', async () => {
    const metrics = createMetrics({ processMetrics: false });
    const gauge = metrics.gauge(plain).with({});
    metrics.onScrape(async () => gauge.set(42));
    expect((await metrics.render()).body).toContain('myco_plain 42');
  });

  test('refuse one name for two things', () => {
    const metrics = createMetrics({ processMetrics: false });
    metrics.counter(opened);
    const other: MetricDeclaration<'gauge', 'door'> = { ...opened, kind: 'gauge' };
    expect(() => metrics.gauge(other)).toThrow('myco_opened_total is declared twice, differently');
  });

  test(`hold at most ${seriesPerMetricMax} label combinations; the rest is 'other'`, async () => {
    const metrics = createMetrics({ processMetrics: false });
    for (let i = 0; i < seriesPerMetricMax + 50; i++)
      metrics
        .counter(opened)
        .with({ door: `d${i}` })
        .inc();
    metrics.counter(opened).with({ door: 'd0' }).inc();
    const { body } = await metrics.render();
    expect(body).toContain('myco_opened_total{door="other"} 50');
    expect(body).toContain('myco_opened_total{door="d0"} 2');
    expect(body.match(/^myco_opened_total\{/gm)).toHaveLength(seriesPerMetricMax + 1);
  });

  test('include the process and the delay of its event loop', async () => {
    const { body } = await createMetrics().render();
    expect(body).toMatch(/^process_resident_memory_bytes \d+/m);
    expect(body).toMatch(/^nodejs_eventloop_lag_p50_seconds /m);
    expect(body).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
  });

  test('a blocked event loop shows in the monitor', async () => {
    const monitor = monitorEventLoop(5);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const until = performance.now() + 100;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(monitor.read().maxMs).toBeGreaterThan(50);
    expect(monitor.read().p99Ms).toBeGreaterThanOrEqual(monitor.read().p50Ms);
    monitor.stop();
  });
});
