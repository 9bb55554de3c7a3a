import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  eventually,
  type Myco,
  member,
  openSmtp,
  password,
  sampleMessage,
  sha256,
  startMyco,
  stopAll,
} from '../harness/index.ts';

let myco: Myco;
const open: ImapFlow[] = [];
beforeAll(async () => {
  myco = await startMyco({ members: ['ana', 'bea', 'carl', 'dan', 'eva'] });
});
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
afterAll(stopAll);

function make(user: string, more: Partial<ImapFlowOptions> = {}): ImapFlow {
  const client = new ImapFlow({
    host: 'localhost',
    port: myco.port('imaps'),
    secure: true,
    auth: { user, pass: password },
    tls: { ca: myco.authority },
    logger: false,
    ...more,
  });
  open.push(client);
  return client;
}

async function login(name: string, more: Partial<ImapFlowOptions> = {}): Promise<ImapFlow> {
  const client = make(member(name), more);
  await client.connect();
  return client;
}

/** What was promised is there: fails where a method answered with nothing. */
function given<T>(value: T | false | undefined | null): T {
  if (value === false || value === undefined || value === null) throw new Error('the answer is empty');
  return value;
}

const nested = [
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="outer"',
  '',
  '--outer',
  'Content-Type: multipart/alternative; boundary=inner',
  '',
  '--inner',
  'Content-Type: text/plain; charset=iso-8859-1',
  'Content-Transfer-Encoding: quoted-printable',
  '',
  'caf=E9',
  '--inner',
  'Content-Type: text/html; charset=utf-8',
  '',
  '<p>café</p>',
  '--inner--',
  '--outer',
  'Content-Type: application/octet-stream; name="a b.bin"',
  'Content-Disposition: attachment; filename="a b.bin"',
  'Content-Transfer-Encoding: base64',
  '',
  'AAECAwQF',
  '--outer--',
  '',
];
const nestedMessage = sampleMessage('=?utf-8?q?Caf=C3=A9?=', '').replace(
  /\r\n\r\n$/,
  `\r\n${nested.join('\r\n')}`,
);

describe('signing in', () => {
  test('over TLS and over STARTTLS, by address and by name, `%40` for `@`', async () => {
    for (const user of [member('ana'), 'ana', member('ana').replace('@', '%40'), member('ANA')]) {
      const client = make(user);
      await client.connect();
      expect(client.usable).toBe(true);
      await client.logout();
    }
    const plain = make(member('ana'), { port: myco.port('imap'), secure: false, doSTARTTLS: true });
    await plain.connect();
    expect(plain.secureConnection).toBe(true);
  });

  test('a wrong password is told as such', async () => {
    const client = make(member('ana'), { auth: { user: member('ana'), pass: 'wrong' } });
    await expect(client.connect()).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: 'AUTHENTICATIONFAILED',
    });
  });

  test('a server nobody vouches for is refused by the client', async () => {
    const client = make(member('ana'), { tls: {} });
    await expect(client.connect()).rejects.toThrow(/certificate/);
  });
});

describe('mailboxes', () => {
  test('special uses are there from the first login', async () => {
    const client = await login('ana');
    const uses = new Map((await client.list()).map(({ path, specialUse }) => [path, specialUse]));
    expect(Object.fromEntries(uses)).toMatchObject({
      INBOX: '\\Inbox',
      Archive: '\\Archive',
      Drafts: '\\Drafts',
      Junk: '\\Junk',
      Sent: '\\Sent',
      Trash: '\\Trash',
    });
  });

  test('create, status, rename, subscribe, delete', async () => {
    const client = await login('ana');
    expect(await client.mailboxCreate(['Projets', 'Été & hiver'])).toMatchObject({ created: true });
    expect(await client.mailboxCreate(['Projets', 'Été & hiver'])).toMatchObject({ created: false });
    expect(
      await client.status('Projets/Été & hiver', { messages: true, uidNext: true, highestModseq: true }),
    ).toMatchObject({
      messages: 0,
      uidNext: 1,
    });
    await client.mailboxRename('Projets', 'Projects');
    const paths = (await client.list()).map(({ path }) => path);
    expect(paths).toContain('Projects/Été & hiver');
    expect(paths).not.toContain('Projets');
    expect(await client.mailboxSubscribe('Projects')).toBe(true);
    expect(await client.mailboxUnsubscribe('Projects')).toBe(true);
    expect((await client.list()).find(({ path }) => path === 'Projects')?.subscribed).not.toBe(true);
    expect(await client.mailboxSubscribe('Projects')).toBe(true);
    await client.mailboxDelete('Projects/Été & hiver');
    await client.mailboxDelete('Projects');
    expect((await client.list()).map(({ path }) => path)).not.toContain('Projects');
    await expect(client.mailboxDelete('Projects')).rejects.toMatchObject({
      serverResponseCode: 'NONEXISTENT',
    });
  });
});

describe('messages', () => {
  test('envelope, structure, parts, download', async () => {
    const client = await login('bea');
    const appended = given(
      await client.append('INBOX', nestedMessage, ['\\Seen', 'Label1'], new Date(1_600_000_000_000)),
    );
    expect(appended.uid).toBe(1);
    await client.mailboxOpen('INBOX');
    const query = {
      envelope: true,
      bodyStructure: true,
      flags: true,
      internalDate: true,
      size: true,
      source: true,
    };
    const message = given(await client.fetchOne('1', query));
    expect(message.envelope).toMatchObject({
      subject: 'Café',
      from: [{ name: 'Carla', address: 'carla@elsewhere.example' }],
    });
    expect(message.bodyStructure).toMatchObject({
      type: 'multipart/mixed',
      childNodes: [
        {
          type: 'multipart/alternative',
          childNodes: [
            {
              part: '1.1',
              type: 'text/plain',
              parameters: { charset: 'iso-8859-1' },
              encoding: 'quoted-printable',
            },
            { part: '1.2', type: 'text/html' },
          ],
        },
        { part: '2', type: 'application/octet-stream', dispositionParameters: { filename: 'a b.bin' } },
      ],
    });
    expect([...given(message.flags)].sort()).toEqual(['Label1', '\\Seen']);
    expect(new Date(given(message.internalDate)).getTime()).toBe(1_600_000_000_000);
    expect(message.size).toBe(Buffer.byteLength(nestedMessage));
    expect(given(message.source).toString()).toBe(nestedMessage);
    const parts = await client.downloadMany('1', ['1.1', '2']);
    expect(parts).toMatchObject({ 2: { content: Buffer.from([0, 1, 2, 3, 4, 5]) } });
    const { content } = await client.download('1', '1.1');
    const pieces: Buffer[] = [];
    for await (const piece of given(content)) pieces.push(Buffer.from(piece as Uint8Array));
    expect(Buffer.concat(pieces).toString().trim()).toBe('café');
  });

  test('a literal of several megabytes comes back as it went', async () => {
    const client = await login('bea');
    const line = `${'0123456789abcdef'.repeat(4)}\r\n`;
    const large = Buffer.from(
      sampleMessage('large', line.repeat(Math.ceil((6 * 1024 * 1024) / line.length))),
    );
    const { uid } = given(await client.append('Archive', large));
    await client.mailboxOpen('Archive');
    const message = given(await client.fetchOne(String(uid), { source: true, size: true }, { uid: true }));
    expect(message.size).toBe(large.length);
    expect(sha256(given(message.source))).toBe(sha256(large));
    const tail = given(
      await client.fetchOne(
        String(uid),
        { source: { start: large.length - 10, maxLength: 100 } },
        { uid: true },
      ),
    );
    expect(given(tail.source).toString()).toBe(large.subarray(-10).toString());
  });

  test('search', async () => {
    const client = await login('carl');
    for (const [subject, flags] of [
      ['red apple', ['\\Flagged']],
      ['green apple', []],
      ['Grüne Birne', ['\\Seen']],
    ] as const) {
      await client.append('INBOX', sampleMessage(subject, `About ${subject}: naïve\r\n`), [...flags]);
    }
    await client.mailboxOpen('INBOX');
    expect(await client.search({ subject: 'APPLE' })).toEqual([1, 2]);
    expect(await client.search({ subject: 'grüne' })).toEqual([3]);
    expect(await client.search({ body: 'naïve' })).toEqual([1, 2, 3]);
    expect(await client.search({ flagged: true })).toEqual([1]);
    expect(await client.search({ seen: false, not: { flagged: true } })).toEqual([2]);
    expect(await client.search({ or: [{ flagged: true }, { seen: true }] })).toEqual([1, 3]);
    expect(await client.search({ from: 'nobody@nowhere' })).toEqual([]);
    expect(await client.search({ header: { 'message-id': 'red.apple' } })).toEqual([1]);
    expect(await client.search({ sentBefore: new Date('1997-11-22') })).toEqual([1, 2, 3]);
    expect(await client.search({ larger: 10, since: new Date(Date.UTC(2020, 1, 1)) }, { uid: true })).toEqual(
      [1, 2, 3],
    );
    expect(await client.search({ all: true }, { returnOptions: ['MIN', 'MAX', 'COUNT'] })).toMatchObject({
      min: 1,
      max: 3,
      count: 3,
    });
  });

  test('copy, move, delete with the uids they get', async () => {
    const client = await login('dan');
    for (const subject of ['a', 'b', 'c']) await client.append('INBOX', sampleMessage(subject));
    await client.mailboxOpen('INBOX');
    const copied = given(await client.messageCopy('1:2', 'Archive'));
    expect([...given(copied.uidMap)]).toEqual([
      [1, 1],
      [2, 2],
    ]);
    const moved = given(await client.messageMove('3', 'Archive', { uid: true }));
    expect([...given(moved.uidMap)]).toEqual([[3, 3]]);
    expect(await client.messageDelete('1')).toBe(true);
    expect(await client.search({ all: true }, { uid: true })).toEqual([2]);
    await expect(client.messageCopy('1', 'No such mailbox')).resolves.toBe(false);
    await client.mailboxOpen('Archive');
    expect(await client.search({ all: true }, { uid: true })).toEqual([1, 2, 3]);
  });

  test('CONDSTORE: what changed since', async () => {
    const client = await login('eva');
    for (const subject of ['a', 'b', 'c']) await client.append('Archive', sampleMessage(subject));
    const mailbox = await client.mailboxOpen('Archive');
    const since = given(mailbox.highestModseq);
    await client.messageFlagsAdd('2', ['\\Flagged']);
    const changed = await client.fetchAll('1:*', { flags: true, uid: true }, { changedSince: since });
    expect(changed.map(({ uid }) => uid)).toEqual([2]);
    expect(given(changed[0]?.modseq) > since).toBe(true);
    // This client puts the modifier behind the flags, which RFC 7162 §3.1.3 does not allow: refused, nothing changed.
    expect(await client.messageFlagsSet('2', ['\\Seen'], { unchangedSince: since })).toBe(false);
    const after = given(await client.fetchOne('2', { flags: true }));
    expect([...given(after.flags)]).toEqual(['\\Flagged']);
  });
});

test('two connections: one idles and hears what the other and the MX do', async () => {
  const idle = await login('eva');
  const other = await login('eva');
  await idle.mailboxOpen('INBOX');
  const heard: string[] = [];
  idle.on('exists', ({ count }: { count: number }) => heard.push(`exists ${count}`));
  idle.on('flags', ({ seq, flags }: { seq: number; flags: Set<string> }) =>
    heard.push(`flags ${seq} ${[...flags].join(' ')}`),
  );
  idle.on('expunge', ({ seq }: { seq: number }) => heard.push(`expunge ${seq}`));
  const hears = (what: string) => eventually(what, () => (heard.includes(what) ? true : undefined));
  void idle.idle();

  const mx = await openSmtp(myco);
  expect((await mx.send('x@elsewhere.example', member('eva'), sampleMessage('pushed'))).text).toMatch(/^250/);
  await mx.close();
  await hears('exists 1');
  await other.append('INBOX', sampleMessage('appended'));
  await hears('exists 2');
  await other.mailboxOpen('INBOX');
  await other.messageFlagsAdd('1', ['\\Flagged']);
  await hears('flags 1 \\Flagged');
  await other.messageDelete('1');
  await hears('expunge 1');
  expect(heard).toEqual([
    'exists 1',
    'exists 2',
    'flags 1 \\Flagged',
    'flags 1 \\Flagged \\Deleted',
    'expunge 1',
  ]);
  expect(await idle.search({ all: true }, { uid: true })).toEqual([2]);
});
