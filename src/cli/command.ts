import type { Status } from './exit.ts';
import type { Io } from './io.ts';

/** A word that a command takes by its place: `<address>`. */
export interface Parameter {
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** Takes all words that are left; the last one only. */
  readonly many?: boolean;
}

/** `--admin`, or `--name NAME` where `value` is given. */
export interface Option {
  /** In words-with-hyphens; arrives in camelCase. */
  readonly name: string;
  readonly summary: string;
  readonly value?: string;
  readonly many?: boolean;
}

export interface Call {
  /** Parameters and options by name: text, lists of text, or true. */
  readonly args: Readonly<Record<string, unknown>>;
  /** `--config FILE` */
  readonly config: string | undefined;
  readonly json: boolean;
  readonly io: Io;
}

/** What a command answers: `text` for people, `json` (one line, with `--json`) for scripts. */
export interface Outcome {
  readonly text: string;
  readonly json: unknown;
  readonly status?: Status;
}

/** One command line. Every command also takes `--config` and `--json`. */
export interface Command {
  /** `['serve']`, `['config', 'check']`, `['coop', 'month', 'close']` */
  readonly name: readonly [string, ...string[]];
  readonly summary: string;
  readonly parameters?: readonly Parameter[];
  readonly options?: readonly Option[];
  /** Undefined: the command has said everything itself. */
  run(call: Call): Promise<Outcome | undefined>;
}
