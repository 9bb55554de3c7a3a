import { StoreError } from '../../../base/index.ts';
import { dropBlob, keepBlob, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import type { NewAttachment } from '../types.ts';
import type { Growth } from './shelf.ts';

/** One use of an attachment: by one item. */
export interface AttachmentRow {
  readonly account: number;
  readonly managedId: string;
  readonly item: number;
  readonly hash: string;
  readonly size: number;
  readonly type: string;
  readonly filename: string;
  readonly created: number;
}

/** What an item names is its own from now on, and what it does not name any more is not. */
export function* tendAttachments(
  growth: Growth,
  item: number,
  names: readonly string[],
  brought: readonly NewAttachment[],
): Script<void> {
  const { q, shelf, write } = growth;
  const { account, now } = write;
  // Messages in an inbox speak of what the calendar has.
  const wanted = new Set(shelf.kind === 'inbox' ? [] : names);
  let count = 0;
  for (const { managedId, hash, size } of yield* run(q.attachmentsOfItem, { account, item })) {
    if (wanted.delete(managedId)) {
      count++;
      continue;
    }
    yield* run(q.attachmentDrop, { account, managedId, item });
    yield* dropBlob(q, hash, now);
    growth.growBeside(-size);
  }
  for (const managedId of wanted) {
    const known = yield* knownAs(q, account, managedId, brought);
    // Another account's, or another server's.
    if (known === null) continue;
    if (++count > limits.attachmentsPerItemMax)
      throw new StoreError('limit', `one item has at most ${limits.attachmentsPerItemMax} attachments`);
    const { blob, type, filename } = known;
    const { hash, size } = blob;
    growth.demandRoom(size);
    yield* keepBlob(q, blob);
    yield* run(q.attachmentAdd, { account, managedId, item, hash, size, type, filename, now });
    growth.growBeside(size);
  }
}

function* knownAs(
  q: CollectionsQueries,
  account: number,
  managedId: string,
  brought: readonly NewAttachment[],
): Script<NewAttachment | null> {
  const comes = brought.find((each) => each.managedId === managedId);
  if (comes) return comes;
  const row = (yield* run(q.attachmentFind, { account, managedId }))[0];
  return row ? { ...row, blob: { hash: row.hash, size: row.size, place: null } } : null;
}

export function* findAttachment(
  q: CollectionsQueries,
  a: { account: number; managedId: string },
): Script<readonly AttachmentRow[]> {
  return yield* run(q.attachmentFind, a);
}
