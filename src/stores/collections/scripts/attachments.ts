import { StoreError } from '../../../base/index.ts';
import { dropBlob, keepBlob, one, run, type Script, type StoredBlob } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { CollectionsQueries } from '../queries.ts';
import { missing, nothing, type Write } from './shelf.ts';

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

export function* addAttachment(
  q: CollectionsQueries,
  a: Write & { item: number; managedId: string; blob: StoredBlob; type: string; filename: string },
): Script<AttachmentRow> {
  const { account, item, managedId, type, filename, now } = a;
  const { hash, size } = a.blob;
  if ((yield* run(q.itemFind, { account, item })).length === 0) throw missing();
  const { count } = one(yield* run(q.attachmentsCount, { account, item }));
  if (count >= limits.attachmentsPerItemMax)
    throw new StoreError('limit', `one item has at most ${limits.attachmentsPerItemMax} attachments`);
  const { bytes } = one(yield* run(q.accountFind, { account }));
  if (bytes + size > a.quota) throw new StoreError('over-quota', 'there is no room left');
  yield* keepBlob(q, a.blob);
  const row = { account, managedId, item, hash, size, type, filename };
  yield* run(q.attachmentAdd, { ...row, now });
  yield* run(q.accountGrow, { account, ...nothing, bytes: size });
  return { ...row, created: now };
}

export function* findAttachment(
  q: CollectionsQueries,
  a: { account: number; managedId: string },
): Script<AttachmentRow | null> {
  return (yield* run(q.attachmentFind, a))[0] ?? null;
}

export function* removeAttachment(
  q: CollectionsQueries,
  a: { account: number; managedId: string; now: number },
): Script<void> {
  const { account, managedId, now } = a;
  for (const { hash, size } of yield* run(q.attachmentDrop, { account, managedId })) {
    yield* dropBlob(q, hash, now);
    yield* run(q.accountGrow, { account, ...nothing, bytes: -size });
  }
}
