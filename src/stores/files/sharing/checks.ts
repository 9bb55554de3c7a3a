import { run, type Script, texts } from '../../../storage/index.ts';
import type { SharingQueries } from './queries.ts';
import { dropShares } from './scripts.ts';

interface Faults {
  next: number | null;
  faults: string[];
}

export function* check(q: SharingQueries, _: { after: number }): Script<Faults> {
  const faults: string[] = [];
  for (const { id } of yield* run(q.sharesAlone, {}))
    faults.push(`files: share ${id} hangs on one that is not there`);
  const links = yield* run(q.linksAlone, {});
  // A link's token opens it; it is not shown.
  if (links.length > 0) faults.push(`files: ${links.length} links hang on shares that are not there`);
  return { next: null, faults };
}

export function* repair(q: SharingQueries, _: { after: number; now: number }): Script<Faults> {
  const mended: string[] = [];
  for (;;) {
    const shares = (yield* run(q.sharesAlone, {})).map(({ id }) => id);
    if (shares.length === 0) break;
    yield* dropShares(q, shares);
    for (const id of shares) mended.push(`files: share ${id}: removed, it hung on one that is not there`);
  }
  let dropped = 0;
  for (;;) {
    const links = (yield* run(q.linksAlone, {})).map(({ token }) => token);
    if (links.length === 0) break;
    yield* run(q.linksDrop, { tokens: texts(links) });
    dropped += links.length;
  }
  if (dropped > 0) mended.push(`files: ${dropped} links: removed, they hung on shares that are not there`);
  return { next: null, faults: mended };
}
