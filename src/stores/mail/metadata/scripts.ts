import { StoreError } from '../../../base/index.ts';
import { currentModseq, nextModseq, numbers, run, type Script, texts } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import { mailboxById } from '../scripts.ts';
import {
  isAsked,
  type Metadata,
  type MetadataChanges,
  type MetadataFound,
  type MetadataPlace,
  type MetadataQuery,
  sharedOwner,
  wholeAccount,
} from './metadata.ts';

/** Names and sizes first: values that nobody asked for, or too large ones, are not read. */
export function* getMetadata(
  q: MailQueries,
  a: MetadataPlace & { queries: readonly MetadataQuery[]; sizeMax: number | null },
): Script<MetadataFound> {
  const { account, mailbox } = a;
  const owners = numbers(new Set(a.queries.map(({ owner }) => owner)));
  const names = yield* run(q.metadataNames, { account, mailbox, owners });
  const asked = names.filter((name) => a.queries.some((query) => isAsked(query, name)));
  const fitting = asked.filter(({ size }) => a.sizeMax === null || size <= a.sizeMax);
  const longest = Math.max(0, ...asked.filter((name) => !fitting.includes(name)).map(({ size }) => size));
  if (fitting.length === 0) return { entries: [], longest };
  const entries = texts(new Set(fitting.map(({ entry }) => entry)));
  const rows = yield* run(q.metadataValues, { account, mailbox, owners, entries });
  const wanted = new Set(fitting.map(({ owner, entry }) => `${owner} ${entry}`));
  return { entries: rows.filter(({ owner, entry }) => wanted.has(`${owner} ${entry}`)), longest };
}

/** All or none; answers the modseq of the change. StoreError 'not-found' (mailbox), 'limit' (too many, or too much in all). */
export function* setMetadata(
  q: MailQueries,
  a: MetadataPlace & { entries: readonly Metadata[] },
): Script<number> {
  const { account, mailbox } = a;
  if (mailbox !== wholeAccount) yield* mailboxById(q, account, mailbox);
  const modseq = yield* nextModseq(q, account);
  // RFC 7162 §3.2: the mailbox has changed for those who keep its modseq.
  const nothing = { count: 0, unseen: 0, deleted: 0, size: 0 };
  if (mailbox !== wholeAccount) yield* run(q.mailboxGrow, { account, mailbox, modseq, ...nothing });
  for (const { owner, entry, value } of a.entries) {
    const size = value?.length ?? 0;
    yield* run(q.metadataPut, { account, mailbox, owner, entry, modseq, size, value });
  }
  for (const owner of new Set(a.entries.map((entry) => entry.owner))) {
    const names = yield* run(q.metadataNames, { account, mailbox, owners: numbers([owner]) });
    if (names.length > limits.metadataEntriesMax) {
      throw new StoreError('limit', `a mailbox has at most ${limits.metadataEntriesMax} annotations`);
    }
    const [all] =
      owner === sharedOwner
        ? yield* run(q.metadataSharedSize, { account })
        : yield* run(q.metadataPrivateSize, { owner });
    if ((all?.size ?? 0) > limits.metadataBytesMax) {
      throw new StoreError('limit', `annotations take at most ${limits.metadataBytesMax} bytes in all`);
    }
  }
  return modseq;
}

/** What changed since, of the account and all its mailboxes, as far as the member may see it. */
export function* metadataChanges(
  q: MailQueries,
  a: { account: number; member: number; since: number },
): Script<MetadataChanges> {
  const { account, since } = a;
  const modseq = yield* currentModseq(q, account);
  if (modseq <= since) return { modseq, changes: [] };
  const owners = numbers([sharedOwner, a.member]);
  return { modseq, changes: yield* run(q.metadataChanged, { account, since, owners }) };
}

/** RFC 5464 §4.1: INBOX keeps its annotations when it is renamed, and the new mailbox has them too. */
export function* copyMetadata(
  q: MailQueries,
  a: { account: number; from: number; to: number; modseq: number },
): Script<void> {
  const { account, modseq } = a;
  for (const row of yield* run(q.metadataAll, { account, mailbox: a.from })) {
    if (row.value !== null) yield* run(q.metadataPut, { ...row, mailbox: a.to, modseq });
  }
}

/** An account goes with its annotations, and with those its member made elsewhere. */
export function* eraseMetadata(q: MailQueries, a: { account: number }): Script<void> {
  yield* run(q.metadataForgetAll, { account: a.account });
  yield* run(q.metadataForgetOwner, { owner: a.account });
}
