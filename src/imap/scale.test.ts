import { afterEach, expect, test } from 'vitest';
import { modules } from '../modules.ts';
import { verifyAll } from '../storage/index.ts';
import { flagBits, type MailWriter } from '../stores/mail/index.ts';
import {
  describeEngines,
  fillMailbox,
  openTestImap,
  scaleMessages,
  type TestImap,
  type TestImapOptions,
  type TestSocket,
} from '../testing/index.ts';

const messages = scaleMessages;

const open: TestImap[] = [];
afterEach(async () => {
  for (const imap of open.splice(0)) await imap.close();
});

async function start(options: TestImapOptions): Promise<TestImap> {
  const imap = await openTestImap(options);
  open.push(imap);
  return imap;
}

async function say(socket: TestSocket, command: string): Promise<string[]> {
  await socket.send(`t ${command}\r\n`);
  const heard: string[] = [];
  for (;;) {
    const line = (await socket.readLine())?.toString('latin1') ?? 'closed';
    heard.push(line);
    if (line.startsWith('t ') || line === 'closed') return heard;
  }
}

/** How many rows, uids or blocks each method has brought from the store. */
class Counted {
  readonly read = new Map<string, number>();

  wrap = (real: MailWriter): MailWriter =>
    new Proxy(real, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]) => this.#count(String(name), method.apply(target, args));
      },
    });

  #count(name: string, answer: unknown): unknown {
    if (answer instanceof Promise) {
      return answer.then((value) => {
        this.#add(name, sizeOf(value));
        return value;
      });
    }
    if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer;
    const pages = answer as AsyncIterable<readonly unknown[]>;
    const add = (count: number) => this.#add(name, count);
    return (async function* () {
      for await (const page of pages) {
        add(page.length);
        yield page;
      }
    })();
  }

  #add(name: string, count: number): void {
    if (count > 0) this.read.set(name, (this.read.get(name) ?? 0) + count);
  }

  /** What was read since the last time. */
  take(): Record<string, number> {
    const read = Object.fromEntries(this.read);
    this.read.clear();
    return read;
  }
}

function sizeOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value) || value instanceof Uint32Array) return value.length;
  if (value instanceof Map) return value.size;
  return Object.values(value).reduce((sum, part) => sum + (typeof part === 'object' ? sizeOf(part) : 0), 0);
}

describeEngines('a large mailbox', (engine) => {
  test('SELECT, NOOP and what is new do not read it', { timeout: 240_000 }, async () => {
    const counted = new Counted();
    const imap = await start({ engine, mail: counted.wrap });
    const account = imap.members.alice;
    const { mail } = imap.stores;
    await fillMailbox(mail, account, 'INBOX', messages);
    const box = await mail.find(account, 'INBOX');
    expect(box.messages).toBe(messages);
    const alice = await imap.session('alice');
    counted.take();
    expect(await say(alice, 'SELECT INBOX')).toContain(`* ${messages} EXISTS`);
    expect(counted.take()).toEqual({});
    await imap.deliver('alice', 'INBOX', 'Subject: new\r\n\r\nnew\r\n');
    expect(await say(alice, 'NOOP')).toContain(`* ${messages + 1} EXISTS`);
    expect(counted.take()).toEqual({ news: 1 });
    expect(await say(alice, 'NOOP')).toEqual(['t OK nothing done']);
    expect(counted.take()).toEqual({});
    await mail.storeFlags({
      account,
      mailbox: box.id,
      uids: [5, 77],
      mode: 'add',
      flags: flagBits.flagged,
      keywords: [],
    });
    expect(await say(alice, 'NOOP')).toHaveLength(3);
    expect(counted.take()).toEqual({});
    const middle = messages / 2;
    expect(await say(alice, `FETCH ${middle} (UID)`)).toContain(`* ${middle} FETCH (UID ${middle})`);
    expect(counted.take()).toEqual({});
    expect(await say(alice, `FETCH ${middle} (FLAGS)`)).toHaveLength(2);
    expect(counted.take()).toEqual({ messages: 1 });
  });

  test('where some are gone, only what a number needs is read', { timeout: 240_000 }, async () => {
    const counted = new Counted();
    const imap = await start({ engine, mail: counted.wrap });
    const account = imap.members.alice;
    const { mail } = imap.stores;
    await fillMailbox(mail, account, 'INBOX', messages);
    const { id: mailbox } = await mail.find(account, 'INBOX');
    // Every tenth goes: no stretch is whole any more.
    const uids = Array.from({ length: messages / 10 }, (_, at) => (at + 1) * 10);
    for (let at = 0; at < uids.length; at += 5_000) {
      const some = uids.slice(at, at + 5_000);
      await mail.storeFlags({
        account,
        mailbox,
        uids: some,
        mode: 'add',
        flags: flagBits.deleted,
        keywords: [],
      });
    }
    const gone = await mail.expunge(account, mailbox, null);
    expect(gone).toEqual(uids.map((uid) => [uid, uid]));
    const left = messages - uids.length;
    const blocks = Math.floor(messages / 4096) + 1;
    const [alice, bob] = [await imap.session('alice'), await imap.session('alice')];
    counted.take();
    expect(await say(alice, 'SELECT INBOX')).toContain(`* ${left} EXISTS`);
    expect(counted.take()).toEqual({ snapshot: blocks });
    expect(await say(bob, 'ENABLE IMAP4rev2')).toHaveLength(2);
    await say(bob, 'SELECT INBOX');
    counted.take();
    expect(await say(alice, `FETCH ${left} (UID)`)).toContain(`* ${left} FETCH (UID ${messages - 1})`);
    expect(counted.take().present).toBeLessThan(4096);
    // The uid after a gone one, in the middle: its number counts all that went before it.
    const uid = messages / 2 + 1;
    const seq = uid - (uid - 1) / 10;
    expect(await say(alice, `UID FETCH ${uid} (UID)`)).toContain(`* ${seq} FETCH (UID ${uid})`);
    expect(await say(bob, `UID STORE ${uid} +FLAGS (\\Deleted)`)).toHaveLength(2);
    expect(await say(bob, 'EXPUNGE')).toContain(`* ${seq} EXPUNGE`);
    expect(await say(alice, 'NOOP')).toContain(`* ${seq} EXPUNGE`);
    counted.take();
    expect(await say(alice, `UID SEARCH RETURN (COUNT) UID ${uid}:*`)).toContain(
      `* ESEARCH (TAG "t") UID COUNT ${left - seq}`,
    );
    counted.take();
    const changed = await say(alice, 'UID FETCH 1:* (FLAGS) (CHANGEDSINCE 4294967290)');
    expect(changed.filter((line) => line.includes('FETCH'))).toEqual([]);
    expect(counted.take()).toEqual({});
  });

  test('COPY, MOVE and EXPUNGE of all of it are one change, told rightly', { timeout: 240_000 }, async () => {
    const imap = await start({ engine });
    const account = imap.members.alice;
    const { mail } = imap.stores;
    const count = Math.floor(messages / 40) * 4;
    await fillMailbox(mail, account, 'INBOX', count);
    const [alice, bob] = [await imap.session('alice'), await imap.session('alice')];
    await say(alice, 'SELECT INBOX');
    await say(bob, 'SELECT Archive');
    const copied = await say(alice, 'COPY 1:* Archive');
    expect(copied.at(-1)).toMatch(new RegExp(`^t OK \\[COPYUID \\d+ 1:${count} 1:${count}\\]`));
    expect(await say(bob, 'NOOP')).toContain(`* ${count} EXISTS`);
    const moved = await say(alice, `MOVE 1:${count / 2} Archive`);
    expect(moved[0]).toContain(` 1:${count / 2} ${count + 1}:${count * 1.5}]`);
    expect(moved.filter((line) => line === '* 1 EXPUNGE')).toHaveLength(count / 2);
    expect(await say(bob, 'NOOP')).toContain(`* ${count * 1.5} EXISTS`);
    expect((await say(bob, 'STORE 1:* +FLAGS.SILENT (\\Deleted)')).at(-1)).toBe('t OK stored');
    expect(await say(bob, 'EXPUNGE')).toHaveLength(count * 1.5 + 1);
    const quota = await mail.quota(account);
    expect(quota.messages).toBe(count / 2);
    expect(await verifyAll({ ...imap.stores, modules })).toEqual([]);
  });
});
