import { createHash } from 'node:crypto';
import { type Clock, StoreError } from '../../../../base/index.ts';
import type { Database } from '../../../../storage/index.ts';
import type { limits } from '../limits.ts';

/** In place of the limits, for tests. */
export type Most = Partial<Record<keyof typeof limits, number>>;

export interface Over {
  readonly database: Database;
  readonly clock: Clock;
  readonly most: Record<keyof typeof limits, number>;
}

export function demandBytes(what: string, text: string, most: number): void {
  if (Buffer.byteLength(text) > most)
    throw new StoreError('too-large', `${what} has more than ${most} bytes`, { max: most });
}

/** As tokens of links are kept: who reads what is kept cannot use them. */
export const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** Reads page after page, each after the last row of the one before. */
export async function* pages<Row, Key>(
  read: (after: Key) => Promise<readonly Row[]>,
  a: { readonly start: Key; readonly keyOf: (row: Row) => Key; readonly most: number },
): AsyncIterable<readonly Row[]> {
  for (let after = a.start; ; ) {
    const page = await read(after);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    if (page.length < a.most) return;
    after = a.keyOf(last);
  }
}
