import { one, run, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import type { NewAct } from '../../acts/types.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { netOf } from '../check.ts';
import { partyStepRows } from '../limits.ts';
import type { Party, PartyDetails } from '../types.ts';

export interface PartyWrite {
  readonly act: NewAct;
  readonly details: PartyDetails;
  readonly now: number;
}

export function* addParty(q: CoopQueries, a: PartyWrite): Script<{ readonly id: number }> {
  return yield* once(q, a.act, function* () {
    const { details, now } = a;
    return one(yield* run(q.partiesAdd, { name: details.name, details, now }));
  });
}

/** Invoices that were sent keep what they said. */
export function* changeParty(
  q: CoopQueries,
  a: PartyWrite & { readonly id: number },
): Script<{ readonly id: number }> {
  return yield* once(q, a.act, function* () {
    const { id, details } = a;
    const [changed] = yield* run(q.partiesChange, { id, name: details.name, details });
    if (changed === undefined) throw refusal('E_NOT_FOUND', `there is no party ${id}`);
    return changed;
  });
}

export const partyOf = ({ id, details }: { readonly id: number; readonly details: PartyDetails }): Party => ({
  ...details,
  id,
});

/** Invoices add up, what came and went of them is what their receipts and notes say, and no number is missing. */
export function* partiesCheck(
  q: CoopQueries,
  { after }: { readonly after: number },
): Script<{ readonly next: number | null; readonly faults: readonly string[] }> {
  const rows = yield* run(q.partiesInvoicesChecked, { after });
  const faults: string[] = [];
  for (const { number, net, vat, gross, lines, credited, received, came, gone } of rows) {
    if (netOf(lines) !== net || net + vat !== gross) faults.push(`${number} does not add up`);
    if (received !== came) faults.push(`${number} says that ${received} came, and its receipts ${came}`);
    if (credited !== gone) faults.push(`${number} says that ${credited} is credited, and its notes ${gone}`);
  }
  const next = rows.length < partyStepRows ? null : (rows.at(-1)?.id ?? null);
  if (next === null)
    for (const { series } of yield* run(q.partiesGaps, {})) faults.push(`a number of ${series} is missing`);
  return { next, faults: faults.map((fault) => `parties: ${fault}`) };
}
