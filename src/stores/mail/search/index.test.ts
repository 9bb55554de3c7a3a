import { afterEach, beforeEach, expect, test } from 'vitest';
import { StoreError } from '../../../base/index.ts';
import { encodeStructure, parseMessage } from '../../../formats/mime/index.ts';
import { modules } from '../../../modules.ts';
import { verifyAll } from '../../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../../testing/index.ts';
import { fold, type Needle, SearchIndexer, verdicts } from '../index.ts';
import { limits } from '../limits.ts';
import { mailOperations as operations } from '../module.ts';
import { rangesOf } from './digest.ts';

const account = 7;

const text = (given: string): Needle => ({ where: 'text', field: '', text: fold(given) });
const body = (given: string): Needle => ({ where: 'body', field: '', text: fold(given) });
const field = (name: string, given: string): Needle => ({
  where: 'field',
  field: fold(name),
  text: fold(given),
});

const mail = (subject: string, content: string, more = '') =>
  Buffer.from(
    `From: Ana <ana@x.example>\r\nSubject: ${subject}\r\nDate: 5 Nov 2026 10:00:00 +0100\r\n${more}\r\n${content}\r\n`,
  );

describeEngines('search index', (engine) => {
  let stores: TestStores;
  const reported: string[] = [];
  beforeEach(async () => {
    reported.length = 0;
    stores = await openTestStores(engine);
    await stores.mail.provision(account);
  });
  afterEach(() => stores.close());

  const deliver = async (message: Buffer, owner = account) => {
    const staged = await stores.mail.stage(message, 60 * 2 ** 20);
    const appended = await stores.mail.deliver(owner, 'INBOX', staged);
    stores.mail.discard(staged.blob);
    const [row] = await stores.mail.messages(owner, appended.mailbox, [appended.uid]);
    return { ...appended, email: row?.email ?? 0 };
  };
  const indexer = (database = stores.database) =>
    new SearchIndexer({
      database,
      blobs: stores.blobs,
      onError: (event, error) => reported.push(`${event}: ${String(error)}`),
      pause: async () => {},
    });
  const build = async () => {
    const building = indexer();
    await building.start();
    await building.caughtUp();
    await building.stop();
    return building;
  };
  const narrow = async (needle: Needle, messages = 1_000_000) => {
    const [found] = await stores.mail.narrow(account, [needle], messages);
    return found ? { upTo: found.upTo, emails: [...found.emails] } : null;
  };
  const decide = async (emails: number[], needle: Needle) => [
    ...(await stores.mail.decide(account, emails, needle)),
  ];
  const verify = () => verifyAll({ database: stores.database, blobs: stores.blobs, modules });

  test('narrows to the messages that hold a text, and the texts that are kept decide', async () => {
    const soup = await deliver(mail('Lunch', 'The soup is ready', 'X-Mailer: pot\r\n'));
    const bread = await deliver(mail('Supper', 'bread =?utf-8?q?soup?='));
    expect(await narrow(text('soup'))).toBe(null);
    expect(await decide([soup.email], text('soup'))).toEqual([verdicts.unknown]);
    await build();
    const upTo = bread.email;
    expect(await narrow(text('soup is'))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(text('lunch'))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(body('lunch'))).toEqual({ upTo, emails: [] });
    expect(await narrow(field('subject', 'LUNCH'))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(field('x-mailer', ''))).toEqual({ upTo, emails: [soup.email] });
    expect(await narrow(field('from', 'ana@x'))).toEqual({ upTo, emails: [soup.email, bread.email] });
    expect(await narrow(text('is'))).toBe(null);
    const both = [soup.email, bread.email, 999];
    const { no, yes, unknown } = verdicts;
    expect(await decide(both, text('SOUP'))).toEqual([yes, yes, unknown]);
    expect(await decide(both, body('ready\r\n'))).toEqual([yes, no, unknown]);
    expect(await decide(both, text('subject: lunch'))).toEqual([yes, no, unknown]);
    expect(await decide(both, field('subject', 'supper'))).toEqual([no, yes, unknown]);
    expect(await decide(both, field('x-mailer', 'pot'))).toEqual([yes, no, unknown]);
    expect(await decide(both, field('to', ''))).toEqual([no, no, unknown]);
    expect([...(await stores.mail.sentDays(account, both))]).toEqual([
      [soup.email, Date.UTC(2026, 10, 5)],
      [bread.email, Date.UTC(2026, 10, 5)],
    ]);
    expect(await verify()).toEqual([]);
  });

  test('narrowedFractionMax: few messages of a large account are not looked for in the whole index', async () => {
    const last = await deliver(mail('a', 'b'));
    for (let at = 1; at < limits.narrowedFractionMax + 1; at++)
      await stores.mail.copy(account, last.mailbox, last.mailbox, [last.uid]);
    await build();
    expect(await narrow(text('subject'), 1)).toBe(null);
    expect(await narrow(text('subject'), 2)).toEqual({ upTo: last.email, emails: [last.email] });
  });

  test('comparedFieldsCount: envelope fields of fewer messages are compared, not looked for in the index', async () => {
    const soup = await deliver(mail('soup', 'bread'));
    await build();
    const needles = [field('subject', 'soup'), text('soup'), field('message-id', '<a@b>'), body('bread')];
    const asked = async (messages: number) =>
      (await stores.mail.narrow(account, needles, messages)).map((found) => found !== null);
    expect(await asked(limits.comparedFieldsCount)).toEqual([false, true, false, true]);
    expect(await asked(limits.comparedFieldsCount + 1)).toEqual([true, true, true, true]);
    expect((await narrow(field('message-id', 'nowhere')))?.emails).toEqual([]);
    const { yes, no } = verdicts;
    for (const needle of needles)
      expect(await decide([soup.email], needle)).toEqual([needle.field === 'MESSAGE-ID' ? no : yes]);
  });

  test('texts that are held are those of the account that has the id now', async () => {
    const first = await deliver(mail('soup', ''));
    await build();
    expect(await decide([first.email], field('subject', 'soup'))).toEqual([verdicts.yes]);
    await stores.mail.erase(account);
    await stores.mail.provision(account);
    const second = await deliver(mail('bread', ''));
    expect(second.email).toBe(first.email);
    expect(await decide([second.email], field('subject', 'soup'))).toEqual([verdicts.unknown]);
    await build();
    expect(await decide([second.email], field('subject', 'soup'))).toEqual([verdicts.no]);
    expect(await decide([second.email], field('subject', 'bread'))).toEqual([verdicts.yes]);
  });

  test('later messages are beyond the answer until they are indexed too', async () => {
    const first = await deliver(mail('soup', ''));
    await build();
    const second = await deliver(mail('soup', ''));
    expect(await narrow(text('soup'))).toEqual({ upTo: first.email, emails: [first.email] });
    await build();
    expect(await narrow(text('soup'))).toEqual({ upTo: second.email, emails: [first.email, second.email] });
  });

  test('follows the change feed, of all accounts', async () => {
    const building = indexer();
    await building.start();
    await deliver(mail('first', ''));
    await building.caughtUp();
    await stores.mail.provision(8);
    await deliver(mail('second', ''), 8);
    await deliver(mail('third', ''));
    await building.caughtUp();
    await building.stop();
    expect(building.indexed).toBe(3);
    expect((await narrow(text('third')))?.emails.length).toBe(1);
    expect((await stores.mail.narrow(8, [text('second')], 10))[0]?.emails.length).toBe(1);
  });

  test('what goes away leaves no text; a copy keeps it', async () => {
    const one = await deliver(mail('one', 'x'));
    const two = await deliver(mail('two', 'x'));
    await build();
    const archive = await stores.mail.find(account, 'Archive');
    await stores.mail.copy(account, one.mailbox, archive.id, [one.uid]);
    await stores.mail.storeFlags({
      account,
      mailbox: one.mailbox,
      uids: [one.uid, two.uid],
      mode: 'add',
      flags: 8,
      keywords: [],
    });
    await stores.mail.expunge(account, one.mailbox, null);
    expect((await narrow(text('one')))?.emails).toEqual([one.email]);
    expect((await narrow(text('two')))?.emails).toEqual([]);
    expect(await decide([one.email, two.email], text('x'))).toEqual([verdicts.yes, verdicts.unknown]);
    expect(await verify()).toEqual([]);
    await stores.mail.erase(account);
    expect(await decide([one.email], text('x'))).toEqual([verdicts.unknown]);
    expect(await verify()).toEqual([]);
    await stores.mail.provision(account);
    await deliver(mail('again', ''));
    await build();
    expect((await narrow(text('again')))?.emails.length).toBe(1);
  });

  test('removed between reading and writing, an email does not come back; a stale cursor writes nothing', async () => {
    const one = await deliver(mail('one', ''));
    const digest = { id: one.email, sentDay: null, fields: '[]', text: null, columns: Buffer.alloc(513) };
    await stores.mail.storeFlags({
      account,
      mailbox: one.mailbox,
      uids: [one.uid],
      mode: 'add',
      flags: 8,
      keywords: [],
    });
    await stores.mail.expunge(account, one.mailbox, null);
    const write = { account, from: 0, upTo: one.email, digests: [digest] };
    expect(await stores.database.call(operations.index, write)).toEqual({ done: true, waitingBytes: 0 });
    expect(await stores.database.call(operations.index, write)).toMatchObject({ done: false });
    expect(await verify()).toEqual([]);
  });

  test('the cursor goes with the rows: a write that fails leaves the index as it was', async () => {
    const one = await deliver(mail('one', ''));
    const twice = { id: one.email, sentDay: null, fields: '[]', text: null, columns: Buffer.alloc(513) };
    const bad = { account, from: 0, upTo: one.email, digests: [twice, twice] };
    await expect(stores.database.call(operations.index, bad)).rejects.toThrow();
    expect(await narrow(text('one'))).toBe(null);
    expect(await verify()).toEqual([]);
    await build();
    expect((await narrow(text('one')))?.emails).toEqual([one.email]);
  });

  /** Text like no other: what it takes to fill columns. */
  const noise = (number: number, chars: number) => {
    let state = number + 1;
    let made = '';
    while (made.length < chars) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      made += `${state.toString(36)}${made.length % 70 < 7 ? '\r\n' : ' '}`;
    }
    return made;
  };

  test('columns that fill a block become one; of a block whose emails are gone the rest waits again', async () => {
    const sent: Awaited<ReturnType<typeof deliver>>[] = [];
    const more = async (count: number) => {
      for (let at = 0; at < count; at++)
        sent.push(await deliver(mail(`number-${sent.length}-`, noise(sent.length, 60_000))));
      await build();
    };
    const size = () => stores.database.call(operations.searchProgress, {});
    const check = async (...wanted: number[]) => {
      for (const at of wanted) {
        const [email = 0, words] = [sent[at]?.email, noise(at, 60_000).split(/\s+/)];
        expect((await narrow(text(`number-${at}-`)))?.emails).toContain(email);
        for (const word of [words[0], words[2_000], words.at(-2)]) {
          const found = (await narrow(body(word ?? '')))?.emails;
          expect(found).toContain(email);
          // Now and then the letters of a short word come together elsewhere too.
          expect(found?.length).toBeLessThan(4);
        }
      }
      expect((await narrow(body('not in any of them')))?.emails).toEqual([]);
      expect(await verify()).toEqual([]);
    };
    await more(40);
    const { bytes } = await size();
    expect(bytes).toBeGreaterThan(0);
    await check(0, 1, 20, 39);
    const [first] = sent;
    if (!first) throw new Error('nothing was sent');
    const uids = sent.slice(1, 30).map(({ uid }) => uid);
    const { mailbox } = first;
    await stores.mail.storeFlags({ account, mailbox, uids, mode: 'add', flags: 8, keywords: [] });
    await stores.mail.expunge(account, mailbox, null);
    await check(0, 30, 39);
    // Those that are left go into the block that these fill.
    await more(40);
    await check(0, 30, 39, 40, 60, 79);
    expect((await size()).bytes).toBeLessThanOrEqual(2 * bytes);
    expect((await size()).behind).toBe(0);
  }, 120_000);

  test('what is long is read by every search, its rest is in the index all the same', async () => {
    const long = await deliver(mail('long', 'x '.repeat(limits.storedTextCharsMax / 2)));
    const wide = await deliver(
      mail(
        'wide',
        '',
        `To: ${'someone@far.example, '.repeat(limits.storedFieldsCharsMax / 20)}a@b.example\r\n`,
      ),
    );
    const huge = await deliver(mail('huge', `${'soup '.repeat(limits.indexedBodyBytesMax / 5)}bread`));
    const noisy = await deliver(mail('noisy', noise(3, 400_000)));
    const small = await deliver(mail('small', 'bread'));
    await build();
    const { no, yes, unknown } = verdicts;
    const all = [long, wide, huge, noisy, small].map(({ email }) => email);
    expect((await narrow(body('bread')))?.emails).toEqual([huge.email, noisy.email, small.email]);
    expect((await narrow(text('subject: noisy')))?.emails).toContain(noisy.email);
    expect(await decide(all, body('bread'))).toEqual([unknown, no, unknown, unknown, yes]);
    expect(await decide(all, field('subject', 'long'))).toEqual([yes, unknown, no, no, no]);
    expect([...(await stores.mail.sentDays(account, all)).keys()]).toEqual(
      [long, huge, noisy, small].map(({ email }) => email),
    );
    expect(long.uid).toBe(1);
    expect(await verify()).toEqual([]);
  });

  test('a message whose bytes are gone is read by every search, and keeps no other from being indexed', async () => {
    const lost = await deliver(mail('lost', 'x'));
    const kept = await deliver(mail('kept', 'x'));
    const contents = await stores.mail.contents(account, [lost.email]);
    const hash = contents.get(lost.email)?.hash;
    const read = stores.blobs.read.bind(stores.blobs);
    const blobs = Object.assign(Object.create(stores.blobs), {
      read: (wanted: string, range?: readonly [number, number]) =>
        wanted === hash
          ? Promise.reject(new StoreError('corrupt', 'a blob is cut off'))
          : read(wanted, range),
    });
    const building = new SearchIndexer({
      database: stores.database,
      blobs,
      onError: () => undefined,
      pause: async () => {},
    });
    await building.start();
    await building.caughtUp();
    await building.stop();
    expect((await narrow(text('whatever')))?.emails).toEqual([lost.email]);
    expect((await narrow(text('kept')))?.emails).toEqual([lost.email, kept.email]);
    expect(await decide([lost.email, kept.email], text('kept'))).toEqual([verdicts.unknown, verdicts.yes]);
  });

  test('indexCalmHintsMax: while mail comes in indexing waits, but not for ever', async () => {
    await deliver(mail('one', ''));
    const waits: number[] = [];
    let busyFor = 0;
    const building = new SearchIndexer({
      database: stores.database,
      blobs: stores.blobs,
      onError: (event, error) => expect.unreachable(`${event}: ${String(error)}`),
      async pause(ms) {
        waits.push(ms);
        const hints = busyFor-- > 0 ? limits.indexCalmHintsMax + 1 : limits.indexCalmHintsMax;
        // Changes of an account that has no mail; only their number counts.
        const hint = { account: 1_000_000, modseq: 1 };
        if (ms === limits.indexCalmMs && waits.length < 100)
          stores.database.changes.publish(Array(hints).fill(hint));
      },
    });
    const calm = () => waits.filter((ms) => ms === limits.indexCalmMs).length;
    busyFor = 4;
    await building.start();
    await building.caughtUp();
    expect(waits[0]).toBe(limits.indexGatherMs);
    expect(calm()).toBeGreaterThanOrEqual(4);
    busyFor = 1_000;
    waits.length = 0;
    await deliver(mail('two', ''));
    await building.caughtUp();
    await building.stop();
    expect(calm()).toBeGreaterThanOrEqual(limits.indexCalmMaxMs / limits.indexCalmMs);
    expect(building.indexed).toBe(2);
  });
});

test('indexedWholeBytesMax: of a larger message only the texts are read', () => {
  const attached = (bytes: number) => {
    const head = 'Subject: s\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n';
    const file = `--b\r\nContent-Type: application/pdf\r\n\r\n${'x'.repeat(bytes)}\r\n`;
    const message = Buffer.from(`${head}--b\r\n\r\nhello\r\n${file}--b--\r\n`);
    const { root } = parseMessage(message);
    const ranges = rangesOf({
      structure: encodeStructure(root),
      size: message.length,
      headerLength: root.bodyStart,
    });
    return { message, read: ranges.map(([start, end]) => message.toString('latin1', start, end)) };
  };
  const small = attached(100);
  expect(small.read).toEqual([small.message.toString('latin1')]);
  const { read } = attached(limits.indexedWholeBytesMax);
  expect(read).toContain('hello');
  expect(read).toContain('Content-Type: application/pdf\r\n\r\n');
  expect(read.join('')).toContain('Subject: s');
  expect(read.join('').length).toBeLessThan(200);
});
