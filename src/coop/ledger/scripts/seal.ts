import type { Script } from '../../../storage/index.ts';
import type { Told } from '../../house.ts';
import { chart } from '../../rules/chart.ts';
import { checkDrafts } from '../check.ts';
import type { LedgerQueries } from '../queries.ts';
import type { Draft, Entry } from '../types.ts';
import { append } from './append.ts';

/** Checks what a room writes and seals it, in the transaction of its caller. */
export const seal = (
  q: LedgerQueries,
  { coop, now, saltSeed }: Omit<Told, 'currency'>,
  drafts: readonly Draft[],
): Script<readonly Entry[]> => append(q, { coop, drafts: checkDrafts(drafts, chart), now, saltSeed });
