import { run, type Script } from '../../../storage/index.ts';
import type { MailQueries } from '../queries.ts';

/** Rights and annotations of mailboxes that are not there. */
export function* sharingFaults(q: MailQueries, account: number): Script<string[]> {
  const rights = (yield* run(q.rightsStray, { account })).map(({ mailbox }) => mailbox);
  const annotations = (yield* run(q.metadataStray, { account })).map(({ mailbox }) => mailbox);
  return [
    ...[...new Set(rights)].map((id) => `mailbox ${id}: is missing, though rights to it are granted`),
    ...[...new Set(annotations)].map((id) => `mailbox ${id}: is missing, though it has annotations`),
  ];
}

/** Nobody can reach them, and no id is used again: they go. */
export function* mendSharing(q: MailQueries, account: number): Script<string[]> {
  const gone = new Set<number>();
  for (const { mailbox } of yield* run(q.rightsStray, { account })) {
    yield* run(q.rightsForget, { account, mailbox });
    gone.add(mailbox);
  }
  for (const { mailbox } of yield* run(q.metadataStray, { account })) {
    yield* run(q.metadataForget, { account, mailbox });
    gone.add(mailbox);
  }
  return [...gone].map((id) => `mailbox ${id}: is missing; its rights and annotations are gone too`);
}
