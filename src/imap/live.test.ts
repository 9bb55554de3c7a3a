import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { type Connection, LineReader } from '../net/index.ts';
import { flagBits, type MailWriter } from '../stores/mail/index.ts';
import { imapPassword, openTestImap, type TestImap, type TestImapOptions } from '../testing/index.ts';
import { defaultImapLimits } from './limits.ts';

const open: TestImap[] = [];
afterEach(async () => {
  for (const imap of open.splice(0)) await imap.close();
});

async function start(options: TestImapOptions): Promise<TestImap> {
  const imap = await openTestImap(options);
  open.push(imap);
  return imap;
}

const message = 'Subject: x\r\n\r\nx\r\n';

/** A client that reads as long as it is told to; `taken` is what was handed to its connection. */
class FakeClient {
  reads = true;
  text = '';
  bytes = 0;
  reason: string | null = null;
  readonly reader = new LineReader({ lineEnding: 'crlf' });
  #resume: (() => void) | null = null;
  readonly #waiting: (() => void)[] = [];
  #closed: (reason: string) => void = () => undefined;

  get connection(): Connection {
    const endpoint = { address: '127.0.0.1', port: 1 };
    const closed = new Promise<string>((resolve) => {
      this.#closed = resolve;
    });
    const end = (reason: string) => {
      this.reason ??= reason;
      this.reader.end();
      this.#resume?.();
      this.#closed(reason);
    };
    const known: Partial<Connection> = {
      id: 'fake',
      listener: 'plain',
      remote: endpoint as Connection['remote'],
      local: endpoint as Connection['local'],
      secure: true,
      compressed: false,
      tlsInfo: () => null,
      exportKeyingMaterial: () => null,
      serverCertificateHash: () => null,
      lines: () => this.reader,
      write: (data) => {
        this.bytes += data.length;
        this.text += data.toString();
        for (const wake of this.#waiting.splice(0)) wake();
        return this.reads;
      },
      drain: () => (this.reads ? Promise.resolve() : new Promise((resolve) => (this.#resume = resolve))),
      authenticated: () => undefined,
      onDrain: () => undefined,
      close: () => end('local'),
      destroy: end,
      closed,
    };
    return known as Connection;
  }

  say(text: string): void {
    this.reader.push(Buffer.from(`${text}\r\n`));
  }

  /** Resolves in the moment it was told. */
  async hears(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.text)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  readOn(): void {
    this.reads = true;
    this.#resume?.();
  }
}

async function idling(imap: TestImap, command = 'IDLE', hears = /\+ idling/): Promise<FakeClient> {
  const client = new FakeClient();
  void imap.servers.plain.handle(client.connection);
  client.say(`a LOGIN alice "${imapPassword}"`);
  client.say('b ENABLE IMAP4rev2');
  client.say('c SELECT INBOX');
  client.say(`d ${command}`);
  await client.hears(hears);
  return client;
}

/** Counts how often the store is asked for news. */
function counting(asked: { times: number }) {
  return (real: MailWriter): MailWriter =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name, target);
        if (name === 'news') asked.times++;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
}

test('five hundred sessions on one mailbox: one delivery is one question to the store', {
  timeout: 60_000,
}, async () => {
  const asked = { times: 0 };
  const imap = await start({ mail: counting(asked), limits: { sessionsPerAccountMax: 500 } });
  const clients = await Promise.all(Array.from({ length: 500 }, () => idling(imap)));
  asked.times = 0;
  await imap.deliver('alice', 'INBOX', message);
  for (const client of clients) await client.hears(/\* 1 EXISTS/);
  // One; a few where another hint of the same account comes between.
  expect(asked.times).toBeGreaterThan(0);
  expect(asked.times).toBeLessThan(10);
  for (const client of clients) client.say('DONE');
  for (const client of clients) await client.hears(/d OK idle no more/);
});

test('who does not read holds one pass of news, and is caught up by one when it does', {
  timeout: 60_000,
}, async () => {
  const asked = { times: 0 };
  const imap = await start({ mail: counting(asked) });
  for (let i = 0; i < 100; i++) await imap.deliver('alice', 'INBOX', message);
  const account = imap.members.alice;
  const box = await imap.stores.mail.find(account, 'INBOX');
  const uids = Array.from({ length: 100 }, (_, i) => i + 1);
  const change = { account, mailbox: box.id, uids, keywords: [], flags: flagBits.flagged } as const;
  for (const command of ['IDLE', 'NOTIFY SET (selected (MessageNew MessageExpunge FlagChange))']) {
    const client = await idling(imap, command, /\+ idling|d OK/);
    // One change more tells that it listens by now.
    await imap.stores.mail.storeFlags({ ...change, mode: 'add', flags: flagBits.answered });
    await imap.stores.mail.storeFlags({ ...change, mode: 'remove', flags: flagBits.answered });
    await client.hears(/UID 100 FLAGS \(\)/);
    client.reads = false;
    const before = client.bytes;
    asked.times = 0;
    for (let round = 0; round < 100; round++) {
      const mode = round % 2 === 0 ? 'add' : 'remove';
      await imap.stores.mail.storeFlags({ ...change, mode });
      await nextTurn();
    }
    // 10,000 changes: one pass of at most a hundred lines was built, and nothing after it.
    const held = client.bytes - before;
    expect(held).toBeGreaterThan(0);
    expect(held).toBeLessThan(100 * 60);
    // A second question is of the change that told us that it listens: its hint may come after its news.
    expect(asked.times).toBeLessThanOrEqual(2);
    const passes = asked.times;
    await imap.stores.mail.storeFlags({ ...change, mode: 'add', flags: flagBits.draft });
    client.text = '';
    client.readOn();
    await client.hears(/UID 100 FLAGS \(\\Draft\)/);
    expect(asked.times).toBe(passes + 1);
    expect(client.bytes - before).toBeLessThan(200 * 60);
    await imap.stores.mail.storeFlags({ ...change, mode: 'remove', flags: flagBits.draft });
    client.say('e LOGOUT');
    client.say('DONE');
  }
});

test('what a session did itself is asked for only where somebody else may have done something too', async () => {
  const asked = { times: 0 };
  const imap = await start({ mail: counting(asked) });
  for (let i = 0; i < 3; i++) await imap.deliver('alice', 'INBOX', message);
  const client = await idling(imap, 'NOOP', /d OK/);
  const say = async (command: string) => {
    client.text = '';
    asked.times = 0;
    client.say(`e ${command}`);
    await client.hears(/^e (OK|NO|BAD)/m);
    return client.text.split('\r\n').filter((line) => line.startsWith('*'));
  };
  expect(await say('STORE 1:2 +FLAGS (\\Flagged)')).toEqual([
    '* 1 FETCH (UID 1 FLAGS (\\Flagged))',
    '* 2 FETCH (UID 2 FLAGS (\\Flagged))',
  ]);
  expect(await say('STORE 1:3 +FLAGS.SILENT (\\Flagged)')).toEqual([]);
  // Nothing changes, and still it is told.
  expect(await say('STORE 3 +FLAGS (\\Flagged)')).toEqual(['* 3 FETCH (UID 3 FLAGS (\\Flagged))']);
  expect(asked.times).toBe(0);
  expect(await say('NOOP')).toEqual([]);
  const { id: mailbox } = await imap.stores.mail.find(imap.members.alice, 'INBOX');
  const change = { account: imap.members.alice, mailbox, uids: [1], mode: 'add', keywords: [] } as const;
  await imap.stores.mail.storeFlags({ ...change, flags: flagBits.seen });
  expect(await say('STORE 2 -FLAGS.SILENT (\\Flagged)')).toEqual([
    '* 1 FETCH (UID 1 FLAGS (\\Flagged \\Seen))',
  ]);
  expect(asked.times).toBe(1);
  // A new message that came first is told with the command that hides what it did itself.
  await imap.deliver('alice', 'INBOX', message);
  expect(await say('STORE 2 +FLAGS.SILENT (\\Flagged)')).toEqual(['* 4 EXISTS']);
  expect(await say('STORE 2 -FLAGS.SILENT (\\Flagged)')).toEqual([]);
  expect(asked.times).toBe(0);
  client.say('f LOGOUT');
});

test('a session that listens hears BYE once, and between two responses', async () => {
  const imap = await start({});
  const client = await idling(imap);
  imap.servers.plain.drain();
  await client.hears(/\* BYE \[UNAVAILABLE\] [^\n]*\r\n$/);
  expect(client.reason).toBe('local');
});

test('NOTIFY: a store that tells too much at once, and more names than notifyNamesMax', async () => {
  let full = false;
  const imap = await start({
    limits: { notifyNamesMax: 2 },
    mail: (real) =>
      new Proxy(real, {
        get(target, name) {
          const value = Reflect.get(target, name, target);
          if (name !== 'accountNews') return typeof value === 'function' ? value.bind(target) : value;
          return async (account: number, since: number) => {
            const news = await target.accountNews(account, since);
            return full ? { ...news, mailboxes: [], names: [], complete: false } : news;
          };
        },
      }),
  });
  const client = await idling(imap, 'NOTIFY SET (mailboxes (a b c) (MessageNew MessageExpunge))', /d NO/);
  expect(client.text).toMatch(/d NO \[NOTIFICATIONOVERFLOW\] more than 2 names/);
  client.say('e NOTIFY SET (personal (MessageNew MessageExpunge))');
  await client.hears(/e OK/);
  await imap.deliver('alice', 'Sent', message);
  await client.hears(/\* STATUS Sent /);
  full = true;
  await imap.deliver('alice', 'Sent', message);
  await client.hears(/\* OK \[NOTIFICATIONOVERFLOW\]/);
  full = false;
  client.text = '';
  await imap.deliver('alice', 'Sent', message);
  await imap.deliver('alice', 'INBOX', message);
  client.say('f NOOP');
  await client.hears(/f OK/);
  expect(client.text).toBe('f OK nothing done\r\n');
  expect(defaultImapLimits.notifyNamesMax).toBe(1_000);
});
