import { StoreError } from '../../base/index.ts';
import {
  delimiter,
  type Incoming,
  type MailWriter,
  othersLevel,
  publicLevel,
} from '../../stores/mail/index.ts';
import type { Session } from '../admin/index.ts';
import { importBatchBytesMax, importBatchMax, importMessageBytesMax } from '../limits.ts';
import type { Found } from './source.ts';

export interface Imported {
  readonly messages: number;
  /** Already there: the same bytes in the same mailbox. An import that was interrupted is simply run again. */
  readonly known: number;
  /** Place and reason of each message that was passed over. */
  readonly refused: readonly { readonly place: string; readonly reason: string }[];
}

interface Target {
  readonly id: number;
  /** Hashes of what it holds. */
  readonly hashes: Set<string>;
}

/** Names that lead to what others share here are other servers' members' own: they go below `Imported`. */
function ownName(name: string): string {
  const [first] = name.split(delimiter, 1);
  return first === othersLevel || first === publicLevel ? `Imported${delimiter}${name}` : name;
}

/** Finds the mailbox, or makes it and subscribes to it. */
async function openTarget(mail: MailWriter, account: number, wanted: string): Promise<Target> {
  const name = ownName(wanted);
  let mailbox = await mail.find(account, name).catch((error: unknown) => {
    if (error instanceof StoreError && error.reason === 'not-found') return null;
    throw error;
  });
  if (!mailbox) {
    mailbox = await mail.create(account, name);
    await mail.subscribeTo(account, name);
  }
  const hashes = new Set<string>();
  for await (const rows of mail.scan(account, mailbox.id, 1, mailbox.uidNext)) {
    const contents = await mail.contents(
      account,
      rows.map((row) => row.email),
    );
    for (const { hash } of contents.values()) hashes.add(hash);
  }
  return { id: mailbox.id, hashes };
}

/** Puts what `source` finds into the account, in batches of one transaction each; nothing else of it is changed. */
export async function importMail(
  mail: MailWriter,
  account: number,
  source: AsyncIterable<Found>,
  session: Session,
): Promise<Imported> {
  const targets = new Map<string, Promise<Target>>();
  const refused: { place: string; reason: string }[] = [];
  let [messages, known, bytes] = [0, 0, 0];
  let batch: { target: Target; incoming: Incoming }[] = [];
  const flush = async () => {
    const byTarget = Map.groupBy(batch, ({ target }) => target);
    [batch, bytes] = [[], 0];
    try {
      for (const [target, items] of byTarget) {
        byTarget.delete(target);
        const incoming = items.map((item) => item.incoming);
        await mail.append(account, target.id, incoming);
        messages += items.length;
      }
    } finally {
      // After a failure: those of the mailboxes that had not had their turn.
      for (const { incoming } of [...byTarget.values()].flat()) mail.discard(incoming.blob);
    }
    session.progress({ what: 'messages imported', done: messages });
  };
  try {
    for await (const found of source) {
      session.signal.throwIfAborted();
      let target = targets.get(found.mailbox);
      if (!target) {
        target = openTarget(mail, account, found.mailbox);
        targets.set(found.mailbox, target);
      }
      const opened = await target;
      const staged = await stage(mail, found, refused);
      if (!staged) continue;
      if (opened.hashes.has(staged.blob.hash)) {
        mail.discard(staged.blob);
        known++;
        continue;
      }
      opened.hashes.add(staged.blob.hash);
      const { flags, keywords, received } = found;
      const incoming = { ...staged, flags, keywords, ...(received === undefined ? {} : { received }) };
      batch.push({ target: opened, incoming });
      bytes += staged.blob.size;
      if (batch.length >= importBatchMax || bytes >= importBatchBytesMax) await flush();
    }
    await flush();
  } finally {
    for (const { incoming } of batch) mail.discard(incoming.blob);
  }
  return { messages, known, refused };
}

/** Null where this one message cannot be taken; trouble of the store ends the import. */
async function stage(mail: MailWriter, found: Found, refused: { place: string; reason: string }[]) {
  try {
    return await mail.stage(await found.read(), importMessageBytesMax);
  } catch (error) {
    const isAbout =
      error instanceof StoreError && (error.reason === 'too-large' || error.reason === 'invalid');
    if (!isAbout) throw error;
    refused.push({ place: found.place, reason: error.message });
    return null;
  }
}
