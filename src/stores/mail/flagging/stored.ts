import type { FlagRow, StoredFlags } from '../types.ts';

/** What a change of flags answered, message by message and ascending by uid. */
export function flagRows({ modseq, states }: StoredFlags): FlagRow[] {
  const rows: FlagRow[] = [];
  for (const { flags, keywords, uids, modseqs } of states) {
    for (const [at, uid] of uids.entries()) {
      rows.push({ uid, modseq: modseqs?.[at] ?? modseq, flags, keywords });
    }
  }
  return states.length > 1 ? rows.sort((x, y) => x.uid - y.uid) : rows;
}
