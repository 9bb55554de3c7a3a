import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fold, type MailWriter, type Needle, SearchIndexer } from '../../stores/mail/index.ts';
import { describeEngines, openTestImap, type TestImap, type TestSocket } from '../../testing/index.ts';

/** Many searches that read every message; the machine may have other things to do. */
const patienceMs = 120_000;

/** What a message says, before it is put into its encodings. */
interface Said {
  readonly subject: string;
  readonly from: string;
  readonly plain: string;
  readonly html: string;
  readonly fileName: string;
  readonly encoding: number;
  readonly mailer: string;
}

interface Asked {
  readonly key: string;
  readonly needle: string;
  /** Whether a message must be found; null where only the two answers are compared. */
  readonly wanted: ((said: Said) => boolean) | null;
}

const seed = 1_204;
const words = [
  ...['lunch', 'soup', 'Ünder', 'straße', 'ΣΟΦΟΣ', 'naïve', '会議室', 'Ёлка', 'co-op', 'ready', 'x'],
  ...[
    'the',
    'and',
    'Zürich',
    'ﬁnal',
    'e\u0301t\u00e9',
    '50%',
    'a@b.example',
    'https://x.example/a?b=c',
    '한국',
  ],
];
const phrase = (least: number, most: number) =>
  fc.array(fc.constantFrom(...words), { minLength: least, maxLength: most }).map((all) => all.join(' '));
const latin = fc.array(fc.constantFrom('Grüße', 'aus', 'Köln', 'und', 'Øre', 'ça'), {
  minLength: 3,
  maxLength: 9,
});

const said: fc.Arbitrary<Said> = fc.record({
  subject: phrase(1, 5),
  from: phrase(1, 2),
  plain: fc.oneof(
    phrase(2, 60),
    latin.map((all) => all.join(' ')),
  ),
  html: phrase(2, 20),
  fileName: phrase(1, 2).map((name) => `${name.replaceAll('/', '-')}.pdf`),
  encoding: fc.nat(5),
  mailer: fc.constantFrom('pot 1.0', 'Kettle/2', ''),
});

const base64 = (text: string) =>
  Buffer.from(text)
    .toString('base64')
    .replace(/.{1,70}/g, '$&\r\n');
const quoted = (text: string) =>
  [...Buffer.from(text)]
    .map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`)
    .join('')
    .replace(/(?:=..){1,20}/g, '$&=\r\n');
/** One encoded word for every few characters, so that words are cut apart. */
const encodedWords = (text: string) =>
  [...text]
    .reduce<string[]>((all, letter, at) => {
      if (at % 7 === 0) all.push('');
      all[all.length - 1] += letter;
      return all;
    }, [])
    .map((piece) => `=?utf-8?b?${Buffer.from(piece).toString('base64')}?=`)
    .join('\r\n ');

const isLatin = (text: string) => [...text].every((letter) => letter.charCodeAt(0) < 256);

function messageOf({ subject, from, plain, html, fileName, encoding, mailer }: Said, number: number): Buffer {
  const head = [
    `From: ${encodedWords(from)} <sender${number}@x.example>`,
    'To: Alice <alice@coop.localhost>',
    `Subject: ${encoding % 2 ? encodedWords(subject) : subject}`,
    `Date: ${1 + (number % 28)} Nov 2026 23:30:00 -0500`,
    ...(mailer ? [`X-Mailer: ${mailer}`] : []),
    'MIME-Version: 1.0',
  ].join('\r\n');
  const text = (type: string, body: string) => {
    if (encoding === 0)
      return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${body}`;
    if (encoding < 3)
      return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64(body)}`;
    return `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n${quoted(body)}`;
  };
  if (encoding === 5 && isLatin(plain)) {
    const type = 'Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit\r\n\r\n';
    return Buffer.concat([Buffer.from(`${head}\r\n${type}`), Buffer.from(plain, 'latin1')]);
  }
  if (encoding === 4) return Buffer.from(`${head}\r\n${text('text/plain', plain)}`);
  const markup = `<html><body><p class="soup">${html.replaceAll(' ', '</p> <b>')}</body></html>`;
  const attached = `Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="${encodedWords(fileName).replaceAll('\r\n ', ' ')}"\r\n\r\n%PDF`;
  const parts = [text('text/plain', plain), text('text/html', markup), attached];
  const body = parts.map((part) => `--b\r\n${part}\r\n`).join('');
  return Buffer.from(`${head}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${body}--b--\r\n`);
}

const holds = (text: string, needle: string) => fold(text).includes(fold(needle));
const hasHtml = ({ encoding, plain }: Said) => encoding !== 4 && !(encoding === 5 && isLatin(plain));

/** A piece of what a message says, in other case and form, or something that nobody said. */
function asked(messages: readonly Said[]): fc.Arbitrary<Asked> {
  const piece = (text: string) =>
    fc.tuple(fc.nat(), fc.integer({ min: 1, max: 30 }), fc.nat(3)).map(([from, length, form]) => {
      const letters = [...text];
      const at = from % letters.length;
      const cut = letters.slice(at, at + length).join('');
      return [cut, cut.toUpperCase(), cut.toLowerCase(), cut.normalize('NFD')][form] ?? cut;
    });
  const of = (key: string, from: (one: Said) => string, wanted: (one: Said, needle: string) => boolean) =>
    fc
      .constantFrom(...messages)
      .chain((one) => piece(from(one)))
      .map((needle) => ({ key, needle, wanted: (other: Said) => wanted(other, needle) }));
  const strange = fc
    .tuple(fc.constantFrom('TEXT', 'BODY', 'SUBJECT', 'FROM', 'HEADER X-Mailer'), phrase(1, 3))
    .map(([key, needle]) => ({ key, needle: [...needle].reverse().join(''), wanted: null }));
  return fc.oneof(
    of(
      'BODY',
      (one) => one.plain,
      ({ plain }, needle) => holds(plain, needle),
    ),
    of(
      'TEXT',
      (one) => one.plain,
      ({ plain }, needle) => holds(plain, needle),
    ),
    of(
      'BODY',
      (one) => one.html,
      (one, needle) => hasHtml(one) && !needle.includes(' ') && holds(one.html, needle),
    ),
    of(
      'TEXT',
      (one) => one.subject,
      ({ subject }, needle) => holds(subject, needle),
    ),
    of(
      'SUBJECT',
      (one) => one.subject,
      ({ subject }, needle) => holds(subject, needle),
    ),
    of(
      'FROM',
      (one) => one.from,
      ({ from }, needle) => holds(from, needle),
    ),
    of(
      'BODY',
      (one) => one.fileName,
      (one, needle) => hasHtml(one) && holds(one.fileName, needle),
    ),
    fc.constantFrom('pot', 'KETTLE/2', '').map((needle) => ({
      key: 'HEADER X-Mailer',
      needle,
      wanted: ({ mailer }: Said) => mailer !== '' && holds(mailer, needle),
    })),
    strange,
  );
}

const combinations = [
  (a: string) => a,
  (a: string) => `NOT ${a}`,
  (a: string) => `SEEN ${a}`,
  (a: string) => `UNSEEN NOT DELETED ${a}`,
  (a: string, b: string) => `${a} ${b}`,
  (a: string, b: string) => `OR ${a} ${b}`,
  (a: string, b: string) => `NOT (${a} ${b})`,
  (a: string, b: string) => `OR (${a} SEEN) NOT ${b}`,
  (a: string, b: string) => `${a} SENTBEFORE 15-Nov-2026 NOT ${b}`,
];

async function uidSearch(socket: TestSocket, program: string): Promise<number[]> {
  await socket.send(`s UID SEARCH CHARSET UTF-8 ${program}\r\n`);
  let found: number[] = [];
  for (;;) {
    const line = (await socket.readLine())?.toString();
    if (line === undefined) throw new Error('the server has left');
    if (line.startsWith('* SEARCH')) found = line.split(' ').slice(2).map(Number);
    if (!line.startsWith('s ')) continue;
    if (!line.startsWith('s OK')) throw new Error(`${program}: ${line}`);
    return found;
  }
}

const literal = ({ key, needle }: Asked) => `${key} {${Buffer.byteLength(needle)}+}\r\n${needle}`;

/** Envelope fields of few messages are compared; every other search asks the index for them too, as of many. */
function bySometimesTheIndex(real: MailWriter): MailWriter {
  const narrow = real.narrow.bind(real);
  let asked = 0;
  return Object.assign(real, {
    narrow: (account: number, needles: readonly Needle[], messages: number) =>
      narrow(account, needles, asked++ % 2 === 0 ? messages : 1_000_000),
  });
}

describeEngines('SEARCH with and without its index', (engine) => {
  const messages = fc.sample(said, { seed, numRuns: 80 });
  const needles = fc.sample(asked(messages), { seed, numRuns: 200 });
  let imap: TestImap;
  let socket: TestSocket;
  const uids = new Map<number, Said>();

  const deliver = async (from: number, to: number) => {
    for (let at = from; at < to; at++) {
      const one = messages[at];
      if (!one) throw new Error('too few messages');
      uids.set(
        await imap.deliver('alice', 'INBOX', messageOf(one, at), { flags: at % 3 === 0 ? 1 : 0 }),
        one,
      );
    }
    await socket.send('n NOOP\r\n');
    while (!(await socket.readLine())?.toString().startsWith('n '));
  };
  const selectInbox = async (member: string) => {
    const opened = await imap.session(member);
    await opened.send('o SELECT INBOX\r\n');
    while (!(await opened.readLine())?.toString().startsWith('o '));
    return opened;
  };
  const open = () => {
    const { database, blobs } = imap.stores;
    const onError = (event: string, error: unknown) => expect.unreachable(`${event}: ${String(error)}`);
    return new SearchIndexer({ database, blobs, onError, pause: async () => {} });
  };
  const build = async () => {
    const indexer = open();
    await indexer.start();
    await indexer.caughtUp();
    await indexer.stop();
  };
  const programs = needles.slice(0, 140).map((one, at) => {
    const [form, other] = [combinations[at % combinations.length], needles[(at * 7 + 1) % needles.length]];
    return form?.(literal(one), literal(other ?? one)) ?? '';
  });
  const answers = async (all: readonly string[]) => {
    const found: number[][] = [];
    for (const program of all) found.push(await uidSearch(socket, program));
    return found;
  };

  beforeAll(async () => {
    imap = await openTestImap({ engine, limits: { searchNarrowedMin: 1 }, mail: bySometimesTheIndex });
    socket = await selectInbox('alice');
  });
  afterAll(async () => {
    await socket.close();
    await imap.close();
  });

  test(
    'finds the same messages from the text, from what is kept and half and half',
    async () => {
      await deliver(0, 60);
      const read = await answers(programs);
      const found = read.filter((one) => one.length > 0 && one.length < 60).length;
      expect(found).toBeGreaterThan(50);
      await build();
      expect(await answers(programs)).toEqual(read);
      await deliver(60, 80);
      const seen = [...uids.keys()].filter((_, at) => at % 3 === 0);
      expect(await uidSearch(socket, 'SEEN')).toEqual(seen);
      expect(await uidSearch(socket, 'SEEN UNSEEN')).toEqual([]);
      expect(await uidSearch(socket, 'UNDELETED ANSWERED')).toEqual([]);
      expect(await uidSearch(socket, 'NOT UNSEEN UNDELETED')).toEqual(seen);
      const half = await answers(programs);
      expect(half.map((one) => one.filter((uid) => uid <= 60))).toEqual(read);
      await build();
      expect(await answers(programs)).toEqual(half);
    },
    patienceMs,
  );

  test(
    'finds what was said, whatever it was encoded in',
    async () => {
      let looked = 0;
      for (const one of needles) {
        const { wanted } = one;
        if (!wanted) continue;
        const found = new Set(await uidSearch(socket, literal(one)));
        const missed = [...uids].filter(([uid, what]) => wanted(what) && !found.has(uid));
        if (missed.length > 0)
          expect.unreachable(`${one.key} '${one.needle}' misses ${missed.map(([uid]) => uid)}`);
        looked += found.size;
      }
      expect(looked).toBeGreaterThan(300);
    },
    patienceMs,
  );

  test(
    'is right while the index is being built',
    async () => {
      const some = programs.slice(0, 40);
      const expected = await answers(some);
      for (const [at, one] of messages.entries())
        await imap.deliver('bob', 'INBOX', messageOf(one, at), { flags: at % 3 === 0 ? 1 : 0 });
      const bob = await selectInbox('bob');
      const indexer = open();
      await indexer.start();
      const building = indexer.caughtUp();
      let during = 0;
      for (let at = 0; at < some.length; at++) {
        if (indexer.indexed < messages.length) during++;
        expect(await uidSearch(bob, some[at] ?? '')).toEqual(expected[at]);
      }
      await building;
      await indexer.stop();
      expect(indexer.indexed).toBe(messages.length);
      expect(during).toBeGreaterThan(0);
      await bob.close();
    },
    patienceMs,
  );
});
