import type { z } from 'zod';
import type { KeyPath, Problem } from './problems.ts';

/** The top-level keys, each a folder's own slice. Every slice must accept `undefined`: nothing has to be written. */
export type Slices = Readonly<Record<string, z.ZodType>>;

/** The values as the rest of the process receives them: sizes in bytes, durations in milliseconds. */
export type Values<S extends Slices> = { readonly [K in keyof S]: z.output<S[K]> };

/** What relative paths of a configuration are relative to. Both absolute. */
export interface Folders {
  /** The working directory: the data folder and other things the process makes. */
  readonly working: string;
  /** The folder of the configuration file: files the operator writes beside it. */
  readonly config: string;
}

export interface Finding {
  readonly path: KeyPath;
  readonly message: string;
}

export interface RuleContext {
  /** Whether the configuration file itself writes this path. */
  given(path: KeyPath): boolean;
  /** Whether a regular file can be read there. */
  readable(file: string): boolean;
}

/** An impossible combination, refused by name. Runs once every slice that it reads is valid in itself. */
export interface Rule<T> {
  readonly name: string;
  readonly reads: readonly (keyof T & string)[];
  check(values: T, context: RuleContext): Finding[];
}

/** Makes a rule whose check sees only the slices it declares to read. */
export function rule<T>() {
  return <K extends keyof T & string>(
    name: string,
    reads: readonly K[],
    check: (values: Pick<T, K>, context: RuleContext) => Finding[],
  ): Rule<T> => ({ name, reads, check });
}

export interface Definition<S extends Slices> {
  /** Pure: the same folders give the same schemas. */
  slices(folders: Folders): S;
  readonly rules: readonly Rule<Values<S>>[];
  /** What is wrong with other files that valid settings name; `place` says where a key of the settings stands. */
  readonly beside?: (values: Values<S>, place: Whereabouts) => readonly Problem[];
}

/** Where the keys of a file stand. */
export interface Whereabouts {
  readonly file: string;
  locate(path: KeyPath, what?: 'key' | 'value'): { readonly line: number; readonly column: number };
}

/** Puts the slices of all folders and the rules between them together; keeps their types. */
export function defineSettings<S extends Slices>(
  slices: (folders: Folders) => S,
  rules: readonly Rule<Values<S>>[] = [],
  beside: Definition<S>['beside'] = () => [],
): Definition<S> {
  let last: { readonly folders: Folders; readonly slices: S } | undefined;
  return {
    slices(folders) {
      // A schema takes milliseconds to make; the folders of a process hardly ever change.
      if (last?.folders.working !== folders.working || last.folders.config !== folders.config) {
        last = { folders, slices: slices(folders) };
      }
      return last.slices;
    },
    rules,
    beside,
  };
}
