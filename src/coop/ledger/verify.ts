import { FormatError } from '../../base/index.ts';
import { openNote, readCheckpoint } from '../../formats/signed-note/index.ts';
import type { Database } from '../../storage/index.ts';
import { coopOperations as operations } from '../store/module.ts';
import { type Checkpoints, originOf } from './checkpoints.ts';
import { ledgerChecks } from './operations.ts';

export interface Verified {
  /** What the head says, when the check began. */
  readonly entries: number;
  readonly checkpoints: number;
  /** A line for each thing that is wrong; none where all is sound. */
  readonly faults: readonly string[];
}

/**
 * Everything that `myco verify` checks of the ledger, and what needs the key: that checkpoints are signed, and that the chain
 * begins with this co-op. Runs beside a server that seals. `progress`: entries read so far.
 */
export async function verifyLedger(
  { database, checkpoints, coop }: { database: Database; checkpoints: Checkpoints; coop: string },
  progress?: (entries: number) => void,
): Promise<Verified> {
  const head = await database.call(operations.ledgerHeadRead, {});
  const faults: string[] = [];
  for (const check of ledgerChecks(operations))
    for (let after: number | null = -1; after !== null; ) {
      const found: { faults: readonly string[]; next: number | null } = await database.call(check, { after });
      faults.push(...found.faults);
      after = found.next;
      if (check === operations.checkChain) progress?.(after ?? head?.seq ?? 0);
    }
  if (head !== null && head.coop !== coop)
    faults.push(`ledger: it is the ledger of ${head.coop}, not of ${coop}`);
  const key = await checkpoints.verifierKey();
  let count = 0;
  for await (const page of checkpoints.all())
    for (const { size, root, note } of page) {
      count++;
      const wrong = faultOf(note, key, `${originOf(coop)} ${size} ${root}`);
      if (wrong !== null) faults.push(`ledger checkpoint ${size}: ${wrong}`);
    }
  return { entries: head?.seq ?? 0, checkpoints: count, faults };
}

function faultOf(note: string, key: string, expected: string): string | null {
  try {
    const { origin, size, root } = readCheckpoint(openNote(note, key));
    return `${origin} ${size} ${root.toString('hex')}` === expected
      ? null
      : 'says something else than its row';
  } catch (error) {
    if (error instanceof FormatError) return error.message;
    throw error;
  }
}
