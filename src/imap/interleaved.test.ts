import { afterEach, expect, test } from 'vitest';
import { flagBits, type MailWriter } from '../stores/mail/index.ts';
import {
  describeEngines,
  fillMailbox,
  openTestImap,
  type TestImap,
  type TestSocket,
} from '../testing/index.ts';

const open: TestImap[] = [];
afterEach(async () => {
  for (const imap of open.splice(0)) await imap.close();
});

/** Numbers from a seed, the same in every run. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A client that believes what it is told: a plain array of uids, null where it has not heard one yet. */
class Client {
  readonly #socket: TestSocket;
  readonly known: (number | null)[];
  heard = 0;

  constructor(socket: TestSocket, known: readonly number[]) {
    this.#socket = socket;
    this.known = [...known];
  }

  async say(command: string): Promise<void> {
    await this.#socket.send(`t ${command}\r\n`);
    for (;;) {
      const line = (await this.#socket.readLine())?.toString('latin1') ?? 'closed';
      if (line.startsWith('t '))
        return expect([command, line]).toEqual([command, expect.stringMatching(/^t (OK|NO)/)]);
      if (line === 'closed') throw new Error(`closed after ${command}`);
      this.#hear(line, command);
    }
  }

  #hear(line: string, command: string): void {
    const [, number = '', what = ''] = /^\* (\d+) (EXISTS|EXPUNGE|FETCH)/.exec(line) ?? [];
    const seq = Number(number);
    if (what === 'EXISTS') {
      expect(seq).toBeGreaterThanOrEqual(this.known.length);
      while (this.known.length < seq) this.known.push(null);
    }
    if (what === 'EXPUNGE') {
      expect(command).not.toMatch(/^(FETCH|STORE|SEARCH)/);
      expect(seq).toBeLessThanOrEqual(this.known.length);
      this.known.splice(seq - 1, 1);
    }
    const uid = what === 'FETCH' ? Number(/UID (\d+)/.exec(line)?.[1] ?? 0) : 0;
    if (uid === 0) return;
    expect([command, line, this.known[seq - 1] ?? uid]).toEqual([command, line, uid]);
    this.known[seq - 1] = uid;
    this.heard++;
  }
}

function commandFor(client: Client, random: (below: number) => number): string {
  const count = client.known.length;
  if (count === 0) return 'NOOP';
  const [a, b] = [1 + random(count), 1 + random(count)];
  const near = `${a}:${Math.min(count, a + random(20))}`;
  const uid = client.known[a - 1] ?? 1;
  const uids = `${uid}:${uid + random(60)}`;
  const commands = [
    'NOOP',
    'EXPUNGE',
    `STORE ${near} +FLAGS (\\Deleted)`,
    `STORE ${a},${b} -FLAGS.SILENT (\\Deleted \\Seen)`,
    `UID STORE ${uids} +FLAGS (\\Deleted)`,
    `UID EXPUNGE ${uids}`,
    `COPY ${near} INBOX`,
    `MOVE ${a} Archive`,
    `UID MOVE ${uids} INBOX`,
    `FETCH ${near} (UID)`,
    `FETCH ${a}:${b},* (UID FLAGS)`,
    `UID FETCH ${uid}:* (FLAGS)`,
    `SEARCH ${near} UNDELETED`,
    `UID SEARCH UID ${uids}`,
  ];
  return commands[random(commands.length)] ?? 'NOOP';
}

async function uidsOf(mail: MailWriter, account: number, mailbox: number): Promise<number[]> {
  const uids: number[] = [];
  for await (const rows of mail.scan(account, mailbox, 1, 0xffff_ffff))
    uids.push(...rows.map(({ uid }) => uid));
  return uids;
}

describeEngines('sessions that change one mailbox at once', (engine) => {
  test.each([1, 2, 3])('each keeps the right numbers (seed %d)', { timeout: 240_000 }, async (seed) => {
    const random = numbersFrom(seed);
    const imap = await openTestImap({ engine, limits: { fetchRowsMax: 7, storeRowsMax: 11 } });
    open.push(imap);
    const account = imap.members.alice;
    const { mail } = imap.stores;
    await fillMailbox(mail, account, 'INBOX', 240, 4);
    const { id: mailbox } = await mail.find(account, 'INBOX');
    const some = Array.from({ length: 120 }, () => 1 + random(240));
    await mail.storeFlags({
      account,
      mailbox,
      uids: some,
      mode: 'add',
      flags: flagBits.deleted,
      keywords: [],
    });
    await mail.expunge(account, mailbox, null);
    const clients: Client[] = [];
    for (let at = 0; at < 4; at++) {
      const socket = await imap.session('alice');
      const client = new Client(socket, await uidsOf(mail, account, mailbox));
      if (at % 2 === 0) await socket.send('e ENABLE IMAP4rev2\r\n');
      if (at % 2 === 0) for (const _ of ['* ENABLED', 'e OK']) await socket.readLine();
      await client.say('SELECT INBOX');
      clients.push(client);
    }
    for (let round = 0; round < 40; round++) {
      // At once: what one does lands between the question and the answer of another.
      await Promise.all(clients.map((client) => client.say(commandFor(client, random))));
      if (round % 8 === 0) await fillMailbox(mail, account, 'INBOX', clients[0]?.known.length ?? 1, 1);
    }
    const truth = await uidsOf(mail, account, mailbox);
    for (const client of clients) {
      await client.say('NOOP');
      await client.say('FETCH 1:* (UID)');
      expect(client.known).toEqual(truth);
    }
    expect(clients.reduce((sum, { heard }) => sum + heard, 0)).toBeGreaterThan(500);
  });
});
