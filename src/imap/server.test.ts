import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, expect, test } from 'vitest';
import { StoreError } from '../base/index.ts';
import { flagBits, type MailWriter } from '../stores/mail/index.ts';
import {
  describeEngines,
  fakeClock,
  imapPassword,
  openTestImap,
  type TestImap,
  type TestImapOptions,
  type TestSocket,
} from '../testing/index.ts';
import { defaultImapLimits } from './limits.ts';
import { standardFeatures } from './server.ts';

const open: TestImap[] = [];
afterEach(async () => {
  for (const imap of open.splice(0)) await imap.close();
});

async function start(options: TestImapOptions = {}): Promise<TestImap> {
  const imap = await openTestImap(options);
  open.push(imap);
  return imap;
}

/** Sends a command and reads up to its tagged line; literals stand in place as text. */
async function say(socket: TestSocket, command: string | Buffer): Promise<string[]> {
  await socket.send(Buffer.concat([Buffer.from('t '), Buffer.from(command), Buffer.from('\r\n')]));
  return hear(socket, 't ');
}

async function hear(socket: TestSocket, end: string): Promise<string[]> {
  const heard: string[] = [];
  for (;;) {
    const line = await socket.readLine();
    if (line === null) return [...heard, 'closed'];
    let text = line.toString('latin1');
    for (;;) {
      const size = /\{(\d+)\}$/.exec(text)?.[1];
      if (size === undefined) break;
      const literal = (await socket.readExactly(Number(size))).toString('latin1');
      text = `${text}\r\n${literal}${(await socket.readLine())?.toString('latin1')}`;
    }
    heard.push(text);
    if (text.startsWith(end)) return heard;
  }
}

const message = (subject: string, body = 'text') =>
  `Subject: ${subject}\r\nFrom: a@b.example\r\n\r\n${body}\r\n`;
const sha = (bytes: Buffer | string) =>
  createHash('sha256')
    .update(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
    .digest('hex');

describeEngines('imap', (engine) => {
  test('a large message streams in and out unchanged, whole and in parts', async () => {
    const imap = await start({ engine, limits: { fetchBytesMax: 20_000, appendBufferedBytesMax: 10_000 } });
    const alice = await imap.session('alice');
    const line = Buffer.from(`${'0123456789abcdef'.repeat(4)}\r\n`);
    const bytes = Buffer.concat([
      Buffer.from(message('large')),
      ...Array.from({ length: 30_000 }, () => line),
    ]);
    await alice.send(`a APPEND INBOX {${bytes.length}+}\r\n`);
    await alice.send(Buffer.concat([bytes, Buffer.from('\r\n')]));
    expect((await hear(alice, 'a '))[0]).toMatch(/^a OK \[APPENDUID \d+ 1\]/);
    await say(alice, 'SELECT INBOX');
    const [whole] = await say(alice, 'FETCH 1 (UID BODY.PEEK[] RFC822.SIZE)');
    expect(whole?.startsWith(`* 1 FETCH (UID 1 BODY[] {${bytes.length}}\r\n`)).toBe(true);
    expect(whole?.endsWith(` RFC822.SIZE ${bytes.length})`)).toBe(true);
    const start_ = whole?.indexOf('\r\n') ?? 0;
    expect(sha(whole?.slice(start_ + 2, start_ + 2 + bytes.length) ?? '')).toBe(sha(bytes));
    const [part] = await say(alice, 'FETCH 1 BODY.PEEK[]<1000000.50000>');
    expect(part).toBe(
      `* 1 FETCH (BODY[]<1000000> {50000}\r\n${bytes.toString('latin1', 1_000_000, 1_050_000)})`,
    );
  });

  test('batches of every size give the same answers', { timeout: 60_000 }, async () => {
    const small = {
      fetchRowsMax: 7,
      fetchContentsMax: 5,
      fetchBytesMax: 300,
      storeRowsMax: 6,
      searchRowsMax: 5,
      searchContentsMax: 3,
      unseenRowsMax: 4,
      writeBytesMax: 50,
      sliceMs: 0,
    };
    const answers: string[][] = [];
    for (const limits of [{}, small]) {
      const imap = await start({ engine, limits });
      for (let i = 1; i <= 23; i++) {
        const flags = i % 3 === 0 ? flagBits.flagged : 0;
        await imap.deliver('alice', 'INBOX', message(`m${i}`, i % 2 ? 'odd words' : 'even words'), {
          flags,
          received: 0,
        });
      }
      const alice = await imap.session('alice');
      await say(alice, 'SELECT INBOX');
      const heard: string[] = [];
      for (const command of [
        'FETCH 1:* (FLAGS RFC822.SIZE)',
        'FETCH 1:* (ENVELOPE BODY.PEEK[TEXT] BODY.PEEK[HEADER.FIELDS (SUBJECT)])',
        'SEARCH BODY "odd words" FLAGGED',
        'SEARCH 4:20 SUBJECT m1',
        'SEARCH OR NOT BODY words HEADER From example',
        'STORE 2:22 +FLAGS (\\Answered keyword)',
        'STORE 1:* -FLAGS.SILENT (keyword)',
        'FETCH 1:* FLAGS',
        'FETCH 1:* BODY[TEXT]',
      ]) {
        heard.push(...(await say(alice, command)));
      }
      answers.push(heard);
    }
    expect(answers[0]?.length).toBeGreaterThan(23 * 5);
    expect(answers[1]).toEqual(answers[0]);
  });

  test('UNSEEN is told only where it is found among the first unseenRowsMax messages', async () => {
    const imap = await start({ engine, limits: { unseenRowsMax: 2 } });
    for (const flags of [1, 1, 0]) await imap.deliver('alice', 'INBOX', message('m'), { flags });
    const alice = await imap.session('alice');
    expect((await say(alice, 'SELECT INBOX')).join('\n')).not.toContain('[UNSEEN');
    await imap.deliver('bob', 'INBOX', message('m'));
    const bob = await imap.session('bob');
    expect(await say(bob, 'SELECT INBOX')).toContain('* OK [UNSEEN 1] the first unseen message');
  });

  test('what two sessions do at once, both see the same in the end, and no number is wrong on the way', async () => {
    const imap = await start({ engine });
    for (let i = 0; i < 20; i++) await imap.deliver('alice', 'INBOX', message(`m${i}`));
    const [one, two] = [await imap.session('alice'), await imap.session('alice')];
    for (const socket of [one, two]) await say(socket, 'SELECT INBOX');
    const work = async (socket: TestSocket, mine: number) => {
      let view = Array.from({ length: 20 }, (_, i) => i + 1);
      for (let round = 0; round < 8; round++) {
        const uid = ((round * 3 + mine) % 20) + 1;
        const commands = [
          `UID STORE ${uid} +FLAGS.SILENT (\\Deleted)`,
          'EXPUNGE',
          'NOOP',
          'FETCH 1:* UID',
          'UID FETCH 1:* FLAGS',
        ];
        for (const command of commands) view = replay(view, await say(socket, command));
      }
      return replay(view, await say(socket, 'NOOP'));
    };
    await Promise.all([work(one, 0), work(two, 7)]);
    for (const socket of [one, two]) await say(socket, 'NOOP');
    const [a, b] = [await say(one, 'UID SEARCH ALL'), await say(two, 'UID SEARCH ALL')];
    expect(a.filter((line) => line.startsWith('* SEARCH'))).toEqual(
      b.filter((line) => line.startsWith('* SEARCH')),
    );
  });
});

/** A client that believes what it hears: fails where a number is told that cannot be. */
function replay(view: readonly number[], heard: readonly string[]): number[] {
  const now = [...view];
  for (const line of heard) {
    const gone = /^\* (\d+) EXPUNGE$/.exec(line)?.[1];
    const fetched = /^\* (\d+) FETCH \(UID (\d+)/.exec(line);
    if (gone !== undefined) {
      expect(Number(gone)).toBeLessThanOrEqual(now.length);
      now.splice(Number(gone) - 1, 1);
    } else if (fetched) {
      expect(now[Number(fetched[1]) - 1]).toBe(Number(fetched[2]));
    }
    expect(line).not.toMatch(/^t (NO|BAD)/);
  }
  return now;
}

test('nobody who has not logged in reaches a mailbox, whatever the command (THREATS 9)', async () => {
  const imap = await start({ limits: { badCommandsUnauthenticatedMax: 1_000 } });
  const stranger = await imap.connect('plain');
  await stranger.readLine();
  const open_ = [...standardFeatures.commands.values()].filter(({ states }) =>
    states.includes('not-authenticated'),
  );
  expect(open_.map(({ name }) => name).sort()).toEqual(
    ['AUTHENTICATE', 'CAPABILITY', 'ID', 'LOGIN', 'LOGOUT', 'NOOP', 'STARTTLS'].sort(),
  );
  let refused = 0;
  for (const [name, { states }] of standardFeatures.commands) {
    if (states.includes('not-authenticated')) continue;
    expect(await say(stranger, `${name} INBOX`)).toEqual([`t BAD ${name} is for those who have logged in`]);
    refused++;
  }
  expect(refused).toBeGreaterThan(25);
});

test('no member reaches what is of another, by name, uid or saved result (THREATS 9)', async () => {
  const imap = await start();
  const alice = await imap.session('alice');
  await say(alice, 'CREATE private');
  for (let i = 0; i < 3; i++) await imap.deliver('alice', 'private', message('secret-canary'));
  const bob = await imap.session('bob');
  for (const command of [
    'SELECT private',
    'EXAMINE private',
    'STATUS private (MESSAGES)',
    'DELETE private',
    'RENAME private mine',
    'APPEND private {5}',
  ]) {
    expect((await say(bob, command)).at(-1), command).toMatch(/^t NO \[(NONEXISTENT|TRYCREATE)\]/);
  }
  expect(await say(bob, 'LIST "" *')).not.toContainEqual(expect.stringContaining('private'));
  await say(bob, 'SELECT INBOX');
  for (const command of [
    'UID FETCH 1:* BODY[]',
    'UID SEARCH ALL',
    'UID STORE 1:3 +FLAGS (\\Deleted)',
    'EXPUNGE',
  ]) {
    const heard = await say(bob, command);
    expect(heard.join(), command).not.toContain('canary');
    expect(heard.filter((line) => line.includes('FETCH ('))).toEqual([]);
  }
  expect(await say(alice, 'STATUS private (MESSAGES DELETED)')).toContain(
    '* STATUS private (MESSAGES 3 DELETED 0)',
  );
});

test('a store that fails is answered with an incident and nothing else, and the session goes on', async () => {
  const failing = (real: MailWriter): MailWriter =>
    new Proxy(real, {
      get(target, name, self) {
        if (name === 'contents') return () => Promise.reject(new Error('canary in a driver message'));
        if (name === 'append') return () => Promise.reject(new StoreError('no-space', 'the disk is full'));
        const value: unknown = Reflect.get(target, name, self);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const imap = await start({ mail: failing });
  await imap.deliver('alice', 'INBOX', message('m'));
  const alice = await imap.session('alice');
  await say(alice, 'SELECT INBOX');
  const [answer] = await say(alice, 'FETCH 1 ENVELOPE');
  const incident = /^t NO \[SERVERBUG\] an internal error, not your fault; incident ([a-z2-7]+)$/.exec(
    answer ?? '',
  )?.[1];
  expect(incident).toBeDefined();
  const line = imap.logged.find((text) => text.includes(incident ?? '?'));
  expect(line).toContain('"command":"FETCH"');
  await alice.send('a APPEND INBOX {4+}\r\na: b\r\n');
  expect((await hear(alice, 'a '))[0]).toMatch(/^a NO \[UNAVAILABLE\] the disk is full; incident/);
  expect((await say(alice, 'NOOP')).at(-1)).toBe('t OK nothing done');
});

test('the log holds no content: no names, subjects, flags, searches or passwords', async () => {
  const imap = await start();
  const alice = await imap.session('alice');
  for (const command of [
    'CREATE canary-mailbox',
    'SELECT canary-mailbox',
    'SEARCH TEXT canary-search',
    'SEARCH CANARY-KEY',
    'STORE 1 +FLAGS canary-flag',
    'ID ("name" "canary-client")',
    'CANARYCOMMAND',
    'LIST "" canary-*',
    'FETCH 1 BODY[HEADER.FIELDS (canary-field)]',
  ]) {
    await say(alice, command);
  }
  await imap.deliver('alice', 'canary-mailbox', message('canary-subject'));
  await say(alice, 'NOOP');
  expect((await say(alice, 'FETCH 1 BODY[]')).join()).toContain('canary-subject');
  const stranger = await imap.connect('plain');
  await say(stranger, 'LOGIN canary-user canary-password');
  await say(stranger, `LOGIN alice@coop.localhost "${imapPassword}x"`);
  expect(imap.logged.length).toBeGreaterThanOrEqual(3);
  expect(imap.logged.join('\n').toLowerCase()).not.toMatch(/canary|correct horse/);
  const { body } = await imap.metrics.render();
  expect(body).toMatch(/myco_imap_commands_total\{command="CREATE",status="OK"\} 1/);
  expect(body.toLowerCase()).not.toContain('canary');
});

test('authFailuresMax ends the connection, badCommandsMax too', async () => {
  const imap = await start({ limits: { authFailuresMax: 2, badCommandsMax: 3 } });
  const stranger = await imap.connect('plain');
  await stranger.readLine();
  expect((await say(stranger, 'LOGIN alice wrong')).at(-1)).toMatch(/^t NO/);
  expect(await hearEnd(stranger, 'LOGIN alice wrong')).toMatch(/^\* BYE \[AUTHENTICATIONFAILED\]/);
  const alice = await imap.session('alice');
  for (let i = 0; i < 2; i++) expect((await say(alice, 'NONSENSE')).at(-1)).toMatch(/^t BAD/);
  expect((await say(alice, 'NOOP')).at(-1)).toMatch(/^t OK/);
  for (let i = 0; i < 2; i++) expect((await say(alice, 'NONSENSE')).at(-1)).toMatch(/^t BAD/);
  expect(await hearEnd(alice, 'NONSENSE')).toBe('* BYE too many commands that are not IMAP');
});

async function hearEnd(socket: TestSocket, command: string): Promise<string | undefined> {
  const heard = await say(socket, command);
  expect(heard.at(-1)).toBe('closed');
  return heard.at(-2);
}

test('sessionsPerAccountMax counts sessions of one account, and lets go of those that ended', async () => {
  const imap = await start({ limits: { sessionsPerAccountMax: 2 } });
  const [first] = [await imap.session('alice'), await imap.session('alice')];
  await imap.session('bob');
  await expect(imap.session('alice')).rejects.toThrow('NO [LIMIT] you have too many connections');
  await say(first, 'LOGOUT');
  await first.readLine();
  await expect.poll(() => imap.servers.plain.sessions).toBe(3);
  await imap.session('alice');
});

test('autologoutMs of silence end a session with BYE, also in IDLE', async () => {
  const clock = fakeClock();
  const imap = await start({ clock, limits: { sweepIntervalMs: 10 } });
  const [alice, idle] = [await imap.session('alice'), await imap.session('alice')];
  await idle.send('t IDLE\r\n');
  await idle.readLine();
  clock.advance(defaultImapLimits.autologoutMs - 1);
  expect((await say(alice, 'NOOP')).at(-1)).toBe('t OK nothing done');
  clock.advance(1);
  expect((await idle.readLine())?.toString()).toBe('* BYE you were silent for too long');
  expect((await say(alice, 'NOOP')).at(-1)).toBe('t OK nothing done');
  expect(defaultImapLimits.autologoutMs).toBeGreaterThanOrEqual(30 * 60_000);
});

test('a refused literal is dropped up to discardBytesMax and discardUnauthenticatedBytesMax', async () => {
  const limits = { appendBytesMax: 100, discardBytesMax: 1_000, discardUnauthenticatedBytesMax: 5_000 };
  const imap = await start({ limits });
  const alice = await imap.session('alice');
  await alice.send(`a APPEND INBOX {1000+}\r\n${'x'.repeat(1000)}\r\n`);
  expect(await hear(alice, 'a ')).toEqual(['a NO [TOOBIG] a message may hold 100 octets']);
  await alice.send('b APPEND INBOX {1001+}\r\n');
  expect(await hear(alice, 'b ')).toEqual([
    '* BYE [TOOBIG] a literal of 1001 octets is far too large',
    'closed',
  ]);
  const stranger = await imap.connect('plain');
  await stranger.readLine();
  await stranger.send(`a LOGIN {4500+}\r\n${'x'.repeat(4500)} {3+}\r\nabc\r\n`);
  expect(await hear(stranger, 'a ')).toEqual(['a BAD [TOOBIG] a literal here may hold 4096 octets']);
  await stranger.send('b LOGIN {5001+}\r\n');
  expect((await hear(stranger, 'b '))[0]).toMatch(/^\* BYE \[TOOBIG\]/);
});

test('a staged message is given back where the command fails after it, and where the client leaves', async () => {
  const balance = { staged: 0, given: 0 };
  const counting = (real: MailWriter): MailWriter =>
    new Proxy(real, {
      get(target, name, self) {
        if (name === 'stage') {
          return async (...args: Parameters<MailWriter['stage']>) => {
            const staged = await target.stage(...args);
            balance.staged++;
            return staged;
          };
        }
        if (name === 'discard') {
          return (blob: Parameters<MailWriter['discard']>[0]) => {
            balance.given++;
            target.discard(blob);
          };
        }
        const value: unknown = Reflect.get(target, name, self);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  const imap = await start({ mail: counting });
  const alice = await imap.session('alice');
  await alice.send('a APPEND INBOX (\\Bogus) {4+}\r\na: b\r\n');
  expect((await hear(alice, 'a '))[0]).toMatch(/^a BAD/);
  await alice.send('b APPEND INBOX {4+}\r\na: b trailing\r\n');
  expect((await hear(alice, 'b '))[0]).toMatch(/^b BAD/);
  await alice.send('c APPEND INBOX {4+}\r\na: b');
  await expect.poll(() => balance.staged).toBe(3);
  await alice.close();
  await expect.poll(() => balance.given).toBe(3);
});

/** The real store with some of its methods replaced. */
function withMethods(methods: (real: MailWriter) => Partial<MailWriter>): (real: MailWriter) => MailWriter {
  return (real) => {
    const replaced: Partial<Record<PropertyKey, unknown>> = methods(real);
    return new Proxy(real, {
      get(target, name, self) {
        const value: unknown = replaced[name] ?? Reflect.get(target, name, self);
        return typeof value === 'function' && !(name in replaced) ? value.bind(target) : value;
      },
    });
  };
}

test('lost hints harm nobody: IDLE looks again after idleRecheckMs, NOOP always', async () => {
  const deaf = withMethods(() => ({ subscribe: () => () => undefined }));
  const imap = await start({ mail: deaf, limits: { idleRecheckMs: 20, sweepIntervalMs: 20 } });
  const [idle, noop] = [await imap.session('alice'), await imap.session('alice')];
  for (const socket of [idle, noop]) await say(socket, 'SELECT INBOX');
  await idle.send('t IDLE\r\n');
  expect((await idle.readLine())?.toString()).toBe('+ idling');
  await imap.deliver('alice', 'INBOX', message('m'));
  expect((await idle.readLine())?.toString()).toBe('* 1 EXISTS');
  expect(await say(noop, 'NOOP')).toContain('* 1 EXISTS');
});

test('IDLE outlives a store that does not answer for a while', async () => {
  let down = false;
  const shaky = withMethods((real) => ({
    news: (...args) => (down ? Promise.reject(new StoreError('unavailable', 'gone')) : real.news(...args)),
  }));
  const imap = await start({ mail: shaky, limits: { idleRecheckMs: 20, sweepIntervalMs: 20 } });
  const alice = await imap.session('alice');
  await say(alice, 'SELECT INBOX');
  down = true;
  await alice.send('t IDLE\r\n');
  expect((await alice.readLine())?.toString()).toBe('+ idling');
  await imap.deliver('alice', 'INBOX', message('m'));
  await expect.poll(() => imap.logged.some((line) => line.includes('updates not read'))).toBe(true);
  down = false;
  expect((await alice.readLine())?.toString()).toBe('* 1 EXISTS');
  expect((await alice.readLine())?.toString()).toBe('* 1 RECENT');
  await alice.send('DONE\r\n');
  expect(await hear(alice, 't ')).toEqual(['t OK idle no more']);
});

test('memberCheckMs: a disabled member is sent away with the next command even where no hint came', async () => {
  const clock = fakeClock();
  const deaf = withMethods(() => ({ subscribe: () => () => undefined }));
  const imap = await start({ clock, mail: deaf });
  const alice = await imap.session('alice');
  await imap.admin.disableMember(imap.members.alice);
  expect(await say(alice, 'NOOP')).toEqual(['t OK nothing done']);
  clock.advance(defaultImapLimits.memberCheckMs);
  expect(await say(alice, 'NOOP')).toEqual(['* BYE the account is closed', 'closed']);
});

test('a session ends with the password that it came by, and with no other', async () => {
  const imap = await start();
  const { alice } = imap.members;
  const phone = await imap.admin.addAppPassword(alice, 'phone', ['mail']);
  const [own, app] = [await imap.session('alice'), await imap.connect('plain')];
  await app.readLine();
  expect(await say(app, `LOGIN alice ${phone.password}`)).toHaveLength(1);
  await imap.admin.revokeAppPassword(alice, phone.id);
  expect(await app.readLine().then(String)).toBe('* BYE the account is closed');
  expect(await say(own, 'NOOP')).toEqual(['t OK nothing done']);
  await imap.admin.setPassword(alice, 'quite another one');
  expect(await own.readLine().then(String)).toBe('* BYE the account is closed');
});

test('silent stores of ours are not echoed, changes of others beneath them are told', async () => {
  const imap = await start();
  for (let i = 0; i < 3; i++) await imap.deliver('alice', 'INBOX', message('m'), { flags: flagBits.seen });
  const [one, two] = [await imap.session('alice'), await imap.session('alice')];
  for (const socket of [one, two]) await say(socket, 'EXAMINE INBOX');
  for (const socket of [one, two]) await say(socket, 'SELECT INBOX');
  // Another door of the house changes message 2; the hint and our STORE race, whichever wins.
  const { id } = await imap.stores.mail.find(imap.members.alice, 'INBOX');
  await imap.stores.mail.storeFlags({
    account: imap.members.alice,
    mailbox: id,
    uids: [2],
    mode: 'add',
    flags: flagBits.flagged,
    keywords: [],
  });
  const heard = await say(one, 'STORE 1:3 +FLAGS.SILENT (\\Answered)');
  expect(heard).toEqual(['* 2 FETCH (UID 2 FLAGS (\\Answered \\Flagged \\Seen \\Recent))', 't OK stored']);
  const flags = (await say(two, 'NOOP')).filter((line) => line.includes('FETCH'));
  expect(flags).toHaveLength(3);
});

test('a client that does not read stops the reading of the message, and gets it whole in the end', async () => {
  const size = 24 * 1024 * 1024;
  let produced = 0;
  const slow = withMethods((real) => ({
    stream: (hash, range) =>
      Readable.from(
        (async function* () {
          for await (const chunk of real.stream(hash, range)) {
            produced += (chunk as Buffer).length;
            yield chunk;
          }
        })(),
      ),
  }));
  const imap = await start({ mail: slow, limits: { appendBytesMax: size * 2 } });
  await imap.deliver('alice', 'INBOX', Buffer.concat([Buffer.from(message('m')), Buffer.alloc(size, 'x')]));
  const socket = imap.rawSocket('plain');
  socket.write(`a LOGIN alice "${imapPassword}"\r\nb SELECT INBOX\r\nt FETCH 1 BODY.PEEK[]\r\n`);
  let before = -1;
  const standsStill = () => {
    const still = produced > 0 && produced === before;
    before = produced;
    return still;
  };
  await expect.poll(standsStill, { interval: 200, timeout: 10_000 }).toBe(true);
  expect(produced).toBeLessThan(size);
  let heardBytes = 0;
  for await (const chunk of socket) {
    heardBytes += (chunk as Buffer).length;
    if ((chunk as Buffer).toString('latin1').endsWith('t OK fetched\r\n')) break;
  }
  expect(heardBytes).toBeGreaterThan(size);
  expect(produced).toBeGreaterThan(size);
});

test('a decoded attachment far above the send buffer arrives whole, in pieces of writeBytesMax', async () => {
  const imap = await start({ netLimits: { sendBufferBytesMax: 400_000 } });
  const content = Buffer.alloc(6_000_000, 'decoded ');
  const head = 'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n';
  const body = content.toString('base64').replace(/.{76}/g, '$&\r\n');
  await imap.deliver('alice', 'INBOX', `${head}${body}\r\n`);
  const alice = await imap.session('alice');
  await say(alice, 'SELECT INBOX');
  const [binary] = await say(alice, 'FETCH 1 (BINARY.PEEK[1] BINARY.SIZE[1])');
  const start_ = `* 1 FETCH (BINARY[1] {${content.length}}\r\n`;
  expect(binary?.startsWith(start_)).toBe(true);
  expect(sha(binary?.slice(start_.length, start_.length + content.length) ?? '')).toBe(sha(content));
  expect(binary?.endsWith(` BINARY.SIZE[1] ${content.length})`)).toBe(true);
});

test('a full mailbox refuses before the client uploads, and COPY too', async () => {
  const imap = await start({ quota: 1_000 });
  const alice = await imap.session('alice');
  await alice.send(`a APPEND INBOX {700+}\r\n${'x'.repeat(700)}\r\n`);
  expect((await hear(alice, 'a '))[0]).toMatch(/^a OK \[APPENDUID/);
  await alice.send('b APPEND INBOX {700}\r\n');
  expect(await hear(alice, 'b ')).toEqual(['b NO [OVERQUOTA] the mailbox is full']);
  await say(alice, 'SELECT INBOX');
  expect((await say(alice, 'COPY 1 Archive')).at(-1)).toMatch(/^t NO \[OVERQUOTA\]/);
  expect((await say(alice, 'MOVE 1 Archive')).at(-1)).toBe('t OK moved');
});
