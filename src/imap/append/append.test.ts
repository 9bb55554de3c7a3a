import { afterEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import type { MailWriter } from '../../stores/mail/index.ts';
import { openTestImap, type TestImap, type TestImapOptions, type TestSocket } from '../../testing/index.ts';
import { wireLimits } from '../wire/index.ts';

let imap: TestImap | null = null;
afterEach(() => imap?.close());

function opened(): TestImap {
  if (imap === null) throw new Error('nothing is open');
  return imap;
}

async function start(options: TestImapOptions): Promise<TestSocket> {
  imap = await openTestImap(options);
  return imap.session('alice');
}

/** Says a command and answers its tagged line; what comes before it is heard and dropped. */
async function say(socket: TestSocket, command: string | Buffer): Promise<string> {
  await socket.send(Buffer.concat([Buffer.from('t '), Buffer.from(command), Buffer.from('\r\n')]));
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? 't is closed';
    if (line.startsWith('t ')) return line;
  }
}

/** A store that counts what is held and not let go. */
function counting(holds: Set<object>): (real: MailWriter) => MailWriter {
  return (real) =>
    new Proxy(real, {
      get(target, name) {
        if (name === 'stage') {
          return async (...args: Parameters<MailWriter['stage']>) => {
            const staged = await target.stage(...args);
            holds.add(staged.blob);
            return staged;
          };
        }
        if (name === 'hold') {
          return async (...args: Parameters<MailWriter['hold']>) => {
            const blob = await target.hold(...args);
            holds.add(blob);
            return blob;
          };
        }
        if (name === 'discard') {
          return (...args: Parameters<MailWriter['discard']>) => {
            holds.delete(args[0]);
            target.discard(...args);
          };
        }
        if (name === 'append') {
          return (...args: Parameters<MailWriter['append']>) => {
            for (const { blob } of args[2]) holds.delete(blob);
            return target.append(...args);
          };
        }
        const value = Reflect.get(target, name, target) as unknown;
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
}

const text = (body: string) => `TEXT {${Buffer.byteLength(body)}+}\r\n${body}`;
const large = 'x'.repeat(wireLimits.literalBytesMax + 1);

describe('CATENATE', () => {
  test('texts too large for memory are held, and let go whatever becomes of the command', async () => {
    const holds = new Set<object>();
    const socket = await start({ mail: counting(holds) });
    const parts = `${text('A: b\r\n\r\n')} ${text(large)} ${text(`${large}\r\n`)}`;
    expect(await say(socket, `APPEND INBOX CATENATE (${parts})`)).toMatch(/^t OK \[APPENDUID \d+ 1\]/);
    expect(holds.size).toBe(0);
    expect(await say(socket, `APPEND INBOX CATENATE (${parts} URL x)`)).toMatch(/^t NO \[BADURL "x"\]/);
    expect(await say(socket, `APPEND INBOX CATENATE (${parts} TEXT`)).toMatch(/^t BAD/);
    expect(await say(socket, `APPEND INBOX CATENATE (${parts}) {3+}\r\nA:b CATENATE (URL y)`)).toMatch(
      /^t NO/,
    );
    expect(await say(socket, `APPEND INBOX CATENATE (${parts} ${text('\0')})`)).toMatch(/^t OK/);
    expect(await say(socket, `APPEND INBOX CATENATE (${text('A: \0b\r\n')} ${parts})`)).toMatch(
      /^t NO \[UNKNOWN-CTE\]/,
    );
    expect(holds.size).toBe(0);
    const [first] = await opened().stores.mail.messages(opened().members.alice, 1, [1]);
    expect(first?.size).toBe(large.length * 2 + 10);
  });

  test('a client that leaves within a text leaves nothing behind', async () => {
    const holds = new Set<object>();
    const socket = await start({ mail: counting(holds) });
    await socket.send(`t APPEND INBOX {6+}\r\nA: b\r\n CATENATE (${text(large)} TEXT {400000+}\r\nabc`);
    await expect.poll(() => holds.size).toBe(2);
    await socket.close();
    await expect.poll(() => holds.size).toBe(0);
    expect((await opened().stores.mail.find(opened().members.alice, 'INBOX')).messages).toBe(0);
  });

  test('what the URLs add may not go beyond appendBytesMax, and nothing of it is read', async () => {
    const socket = await start({ limits: { appendBytesMax: 5_000 } });
    const message = `Subject: x\r\n\r\n${'y'.repeat(2_484)}\r\n`;
    await opened().deliver('alice', 'INBOX', message);
    const urls = (count: number) => Array(count).fill('URL /INBOX/;UID=1').join(' ');
    expect(await say(socket, `APPEND INBOX CATENATE (${urls(2)})`)).toMatch(/^t OK/);
    expect(await say(socket, `APPEND INBOX CATENATE (${urls(3)})`)).toBe(
      't NO [TOOBIG] a message may hold 5000 octets',
    );
    const tail = ` CATENATE (${urls(2)} ${text('z')})`;
    expect(await say(socket, `APPEND INBOX${tail}`)).toMatch(/^t NO \[TOOBIG\]/);
  });

  test('texts that together are too large are refused before the last is sent', async () => {
    const socket = await start({ limits: { appendBytesMax: 5_000 } });
    const half = 'x'.repeat(2_500);
    expect(await say(socket, `APPEND INBOX CATENATE (${text(half)} ${text(half)})`)).toMatch(/^t OK/);
    expect(await say(socket, `APPEND INBOX CATENATE (${text(half)} TEXT {2501}`)).toMatch(/^t NO \[TOOBIG\]/);
    // Each message counts alone.
    const two = `CATENATE (${text(half)} ${text(half)}) {4+}\r\nA: b CATENATE (${text(half)})`;
    expect(await say(socket, `APPEND INBOX ${two}`)).toMatch(/^t OK \[APPENDUID \d+ 2:4\]/);
  });

  test('appendMessagesMax counts messages, not their parts', async () => {
    const socket = await start({ limits: { appendMessagesMax: 2 } });
    const one = `CATENATE (${text('A')} ${text(':')} ${text(' b')})`;
    expect(await say(socket, `APPEND INBOX ${one} ${one}`)).toMatch(/^t OK/);
    expect(await say(socket, `APPEND INBOX ${one} ${one} ${one}`)).toMatch(/^t NO \[LIMIT\]/);
  });

  test('the quota counts texts before they are sent and URLs before they are stored', async () => {
    const socket = await start({ quota: 1_000 });
    await opened().deliver('alice', 'INBOX', `A: ${'x'.repeat(595)}\r\n`);
    expect(await say(socket, `APPEND INBOX CATENATE (${text('A: b')} TEXT {400}`)).toMatch(
      /^t NO \[OVERQUOTA\]/,
    );
    expect(await say(socket, 'APPEND INBOX CATENATE (URL /INBOX/;UID=1)')).toMatch(/^t NO \[OVERQUOTA\]/);
    expect(await say(socket, 'APPEND INBOX CATENATE (URL /INBOX/;UID=1/;PARTIAL=0.400)')).toMatch(/^t OK/);
  });

  test("another member's mail is not there", async () => {
    const socket = await start({});
    await opened().deliver('bob', 'INBOX', 'Subject: secret\r\n\r\n');
    for (const url of [
      '/INBOX/;UID=1',
      '/bob/INBOX/;UID=1',
      'imap://bob@localhost/INBOX/;UID=1',
      '../bob/INBOX/;UID=1',
    ]) {
      expect(await say(socket, `APPEND INBOX CATENATE (URL "${url}")`)).toMatch(/^t NO \[BADURL/);
    }
  });
});

describe('MULTIAPPEND', () => {
  /** A store in which some stages fail, one waits for the next, and it is seen how many are under way. */
  function failing(holds: Set<object>, fails: (nth: number) => boolean, seen: { most: number }) {
    return (real: MailWriter) => {
      const counted = counting(holds)(real);
      let [nth, underWay] = [0, 0];
      return new Proxy(counted, {
        get(target, name) {
          if (name !== 'stage') return Reflect.get(target, name, target) as unknown;
          return async (...args: Parameters<MailWriter['stage']>) => {
            const mine = ++nth;
            seen.most = Math.max(seen.most, ++underWay);
            try {
              const staged = await target.stage(...args);
              if (!fails(mine)) return staged;
              target.discard(staged.blob);
              throw new StoreError('no-space', 'the disk is full');
            } finally {
              underWay--;
            }
          };
        },
      });
    };
  }
  const message = 'Subject: one of many\r\n\r\ntext\r\n';
  const literal = ` {${message.length}+}\r\n${message}`;

  test('small messages become durable together, up to appendUnderWayBytesMax', async () => {
    for (const [limit, most] of [
      [3 * message.length, 4],
      [1_000_000, 12],
    ] as const) {
      const [holds, seen] = [new Set<object>(), { most: 0 }];
      const socket = await start({
        limits: { appendUnderWayBytesMax: limit },
        mail: failing(holds, () => false, seen),
      });
      expect(await say(socket, `APPEND INBOX${literal.repeat(12)}`)).toMatch(/^t OK \[APPENDUID \d+ 1:12\]/);
      expect(seen.most).toBeLessThanOrEqual(most);
      expect(seen.most).toBeGreaterThan(1);
      expect(holds.size).toBe(0);
      await opened().close();
    }
  });

  test('where one of them fails nothing is stored or held, and the next command is heard', async () => {
    const [holds, seen] = [new Set<object>(), { most: 0 }];
    const socket = await start({ mail: failing(holds, (nth) => nth === 2, seen) });
    expect(await say(socket, `APPEND INBOX${literal.repeat(4)}`)).toMatch(
      /^t NO \[UNAVAILABLE\] the disk is full/,
    );
    expect(holds.size).toBe(0);
    expect(await say(socket, 'NOOP')).toMatch(/^t OK/);
    expect(await say(socket, `APPEND INBOX${literal.repeat(2)}`)).toMatch(/^t OK \[APPENDUID \d+ 1:2\]/);
  });

  test('a literal that was waited for and then failed ends its command where the line ends', async () => {
    const [holds, seen] = [new Set<object>(), { most: 0 }];
    const socket = await start({ mail: failing(holds, () => true, seen) });
    await socket.send(`a APPEND INBOX {${message.length}}\r\n`);
    expect((await socket.readLine())?.toString()).toBe('+ go on');
    await socket.send(`${message}\r\nb NOOP\r\n`);
    expect((await socket.readLine())?.toString()).toMatch(/^a NO \[UNAVAILABLE\] the disk is full/);
    expect((await socket.readLine())?.toString()).toMatch(/^b OK/);
    expect(holds.size).toBe(0);
  });
});

describe('REPLACE', () => {
  const message = (bytes: number) => `{${bytes}+}\r\nA: ${'x'.repeat(bytes - 7)}\r\n\r\n`;

  test('only the difference counts against the quota', async () => {
    const socket = await start({ quota: 1_000 });
    await say(socket, `APPEND INBOX ${message(700)}`);
    await say(socket, 'SELECT INBOX');
    expect(await say(socket, `APPEND INBOX ${message(700)}`)).toMatch(/^t NO \[OVERQUOTA\]/);
    expect(await say(socket, `REPLACE 1 INBOX ${message(1_000)}`)).toBe('t OK replaced');
    expect(await say(socket, `REPLACE 1 INBOX ${message(1_001)}`)).toMatch(/^t NO \[OVERQUOTA\]/);
    // Refused: the old one is still there.
    expect(await say(socket, 'FETCH 1 UID')).toBe('t OK fetched');
    const { messages, uidNext } = await opened().stores.mail.find(opened().members.alice, 'INBOX');
    expect({ messages, uidNext }).toEqual({ messages: 1, uidNext: 3 });
    expect(await opened().stores.mail.quota(opened().members.alice)).toMatchObject({
      used: 1_000,
      messages: 1,
    });
  });

  test('refused or failed, it holds nothing', async () => {
    const holds = new Set<object>();
    const socket = await start({ mail: counting(holds) });
    await say(socket, `APPEND INBOX ${message(20)}`);
    await say(socket, 'SELECT INBOX');
    expect(await say(socket, `UID REPLACE 7 INBOX ${message(20)}`)).toMatch(/^t NO \[NONEXISTENT\]/);
    expect(await say(socket, `UID REPLACE 1 INBOX ${message(20)} x`)).toMatch(/^t BAD/);
    expect(await say(socket, `UID REPLACE 1 nowhere ${message(20)}`)).toMatch(/^t NO \[TRYCREATE\]/);
    expect(holds.size).toBe(0);
  });

  test('between what another member shares and what is mine, with the rights for both', async () => {
    const alice = await start({});
    const bob = await opened().session('bob');
    await say(alice, 'CREATE Plans');
    await opened().deliver('alice', 'Plans', 'Subject: old\r\n\r\n');
    await say(alice, 'SETACL Plans bob lrite');
    expect(await say(bob, 'SELECT "Other Users/alice/Plans"')).toMatch(/^t OK/);
    expect(await say(bob, `UID REPLACE 1 Drafts ${message(30)}`)).toBe('t OK replaced');
    expect(await say(bob, `APPEND "Other Users/alice/Plans" (\\Flagged) ${message(30)}`)).toMatch(/^t OK/);
    await say(alice, 'SETACL Plans bob lri');
    expect(await say(bob, `UID REPLACE 2 Drafts ${message(30)}`)).toMatch(/^t NO/);
    await say(alice, 'SETACL Plans bob lre');
    expect(await say(bob, 'SELECT Drafts')).toMatch(/^t OK/);
    expect(await say(bob, `UID REPLACE 1 "Other Users/alice/Plans" ${message(30)}`)).toMatch(/^t NO/);
    const { mail } = opened().stores;
    const plans = await mail.find(opened().members.alice, 'Plans');
    expect(plans.messages).toBe(1);
    // Flags that the rights do not reach are left out (RFC 4314 §4).
    const [row] = await mail.messages(opened().members.alice, plans.id, [2]);
    expect(row).toMatchObject({ uid: 2, flags: 0 });
    expect((await mail.find(opened().members.bob, 'Drafts')).messages).toBe(1);
  });
});
