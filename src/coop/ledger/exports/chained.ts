import { canonicalJson } from '../../../formats/canonical-json/index.ts';
import type { Database } from '../../../storage/index.ts';
import { coopOperations as operations } from '../../store/module.ts';
import type { Checkpoints } from '../checkpoints.ts';
import type { ShownEntry, StoredCheckpoint } from '../types.ts';

interface Source {
  readonly database: Database;
  readonly checkpoints: Checkpoints;
  readonly coop: string;
}

/**
 * The ledger as everybody can check it (`bin/verify-ledger.mjs`): JSON, an object a line; first what it is, then entries in
 * order with the checkpoints between them. Accounts of persons stand as commitments. With `member`, entries that are none
 * of theirs are a hash alone, and theirs can be told by the salts that come first.
 */
export async function* chainedExport(source: Source, member: number | null = null): AsyncIterable<string> {
  const { database, checkpoints, coop } = source;
  const head = await database.call(operations.ledgerHeadRead, {});
  const key = await checkpoints.verifierKey();
  const form = member === null ? 'public' : 'member';
  // The first member says what it is to who reads a few octets of it.
  yield `${JSON.stringify({ format: 'coop-ledger/1', coop: head?.coop ?? coop, form, size: head?.seq ?? 0, head: head?.hash ?? '', key })}\n`;
  const own = new Set<string>();
  for (const { name, salt, shown } of member === null
    ? []
    : await database.call(operations.ledgerAccountsOf, { owner: member })) {
    own.add(shown);
    yield `${JSON.stringify({ account: name, salt: Buffer.from(salt).toString('hex') })}\n`;
  }
  const signed = singly(checkpoints);
  let next = await signed.next();
  for (let after = 0; after < (head?.seq ?? 0); ) {
    const page: readonly ShownEntry[] = await database.call(operations.ledgerShown, {
      after,
      until: head?.seq ?? 0,
    });
    if (page.length === 0) throw new Error('the ledger lacks entries');
    let text = '';
    for (const entry of page) {
      after = entry.seq;
      text += lineOf(entry, member === null || entry.postings.some(({ account }) => own.has(account)));
      if (next.done !== true && next.value.size === entry.seq) {
        text += `${JSON.stringify({ checkpoint: next.value.note })}\n`;
        next = await signed.next();
      }
    }
    yield text;
  }
}

async function* singly(checkpoints: Checkpoints): AsyncGenerator<StoredCheckpoint> {
  for await (const page of checkpoints.all()) yield* page;
}

function lineOf({ hash, ...entry }: ShownEntry, isWhole: boolean): string {
  if (!isWhole) return `${JSON.stringify({ seq: entry.seq, hash })}\n`;
  const postings = entry.postings.map(({ account, asset, amount }) => [account, asset, amount]);
  const chained = canonicalJson({ ...entry, postings });
  return `{"seq":${entry.seq},"hash":"${hash}","entry":${chained}}\n`;
}
