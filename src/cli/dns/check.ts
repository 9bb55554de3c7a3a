import { DnsError } from '../../net/index.ts';
import { recordKinds } from './kinds/index.ts';
import type { Asking, Facts, RecordKind, Verdict } from './types.ts';

export interface Checked extends Verdict {
  /** The kind of record. */
  readonly kind: string;
  readonly of: string;
}

/** Asks for everything at once; never rejects for what the DNS does. In the order of what is shown. */
export async function checkAll(
  domains: readonly string[],
  facts: Facts,
  asking: Asking,
  signal: AbortSignal,
): Promise<Checked[]> {
  const jobs = [
    ...recordKinds.filter(({ scope }) => scope === 'host').map((kind) => ({ kind, of: facts.hostname })),
    ...domains.flatMap((of) =>
      recordKinds.filter(({ scope }) => scope === 'domain').map((kind) => ({ kind, of })),
    ),
  ];
  const checked: Checked[] = [];
  // A few domains' worth at a time: a co-op with a hundred domains must not look like an attack to its resolver.
  for (let at = 0; at < jobs.length && !signal.aborted; at += jobsAtOnceMax) {
    const group = jobs.slice(at, at + jobsAtOnceMax);
    checked.push(
      ...(await Promise.all(group.map(({ kind, of }) => checkOne(kind, of, facts, asking)))).flat(),
    );
  }
  return checked;
}

const jobsAtOnceMax = recordKinds.length * 4;

async function checkOne(kind: RecordKind, of: string, facts: Facts, asking: Asking): Promise<Checked[]> {
  const found = await kind.check(of, facts, asking).catch((error: unknown): Verdict[] => {
    if (!(error instanceof DnsError)) throw error;
    const said = `the DNS gave no answer (${error.failure})`;
    return [
      { state: 'unknown', need: kind.need, at: of, said, todo: 'ask again later; is mail.resolver right?' },
    ];
  });
  return found.map((verdict) => ({ ...verdict, kind: kind.name, of }));
}

/** Whether mail suffers: something required is missing or wrong. */
export function isBad({ state, need }: Verdict): boolean {
  return need === 'required' && (state === 'missing' || state === 'wrong');
}

/** One line a verdict, what to do below it. */
export function checkedText(all: readonly Checked[]): string {
  const width = Math.max(0, ...all.map(({ kind }) => kind.length));
  const lines = all.flatMap((one) => {
    const optional = one.need === 'optional' && one.state !== 'ok' ? ' (optional)' : '';
    const line = `${one.state.padEnd(7)}  ${one.kind.padEnd(width)}  ${one.at}: ${one.said}${optional}`;
    return one.todo === null ? [line] : [line, `${' '.repeat(9)}${' '.repeat(width)}  -> ${one.todo}`];
  });
  const counts = (['ok', 'missing', 'wrong', 'warning', 'unknown'] as const)
    .map((state) => [all.filter((one) => one.state === state).length, state] as const)
    .filter(([count]) => count > 0)
    .map(([count, state]) => `${count} ${state}`);
  const bad = all.filter(isBad).length;
  const sum = bad === 0 ? 'nothing that mail needs is missing' : `${bad} of these keep mail from arriving`;
  return [...lines, '', `${counts.join(', ')}: ${sum}`].join('\n');
}
