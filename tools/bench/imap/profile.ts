import { readFileSync } from 'node:fs';

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** The functions in which the main thread spent most of a row, themselves alone, as lines to print. */
export function costs(file: string, count = 12): string[] {
  const profile = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const names = new Map(
    profile.nodes.map(({ id, callFrame }) => {
      const place = callFrame.url.replace(/^.*\/(?=src\/|dist\/|node_modules\/)/, '');
      return [id, `${callFrame.functionName || '(anonymous)'} ${place}:${callFrame.lineNumber + 1}`];
    }),
  );
  const spent = new Map<string, number>();
  let total = 0;
  for (const [at, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '?';
    // Waiting, and what the profiler itself takes to begin and to end.
    if (name.startsWith('(idle)') || name.startsWith('post node:inspector')) continue;
    const us = profile.timeDeltas[at] ?? 0;
    total += us;
    spent.set(name, (spent.get(name) ?? 0) + us);
  }
  return [...spent]
    .sort((a, b) => b[1] - a[1])
    .slice(0, count)
    .map(([name, us]) => `    ${((us * 100) / total).toFixed(1).padStart(5)} %  ${name}`);
}
