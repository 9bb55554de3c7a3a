/** The search index after a crash: it goes on where it was, and what it says is true. */
import { modules } from '../../src/modules.ts';
import { verifyAll } from '../../src/storage/index.ts';
import { fold, type Needle, SearchIndexer, verdicts } from '../../src/stores/mail/index.ts';
import type { Rooms } from './rooms.ts';

/** A copy that is there, and the content it has. */
export interface Kept {
  readonly account: number;
  readonly message: number;
  readonly email: number;
}

/** So many of the copies are looked for, each among all: what is kept grows with every round. */
const lookedFor = 4;

/** Builds the index to its end, verifies it and looks for some of the messages among all. */
export async function searchFaults(rooms: Rooms, kept: readonly Kept[]) {
  const { database, blobs, mail } = rooms;
  const faults: string[] = [];
  const onError = (event: string, error: unknown) => void faults.push(`${event}: ${String(error)}`);
  const indexer = new SearchIndexer({ database, blobs, onError, pause: async () => undefined });
  const unindexed = (await indexer.progress()).behind;
  await indexer.start();
  await indexer.caughtUp();
  await indexer.stop();
  faults.push(...(await verifyAll({ ...rooms, modules })));
  const step = Math.ceil(kept.length / lookedFor);
  for (const { account, message } of kept.filter((_, at) => at % step === 0)) {
    // The number alone may be the beginning of another's.
    const needle: Needle = { where: 'text', field: '', text: fold(`<${message}@`) };
    const emails = [...new Set(kept.filter((one) => one.account === account).map(({ email }) => email))];
    const said = await mail.decide(account, emails, needle);
    const [narrowed] = await mail.narrow(account, [needle], emails.length);
    const may = (email: number) => !narrowed || email > narrowed.upTo || narrowed.emails.includes(email);
    const holds = new Set(
      kept.filter((one) => one.account === account && one.message === message).map(({ email }) => email),
    );
    emails.forEach((email, at) => {
      const name = `${account}/${message}: search for it in content ${email}`;
      if (holds.has(email) && (!may(email) || said[at] === verdicts.no))
        faults.push(`${name} does not find it`);
      if (!holds.has(email) && said[at] === verdicts.yes) faults.push(`${name} finds another`);
    });
  }
  return { faults, unindexed };
}
