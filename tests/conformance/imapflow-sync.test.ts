import { ImapFlow, type ImapFlowOptions, type MailboxOpenOptions } from 'imapflow';
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

// What keeps a client in step and its line short: CONDSTORE, QRESYNC and COMPRESS as imapflow asks for them.

let myco: Myco;
const open: ImapFlow[] = [];
beforeAll(async () => {
  myco = await startMyco({ members: ['ana', 'bea', 'carl', 'dan'] });
});
afterEach(() => {
  for (const client of open.splice(0)) client.close();
});
afterAll(stopAll);

interface Spoken extends ImapFlow {
  /** Commands it has sent. */
  readonly sent: readonly string[];
}

async function login(name: string, more: Partial<ImapFlowOptions> = {}): Promise<Spoken> {
  const sent: string[] = [];
  const hear = (entry: { src?: string; msg?: string }) => {
    if (entry.src === 'c' && entry.msg) sent.push(entry.msg);
  };
  const client = new ImapFlow({
    host: 'localhost',
    port: myco.port('imaps'),
    secure: true,
    auth: { user: member(name), pass: password },
    tls: { ca: myco.authority },
    logger: { debug: hear, info: hear, warn: hear, error: hear },
    ...more,
  });
  open.push(client);
  await client.connect();
  return Object.assign(client, { sent });
}

function given<T>(value: T | false | undefined | null): T {
  if (value === false || value === undefined || value === null) throw new Error('the answer is empty');
  return value;
}

/** Its types leave out what brings a mailbox up to date when it is opened. */
const resume = (changedSince: bigint, uidValidity: bigint) =>
  ({ changedSince, uidValidity }) as MailboxOpenOptions;

/** What a client is told of one mailbox, in words. */
function listen(client: ImapFlow): string[] {
  const heard: string[] = [];
  client.on('exists', ({ count }) => heard.push(`exists ${count}`));
  client.on('flags', ({ uid, seq, flags }) =>
    heard.push(`flags ${uid === undefined ? `seq ${seq}` : uid} ${[...(flags ?? [])].join(' ')}`),
  );
  client.on('expunge', ({ uid, vanished, earlier }) =>
    heard.push(`${earlier ? 'earlier ' : ''}${vanished ? 'vanished' : 'expunged'} ${uid}`),
  );
  return heard;
}

const hears = (heard: readonly string[], what: string) =>
  eventually(what, () => (heard.includes(what) ? true : undefined));

describe('QRESYNC', () => {
  test('a mailbox opened again tells what happened since, by uid', async () => {
    const first = await login('ana', { qresync: true });
    for (let index = 1; index <= 10; index++) await first.append('INBOX', sampleMessage(`m${index}`));
    const { uidValidity, highestModseq } = await first.mailboxOpen('INBOX');
    await first.logout();

    const other = await login('ana');
    await other.mailboxOpen('INBOX');
    await other.messageFlagsAdd('2', ['\\Flagged'], { uid: true });
    await other.messageDelete('4:5', { uid: true });
    await other.messageMove('9', 'Archive', { uid: true });
    await other.append('INBOX', sampleMessage('new'));

    const again = await login('ana', { qresync: true });
    const heard = listen(again);
    const mailbox = await again.mailboxOpen('INBOX', resume(given(highestModseq), uidValidity));
    expect(mailbox).toMatchObject({ exists: 8, qresync: true });
    expect(again.sent.join('\n')).toMatch(/SELECT INBOX \(QRESYNC \(\d+ \d+\)\)/);
    expect(heard.toSorted()).toEqual([
      'earlier vanished 4',
      'earlier vanished 5',
      'earlier vanished 9',
      'flags 11 ',
      'flags 2 \\Flagged',
    ]);
  });

  test('another uidvalidity, and everything is told anew', async () => {
    const client = await login('ana', { qresync: true });
    const heard = listen(client);
    const mailbox = await client.mailboxOpen('INBOX', resume(1n, 7n));
    expect(mailbox).toMatchObject({ exists: 8, qresync: false });
    expect(heard).toEqual([]);
  });

  test('while it idles, what goes vanishes by uid', async () => {
    const client = await login('bea', { qresync: true });
    for (const subject of ['a', 'b', 'c', 'd']) await client.append('INBOX', sampleMessage(subject));
    await client.mailboxOpen('INBOX');
    const heard = listen(client);
    void client.idle();
    const other = await login('bea');
    await other.mailboxOpen('INBOX');
    await other.messageFlagsAdd('4', ['\\Answered'], { uid: true });
    await hears(heard, 'flags 4 \\Answered');
    await other.messageMove('1,3', 'Archive', { uid: true });
    await hears(heard, 'vanished 3');
    expect(heard).toContain('vanished 1');
    const mx = await openSmtp(myco);
    expect((await mx.send('x@elsewhere.example', member('bea'), sampleMessage('e'))).text).toMatch(/^250/);
    await mx.close();
    await hears(heard, 'exists 3');
    expect(heard.filter((line) => line.startsWith('expunged'))).toEqual([]);
    expect(await client.search({ all: true }, { uid: true })).toEqual([2, 4, 5]);
  });

  test('FETCH of what changed tells of what vanished', async () => {
    const client = await login('carl', { qresync: true });
    for (const subject of ['a', 'b', 'c', 'd']) await client.append('INBOX', sampleMessage(subject));
    const since = given((await client.mailboxOpen('INBOX')).highestModseq);
    const heard = listen(client);
    const other = await login('carl');
    await other.mailboxOpen('INBOX');
    await other.messageDelete('2', { uid: true });
    await other.messageFlagsAdd('3', ['\\Seen'], { uid: true });
    const changed = await client.fetchAll(
      '1:*',
      { uid: true, flags: true },
      { changedSince: since, uid: true },
    );
    expect(changed.map(({ uid }) => uid)).toEqual([3]);
    expect(client.sent.join('\n')).toMatch(/UID FETCH 1:\* .*\(CHANGEDSINCE \d+ VANISHED\)/);
    // It may have been told unasked before, as RFC 7162 §3.2.10 has it.
    expect(heard.some((line) => /^(earlier )?vanished 2$/.test(line))).toBe(true);
  });
});

test('CONDSTORE: only what changed, its modseq with it', async () => {
  const client = await login('dan');
  for (const subject of ['a', 'b', 'c']) await client.append('Archive', sampleMessage(subject));
  const { highestModseq } = await client.mailboxOpen('Archive');
  await client.messageFlagsAdd('2', ['\\Flagged']);
  const query = { uid: true, flags: true };
  const changed = await client.fetchAll('1:*', query, { changedSince: given(highestModseq) });
  expect(changed.map(({ uid, flags }) => [uid, ...given(flags)])).toEqual([[2, '\\Flagged']]);
  const status = await client.status('Archive', { highestModseq: true });
  expect(given(status).highestModseq).toBe(given(changed[0]?.modseq));
  expect(await client.fetchAll('1:*', query, { changedSince: given(given(status).highestModseq) })).toEqual(
    [],
  );
});

/** Bytes that no compression makes fewer, the same at every run. */
function makeNoise(bytes: number): Buffer {
  const noise = Buffer.alloc(bytes);
  for (let [at, state] = [0, 1]; at < bytes; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    noise[at] = state >>> 24;
  }
  return noise;
}

describe('COMPRESS=DEFLATE', () => {
  const door = { imaps: {}, imap: { secure: false, doSTARTTLS: true } } as const;
  test.each(['imaps', 'imap'] as const)(
    'through %s: large and small, text and noise, both ways',
    async (name) => {
      const client = await login('dan', { ...door[name], port: myco.port(name) });
      expect(client.sent.join('\n')).toMatch(/COMPRESS DEFLATE/);
      const noise = makeNoise(1_500_000).toString('base64').replace(/.{76}/g, '$&\r\n');
      const text = 'the same line again and again\r\n'.repeat(40_000);
      for (const body of [noise, text, 'short\r\n']) {
        const message = sampleMessage(`sized ${body.length} ${name}`, body);
        const { uid } = given(await client.append('Drafts', message));
        await client.mailboxOpen('Drafts');
        const { source } = given(await client.fetchOne(String(uid), { source: true }, { uid: true }));
        expect(sha256(given(source))).toBe(sha256(message));
      }
      const heard = listen(client);
      void client.idle();
      const other = await login('dan', { disableCompression: true });
      expect(other.sent.join('\n')).not.toMatch(/COMPRESS/);
      await other.append('Drafts', sampleMessage('while it idles'));
      await hears(heard, `exists ${name === 'imaps' ? 4 : 8}`);
      expect(await client.search({ subject: 'while it idles' })).toHaveLength(name === 'imaps' ? 1 : 2);
      await client.logout();
    },
  );
});
