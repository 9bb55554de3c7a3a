/** One server's figures of one row. */
export interface Figures {
  /** NaN where it has none. */
  readonly value: number;
  /** Processor milliseconds of one. */
  readonly processorMs: number;
  readonly loopP99Ms: number | null;
}

/** How a number is shown: three digits that count. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '-';
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
  return value.toFixed(digits).replace(/\B(?=(\d{3})+(?!\d))/g, (_, __, at: number) => (at > 0 ? ',' : ''));
}

/** How many times better `ours` is than the best of the others. */
export function ratio(ours: number, others: readonly number[], lessIsBetter: boolean): number {
  const known = others.filter(Number.isFinite);
  if (known.length === 0) return Number.NaN;
  return lessIsBetter ? Math.min(...known) / ours : ours / Math.max(...known);
}

const times = (value: number) => (Number.isFinite(value) ? `${value.toFixed(2)} ×` : '-');

/** Markdown, so that it can stand in docs/ as it was printed. */
export class Table {
  readonly #others: readonly string[];

  constructor(others: readonly string[]) {
    this.#others = others;
  }

  head(): string {
    const names = [...this.#others, 'myco', 'ratio', 'cpu dovecot', 'cpu myco', 'cpu ratio', 'loop p99'];
    return `| ${'row'.padEnd(44)} | unit | ${names.map((name) => name.padStart(11)).join(' | ')} |\n|${'-'.repeat(46)}|---|${names.map(() => '---:|').join('')}`;
  }

  line(name: string, unit: string, ours: Figures | null, others: readonly (Figures | null)[]): string {
    const values = others.map((figures) => figures?.value ?? Number.NaN);
    const costs = others.map((figures) => figures?.processorMs ?? Number.NaN);
    const cost = ours?.processorMs ?? Number.NaN;
    const best = Math.min(...costs.filter(Number.isFinite));
    const p99 = ours?.loopP99Ms;
    const cells = [
      ...values.map(shown),
      shown(ours?.value ?? Number.NaN),
      times(ratio(ours?.value ?? Number.NaN, values, unit !== '/s')),
      shown(best),
      shown(cost),
      times(best / cost),
      p99 === null || p99 === undefined ? '-' : `${p99.toFixed(1)} ms`,
    ];
    return `| ${name.padEnd(44)} | ${unit.padEnd(4)} | ${cells.map((cell) => cell.padStart(11)).join(' | ')} |`;
  }
}
