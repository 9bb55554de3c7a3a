import { type Clock, messageOf } from '../../base/index.ts';

/** `warning`: mail goes, and something beside it should be mended. */
export type StepState = 'ok' | 'warning' | 'failed';

export interface Step {
  readonly step: string;
  readonly state: StepState;
  readonly ms: number;
  readonly said: string;
}

/** What a step found. A sentence alone is `ok`. */
export type Finding = string | { readonly state: StepState; readonly said: string };

/** A step failed, and those after it cannot be tried. It stands in the steps already. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** The steps of one run, each with its time. */
export class Steps {
  readonly done: Step[] = [];
  readonly #clock: Clock;
  readonly #tell: (what: string, done: number) => void;

  constructor(clock: Clock, tell: (what: string, done: number) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Runs one; what it throws is its failure, and the end. */
  async run<T>(
    step: string,
    work: () => Promise<{ readonly value: T; readonly found: Finding }>,
  ): Promise<T> {
    const from = this.#clock.monotonicMs();
    const add = (state: StepState, said: string) => {
      this.done.push({ step, state, ms: Math.round(this.#clock.monotonicMs() - from), said });
      this.#tell(step, this.done.length);
    };
    try {
      const { value, found } = await work();
      if (typeof found === 'string') add('ok', found);
      else add(found.state, found.said);
      return value;
    } catch (error) {
      add('failed', messageOf(error));
      throw new Stopped(step);
    }
  }

  get failed(): boolean {
    return this.done.some(({ state }) => state === 'failed');
  }

  text(): string {
    const width = Math.max(0, ...this.done.map(({ step }) => step.length));
    const lines = this.done.map(
      ({ state, step, ms, said }) =>
        `${state.padEnd(7)}  ${step.padEnd(width)}  ${`${ms}`.padStart(6)} ms  ${said}`,
    );
    const warnings = this.done.filter(({ state }) => state === 'warning').length;
    const end = this.failed
      ? 'the chain is broken where it says failed'
      : warnings > 0
        ? 'mail goes through; see the warnings'
        : 'mail goes through';
    return [...lines, '', end].join('\n');
  }
}
