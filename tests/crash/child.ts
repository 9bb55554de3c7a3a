/**
 * The process that is killed: `node child.ts DIR DATABASE JOURNAL FIRST SAFE|UNSAFE`. It delivers, flags, moves and
 * expunges messages as fast as it can, while blobs are swept, segments rewritten and the search index is built, until
 * somebody ends it.
 */
import { flagBits, SearchIndexer } from '../../src/stores/mail/index.ts';
import { accounts, bodyOf, type Entry, openJournal, seeded } from './journal.ts';
import { openRooms } from './rooms.ts';

const [dir = '', url = '', journalFile = '', first = '0', safety = 'safe'] = process.argv.slice(2);
const livesAtOnce = 24;

const rooms = await openRooms(dir, url, safety === 'unsafe');
const { mail, blobs } = rooms;
const journal = openJournal(journalFile);
for (const account of accounts) await mail.provision(account);
const boxes = new Map<number, { inbox: number; archive: number }>();
for (const account of accounts) {
  const [inbox, archive] = [await mail.find(account, 'INBOX'), await mail.find(account, 'Archive')];
  boxes.set(account, { inbox: inbox.id, archive: archive.id });
}

/** The parent waits for the first acknowledgement before it counts the time to the end. */
let told = false;

type Where = Pick<Entry, 'account' | 'message' | 'mailbox' | 'uid' | 'flags'>;

async function step<T>(
  what: Entry['what'],
  before: Where,
  work: () => Promise<T>,
  after: (result: T) => Partial<Entry>,
): Promise<Where> {
  journal.write({ ...before, phase: 'intent', what, modseq: 0 });
  const entry = { ...before, what, modseq: 0, ...after(await work()) };
  journal.write({ ...entry, phase: 'done' });
  if (!told) process.stdout.write('working\n');
  told = true;
  return entry;
}

/** One copy of a message: nobody else touches it, so at any moment at most one change of it is not acknowledged. */
async function live(
  start: Where,
  deliver: () => ReturnType<typeof mail.deliver>,
  random: (n: number) => number,
) {
  const { account } = start;
  const archive = boxes.get(account)?.archive ?? 0;
  let at = await step('deliver', start, deliver, ({ uid, modseq, mailbox }) => ({ uid, modseq, mailbox }));
  if (random(10) < 6) {
    const flags = [flagBits.seen, flagBits.flagged, flagBits.seen | flagBits.answered][random(3)] ?? 1;
    const change = {
      account,
      mailbox: at.mailbox,
      uids: [at.uid],
      mode: 'replace' as const,
      flags,
      keywords: [],
    };
    at = await step(
      'flags',
      { ...at, flags },
      () => mail.storeFlags(change),
      ({ modseq }) => ({ modseq }),
    );
  }
  if (random(10) < 4) {
    const { mailbox, uid } = at;
    const move = () => mail.move(account, mailbox, archive, [uid]);
    at = await step('move', { ...at, mailbox: archive, uid: 0 }, move, ({ to }) => ({
      uid: to[0]?.[0] ?? 0,
    }));
  }
  if (random(10) < 3) {
    const { mailbox, uid } = at;
    const flags = flagBits.deleted;
    const mark = { account, mailbox, uids: [uid], mode: 'replace' as const, flags, keywords: [] };
    at = await step(
      'flags',
      { ...at, flags },
      () => mail.storeFlags(mark),
      ({ modseq }) => ({ modseq }),
    );
    await step(
      'expunge',
      at,
      () => mail.expunge(account, mailbox, [uid]),
      () => ({}),
    );
  }
}

let next = Number(first);
async function producer(): Promise<void> {
  for (;;) {
    const message = next++;
    const random = seeded(message + 7);
    const staged = await mail.stage(bodyOf(message), 10_000_000);
    // Some go to several members at once and share their bytes.
    const to = message % 5 === 0 ? accounts : [accounts[message % accounts.length] ?? 1];
    await Promise.all(
      to.map((account) => {
        const start = { account, message, mailbox: boxes.get(account)?.inbox ?? 0, uid: 0, flags: 0 };
        return live(start, () => mail.deliver(account, 'INBOX', staged), random);
      }),
    );
    mail.discard(staged.blob);
  }
}

async function cleaner(): Promise<void> {
  for (;;) {
    await blobs.sweep(Date.now() + 1000);
    await blobs.compact();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const onError = (event: string, error: unknown) => process.stderr.write(`${event}: ${String(error)}\n`);
const { database } = rooms;
await new SearchIndexer({ database, blobs, onError, pause: async () => undefined }).start();
await Promise.all([cleaner(), ...Array.from({ length: livesAtOnce }, producer)]);
