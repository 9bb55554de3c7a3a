import { type DnsAnswer, DnsError } from '../../net/index.ts';
import type { Need, State, Verdict } from './types.ts';

/** The records of an answer; none where the name is not there. Any other failure rejects with DnsError. */
export async function recordsOf<T>(answer: Promise<DnsAnswer<T>>): Promise<readonly T[]> {
  return (await answerOf(answer)).records;
}

export async function answerOf<T>(answer: Promise<DnsAnswer<T>>): Promise<DnsAnswer<T>> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DnsError && error.failure === 'nxdomain')
      return { records: [], secure: error.secure, name: '' };
    throw error;
  }
}

/** Verdicts of one kind of record. */
export function verdicts(need: Need, at: string) {
  const make =
    (state: State) =>
    (said: string, todo: string | null = null): Verdict => ({ state, need, at, said, todo });
  return {
    ok: make('ok'),
    missing: make('missing'),
    wrong: make('wrong'),
    warning: make('warning'),
    unknown: make('unknown'),
  };
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** A record of somebody else's zone in a sentence. */
export function quoted(text: string): string {
  const clean = text.replace(/[^\x20-\x7e]/g, '?');
  return `"${clean.length > 100 ? `${clean.slice(0, 100)}…` : clean}"`;
}
