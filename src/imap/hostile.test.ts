import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock } from '../base/index.ts';
import { defaultNetLimits } from '../net/index.ts';
import type { MailWriter } from '../stores/mail/index.ts';
import { openTestImap, type TestImap, type TestSocket } from '../testing/index.ts';
import { defaultImapLimits } from './limits.ts';
import { wireLimits } from './wire/index.ts';

const clock = fakeClock();
/** What the store keeps for commands that are not done. */
const holds = new Set<object>();
let imap: TestImap;
beforeAll(async () => {
  imap = await openTestImap({
    clock,
    mail: holding(holds),
    limits: { sweepIntervalMs: 10 },
    netLimits: { sweepIntervalMs: 10 },
  });
});
afterAll(() => imap.close());

/** Says a command and answers its tagged line, `* BAD` where the tag was not seen, or the last before the end. */
async function say(socket: TestSocket, command: string): Promise<string> {
  await socket.send(`t ${command}\r\n`);
  for (let last = 'nothing'; ; ) {
    const line = (await socket.readLine())?.toString();
    if (line === undefined) return last;
    if (/^(t |\* BAD)/.test(line)) return line;
    last = line;
  }
}

/** A store that tells what is held and not let go. */
function holding(holds: Set<object>): (real: MailWriter) => MailWriter {
  return (real) =>
    new Proxy(real, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        if (name === 'discard') {
          return (blob: object) => {
            holds.delete(blob);
            value.call(target, blob);
          };
        }
        if (name === 'append') {
          return (account: number, mailbox: number, incoming: readonly { readonly blob: object }[]) => {
            for (const { blob } of incoming) holds.delete(blob);
            return value.call(target, account, mailbox, incoming);
          };
        }
        if (name !== 'stage' && name !== 'hold') return value.bind(target);
        return async (...args: unknown[]) => {
          const put = await value.apply(target, args);
          holds.add(name === 'stage' ? put.blob : put);
          return put;
        };
      },
    });
}

describe('a literal that is announced and does not come', () => {
  test.each(['a LOGIN {10}', 'a LOGIN {10+}', 'a AUTHENTICATE PLAIN'])(
    'a stranger has unauthenticatedMsMax in all, however slowly it goes on: %s',
    async (line) => {
      const socket = await imap.connect('plain');
      await socket.readLine();
      await socket.send(`${line}\r\n`);
      for (let at = 0; at < 5; at++) {
        clock.advance(defaultNetLimits.unauthenticatedMsMax / 6);
        await socket.send('x');
      }
      expect(imap.servers.plain.sessions).toBe(1);
      clock.advance(defaultNetLimits.unauthenticatedMsMax / 6);
      await expect.poll(() => imap.servers.plain.sessions).toBe(0);
    },
  );

  test.each([
    ['APPEND INBOX {4+}\r\nA: b {1000+}\r\nabc'],
    ['APPEND INBOX {4+}\r\nA: b {1000000+}\r\nabc'],
    ['APPEND INBOX {4+}\r\nA: b CATENATE (TEXT {1000000+}\r\nabc'],
    ['APPEND INBOX {4+}\r\nA: b CATENATE (TEXT {1000+}\r\nabc'],
    ['APPEND INBOX {4+}\r\nA: b {5}'],
    ['SEARCH SUBJECT {100}'],
  ])('a member is sent away after autologoutMs, and nothing is held: %j', async (text) => {
    const socket = await imap.session('alice');
    await say(socket, 'SELECT INBOX');
    await socket.send(`a ${text}\r\n`);
    if (/\{\d+\}$/.test(text)) expect((await socket.readLine())?.toString()).toBe('+ go on');
    if (text.includes('A: b')) await expect.poll(() => holds.size).toBe(1);
    clock.advance(defaultImapLimits.autologoutMs);
    expect((await socket.readLine())?.toString()).toBe('* BYE you were silent for too long');
    expect(await socket.readLine()).toBeNull();
    await expect.poll(() => holds.size).toBe(0);
    expect((await imap.stores.mail.find(imap.members.alice, 'INBOX')).messages).toBe(0);
  });

  test('an upload that goes on is not silence', async () => {
    const socket = await imap.session('alice');
    const chunk = `${'x'.repeat(99_998)}\r\n`;
    await socket.send('t APPEND Archive {500006+}\r\nA: b\r\n');
    for (let at = 0; at < 5; at++) {
      await socket.send(chunk);
      expect(await socket.hears(50)).toBe(false);
      clock.advance(defaultImapLimits.autologoutMs / 2);
    }
    await socket.send('\r\n');
    expect((await socket.readLine())?.toString()).toMatch(/^t OK \[APPENDUID/);
    await socket.close();
  });
});

describe('an APPEND that is cut off', () => {
  const message = 'Subject: x\r\n\r\n';
  test.each([
    ['in a small literal', `APPEND Drafts {1000+}\r\n${message}`],
    ['in a large one', `APPEND Drafts {2000000+}\r\n${message.repeat(100_000)}`],
    ['in the second message', `APPEND Drafts {${message.length}+}\r\n${message} {1000000+}\r\n${message}`],
    ['between two', `APPEND Drafts {${message.length}+}\r\n${message} (`],
    ['before its end', `APPEND Drafts {${message.length}+}\r\n${message}`],
    ['in a REPLACE', `REPLACE 1 Drafts {1000000+}\r\n${message}`],
  ])('%s: nothing is stored and nothing is held', async (_, text) => {
    const socket = await imap.session('alice');
    const uid = await imap.deliver('alice', 'Drafts', message);
    await say(socket, 'SELECT Drafts');
    await socket.send(`t ${text}`);
    await socket.close();
    await expect.poll(() => imap.servers.plain.sessions).toBe(0);
    expect([...holds]).toEqual([]);
    expect((await imap.stores.mail.find(imap.members.alice, 'Drafts')).uidNext).toBe(uid + 1);
    expect(imap.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });
});

describe('commands of the largest size', () => {
  const ranges = (count: number) => Array.from({ length: count }, (_, at) => at * 2 + 1).join(',');

  test('sequenceRangesMax: 100,000 ranges are obeyed, one more is not, and the session goes on', async () => {
    for (let at = 0; at < 3; at++) await imap.deliver('alice', 'Sent', 'Subject: x\r\n\r\n');

    const socket = await imap.session('alice');
    await say(socket, 'SELECT Sent');
    const most = ranges(wireLimits.sequenceRangesMax);
    for (const command of [
      `UID FETCH ${most} FLAGS`,
      `UID STORE ${most} +FLAGS.SILENT (\\Seen)`,
      `UID COPY ${most} Archive`,
      `UID SEARCH UID ${most}`,
      `SEARCH NOT 3 UID ${most}`,
      `UID EXPUNGE ${most}`,
    ]) {
      expect(await say(socket, command), command.slice(0, 20)).toMatch(/^t OK/);
    }
    expect(await say(socket, `UID FETCH ${most},200003 FLAGS`)).toMatch(/^t BAD/);
    expect(await say(socket, `FETCH ${most} FLAGS`)).toMatch(/^t BAD message 199999 does not exist/);
    expect(await say(socket, 'NOOP')).toBe('t OK nothing done');
  });

  test('a line beyond commandLineBytesMax is refused, not held', async () => {
    const socket = await imap.session('alice');
    await say(socket, 'SELECT INBOX');
    expect(await say(socket, `UID FETCH ${ranges(200_000)} FLAGS`)).toMatch(/^\* (BAD|BYE)/);
  });

  test.each([
    ['(', ')'],
    ['NOT ', ''],
    ['OR ALL ', ''],
    ['NOT (OR (ALL) ', ')'],
  ])('SEARCH nested 1,000 deep with %j is BAD', async (before, after) => {
    const socket = await imap.session('alice');
    await say(socket, 'SELECT INBOX');
    const nested = (depth: number) => `SEARCH ${before.repeat(depth)}ALL${after.repeat(depth)}`;
    expect(await say(socket, nested(1_000))).toMatch(/^t BAD/);
    expect(await say(socket, nested(wireLimits.searchDepthMax * 1_000))).toMatch(/^[t*] BAD/);
    expect(await say(socket, nested(10))).toMatch(/^t OK/);
  });

  test('FETCH of 1,000 sections is BAD, of fetchItemsMax it is answered', async () => {
    await imap.deliver('alice', 'Junk', 'Subject: x\r\n\r\n12345678');
    const socket = await imap.session('alice');
    await say(socket, 'SELECT Junk');
    const sections = (count: number) =>
      Array.from({ length: count }, (_, at) => `BODY.PEEK[TEXT]<${at % 8}.1>`).join(' ');
    expect(await say(socket, `FETCH 1 (${sections(1_000)})`)).toMatch(/^t BAD/);
    const fields = Array(1_000).fill('Subject').join(' ');
    expect(await say(socket, `FETCH 1 BODY.PEEK[HEADER.FIELDS (${fields})]`)).toMatch(/^t BAD/);
    expect(await say(socket, `FETCH 1 BODY.PEEK[${Array(1_000).fill('1').join('.')}]`)).toMatch(/^t BAD/);
    await socket.send(`t FETCH 1 (${sections(wireLimits.fetchItemsMax)})\r\n`);
    let heard = 0;
    for (let line = ''; !line.startsWith('t '); heard++) {
      line = (await socket.readLine())?.toString() ?? 't closed';
    }
    expect(heard).toBe(wireLimits.fetchItemsMax + 2);
  });
});

test('what is pipelined behind STARTTLS is dropped, literals and all', async () => {
  const socket = await imap.connect('imap');
  await socket.readLine();
  await socket.send(
    'a STARTTLS\r\nb LOGIN {5+}\r\nalice {28+}\r\ncorrect horse battery staple\r\nc APPEND INBOX {100+}\r\n',
  );
  expect((await socket.readLine())?.toString()).toMatch(/^a OK/);
  await socket.startTls();
  expect(await say(socket, 'NOOP')).toMatch(/^t OK/);
  expect(await say(socket, 'SELECT INBOX')).toMatch(/^t BAD/);
});
