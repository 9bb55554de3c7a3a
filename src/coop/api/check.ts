import type { z } from 'zod';
import { type Refusal, refusals } from '../refusals.ts';
import { faultsMax } from './limits.ts';
import { problemAnswer, problemOf } from './problem.ts';

/** A part of a request that has not the declared shape: what is wrong with it, each with its place. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen';
  readonly code: Refusal;
  readonly faults: readonly { readonly path: string; readonly message: string }[];

  constructor(
    code: Refusal,
    issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
  ) {
    super(refusals[code][1]);
    this.code = code;
    this.faults = issues
      .slice(0, faultsMax)
      .map(({ path, message }) => ({ path: path.map(String).join('.'), message }));
  }

  answer(): Response {
    const [first] = this.faults;
    const where = first === undefined || first.path === '' ? '' : `${first.path}: `;
    const detail = first === undefined ? this.message : `${where}${first.message}`;
    return problemAnswer(problemOf(this.code, detail, { errors: this.faults }));
  }
}

/** The value as the shape makes it; undefined where nothing is declared. Throws Misshapen. */
export function check(shape: z.ZodType | null, value: unknown, code: Refusal): unknown {
  if (shape === null) return undefined;
  const read = shape.safeParse(value);
  if (!read.success) throw new Misshapen(code, read.error.issues);
  return read.data;
}

/** The query as an object; a name that comes twice has two readings. */
export function queryOf(search: URLSearchParams): Record<string, string> {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of search) {
    if (name in query) throw new Misshapen('E_QUERY', [{ path: [name], message: 'stands twice' }]);
    query[name] = value;
  }
  return { ...query };
}
