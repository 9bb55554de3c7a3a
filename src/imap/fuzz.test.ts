import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { openTestImap, parseTranscript, type TestImap, type TestSocket } from '../testing/index.ts';
import { standardFeatures } from './server.ts';

/** A command of a transcript as it is on the wire, without its tag; literals do not wait. One character per byte. */
interface Line {
  /** As in the table: `UID FETCH`. */
  readonly name: string;
  readonly text: string;
}

const literalAtEnd = /(~?)\{(?:\*|\d+)\+?\}$/;

/** Every command of the transcripts, with its literals. */
function corpus(): Line[] {
  const folder = new URL('./transcripts/', import.meta.url);
  return readdirSync(folder).flatMap((file) => {
    const { steps } = parseTranscript(readFileSync(new URL(file, folder), 'utf8'), file);
    const open = new Map<string, string>();
    const lines: Line[] = [];
    for (const step of steps) {
      if (step.kind === 'sendLiteral') {
        const literal = step.text;
        const text = (open.get(step.actor) ?? '').replace(literalAtEnd, `$1{${literal.length}+}\r\n`);
        open.set(step.actor, text + literal);
      } else if (step.kind === 'send' && step.ends) {
        const text = (open.get(step.actor) ?? '') + step.text.replace(/<\w+>/g, '1').replaceAll('<<', '<');
        open.set(step.actor, literalAtEnd.test(text) ? text : '');
        const [, name, rest] = /^[a-z]+\d+ ((?:UID )?[^ ]+)(.*)$/is.exec(text) ?? [];
        if (name !== undefined && rest !== undefined && !literalAtEnd.test(text)) {
          lines.push({ name: name.toUpperCase(), text: name + rest });
        }
      }
    }
    return lines;
  });
}

const lines = corpus();
const { commands, enable, fetchItems, searchKeys, statusItems, selectParameters } = standardFeatures;

describe('whatever the tables hold stands in a transcript, so that it is fuzzed too', () => {
  const said = lines.map(({ text }) => text.toUpperCase()).join('\n');
  const unsaid = (names: Iterable<string>) =>
    [...names].filter((name) => {
      const [word = '', section] = name.replace(/[().=*+?\\/]/g, '\\$&').split('[');
      const end = section === undefined ? '(?![A-Z])' : '(?:.PEEK)?\\[';
      return !new RegExp(`(?<![A-Z])${word}${end}`).test(said);
    });

  test('commands', () => {
    const names = new Set(lines.map(({ name }) => name));
    expect([...commands.keys()].filter((name) => !names.has(name))).toEqual([]);
  });
  test('names of ENABLE', () => expect(unsaid(enable)).toEqual([]));
  test('items of FETCH', () => expect(unsaid(fetchItems.keys())).toEqual([]));
  test('keys of SEARCH', () => expect(unsaid(searchKeys.keys())).toEqual([]));
  test('items of STATUS', () => expect(unsaid(statusItems.keys())).toEqual([]));
  test('parameters of SELECT', () => expect(unsaid(selectParameters.keys())).toEqual([]));
});

const pieces = [
  '(',
  ')',
  '"',
  '*',
  '%',
  ',',
  ':',
  '$',
  ' ',
  'NIL',
  '0',
  '4294967296',
  '\\',
  '[',
  ']',
  '<0.1>',
  '\u00e9',
  '\t',
  '{3+}\r\nabc',
  '~{1+}\r\n\0',
  'NOT ',
  'UID ',
];

/** A line of that command with up to three edits. */
function mutated(name: string): fc.Arbitrary<string> {
  const known = lines.filter((line) => line.name === name).map(({ text }) => text);
  const edit = fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    remove: fc.nat(4),
    piece: fc.constantFrom('', ...pieces),
  });
  return fc
    .record({ line: fc.constantFrom(...known), edits: fc.array(edit, { maxLength: 3 }) })
    .map(({ line, edits }) =>
      edits.reduce((text, { at, remove, piece }) => {
        const start = Math.floor(at * text.length);
        return text.slice(0, start) + piece + text.slice(start + remove);
      }, line),
    )
    .filter((text) => !/\{\d{6,}\+\}/.test(text));
}

/** The same with what its literals lack: a server that waits for the rest of one is not silent but patient. */
function completed(text: string): string {
  let whole = `${text}\r\n`;
  for (let at = 0; at < whole.length; ) {
    const end = whole.indexOf('\r\n', at);
    if (end < 0) return `${whole}\r\n`;
    const size = Number(/\{(\d+)\+\}$/.exec(whole.slice(at, end))?.[1] ?? 0);
    at = end + 2 + size;
    if (whole.length < at) whole = `${whole.padEnd(at, 'x')}\r\n`;
  }
  return whole;
}

/** Reads until the tag answers, the server asks to go on, or it ends; a literal is skipped. */
async function answerOf(socket: TestSocket, tag: string): Promise<string> {
  for (;;) {
    const line = (await socket.readLine())?.toString('latin1');
    if (line === undefined) return 'closed';
    const size = /\{(\d+)\}$/.exec(line)?.[1];
    if (size !== undefined) await socket.readExactly(Number(size));
    if (line.startsWith(`${tag} `) || line.startsWith('* BAD') || line.startsWith('+ ')) return line;
  }
}

async function say(socket: TestSocket, tag: string, text: string): Promise<string> {
  await socket.send(Buffer.from(`${tag} ${completed(text)}`, 'latin1'));
  return await answerOf(socket, tag).catch((error: unknown) => {
    throw new Error(`no answer to ${JSON.stringify(text.slice(0, 500))}`, { cause: error });
  });
}

const errors = (imap: TestImap) => imap.logged.filter((line) => line.includes('"level":"error"'));

/** After these the connection is another: nothing is read on as before. */
const endings = new Set(['LOGOUT', 'STARTTLS', 'COMPRESS', 'IDLE', 'UNAUTHENTICATE', 'AUTHENTICATE']);

test('mutated commands are obeyed, refused or BAD: never an incident, never silence', async () => {
  const imap = await openTestImap({ limits: { badCommandsMax: 1_000_000 } });
  try {
    for (const subject of ['one', 'two', 'three']) {
      await imap.deliver('alice', 'INBOX', `Subject: ${subject}\r\nFrom: a@b.example\r\n\r\n${subject}\r\n`);
    }
    const kinds = { OK: 0, NO: 0, BAD: 0, other: 0 };
    let index = 0;
    for (const name of new Set(lines.map((line) => line.name))) {
      let socket: TestSocket | null = null;
      for (const text of fc.sample(mutated(name), { seed: 20_261_122, numRuns: 25 })) {
        if (socket === null) {
          socket = await imap.session('alice');
          await say(socket, 's', 'SELECT INBOX');
        }
        const answer = await say(socket, `f${index++}`, text);
        const kind = / (OK|NO|BAD)\b/.exec(answer)?.[1] as 'OK' | 'NO' | 'BAD' | undefined;
        kinds[kind ?? 'other']++;
        expect(answer, text).not.toContain('SERVERBUG');
        if (kind !== undefined && !(kind === 'OK' && endings.has(name))) continue;
        // Asked to go on with a literal or a SASL dialogue, or sent away: a new session.
        await socket.close();
        socket = null;
      }
      await socket?.close();
    }
    expect(errors(imap)).toEqual([]);
    expect(kinds.OK).toBeGreaterThan(100);
    expect(kinds.BAD).toBeGreaterThan(300);
    expect(kinds.NO).toBeGreaterThan(20);
  } finally {
    await imap.close();
  }
}, 180_000);

describe('a mailbox that another session takes away', () => {
  let imap: TestImap;
  beforeAll(async () => {
    imap = await openTestImap({ limits: { badCommandsMax: 1_000_000 } });
    return () => imap.close();
  });

  const inMailbox = [...commands.values()].filter(
    ({ states, name }) => states.includes('selected') && !endings.has(name),
  );
  const names = inMailbox.flatMap(({ name, hasUidForm }) => (hasUidForm ? [name, `UID ${name}`] : [name]));

  test('deleted: every command is answered, or the session ends with BYE', async () => {
    const other = await imap.session('alice');
    for (const [at, name] of names.entries()) {
      const line = lines.find((each) => each.name === name)?.text ?? name;
      await say(other, 'c', `CREATE Doomed${at}`);
      const uid = await imap.deliver('alice', `Doomed${at}`, 'Subject: x\r\n\r\n');
      expect(uid).toBe(1);
      const socket = await imap.session('alice');
      expect(await say(socket, 's', `SELECT Doomed${at}`)).toMatch(/^s OK/);
      expect(await say(other, 'd', `DELETE Doomed${at}`)).toMatch(/^d OK/);
      expect(await say(socket, 't', line), line).toMatch(/^(t (OK|NO|BAD) |closed|\+ )/);
      await socket.close();
    }
    expect(errors(imap)).toEqual([]);
  }, 120_000);

  test('renamed: the session stays where it was', async () => {
    const other = await imap.session('alice');
    const socket = await imap.session('alice');
    await say(other, 'c', 'CREATE Before');
    await imap.deliver('alice', 'Before', 'Subject: x\r\n\r\n');
    expect(await say(socket, 's', 'SELECT Before')).toMatch(/^s OK/);
    expect(await say(other, 'r', 'RENAME Before After')).toMatch(/^r OK/);
    for (const text of ['NOOP', 'FETCH 1 FLAGS', 'STORE 1 +FLAGS (\\Seen)', 'SEARCH ALL', 'CHECK']) {
      expect(await say(socket, 't', text)).toMatch(/^t OK/);
    }
    expect(await say(socket, 't', 'COPY 1 Before')).toMatch(/^t NO \[TRYCREATE\]/);
    expect(await say(socket, 't', 'COPY 1 After')).toMatch(/^t OK/);
    expect(await say(socket, 't', 'EXPUNGE')).toMatch(/^t OK/);
  });
});

/** Every order of every subset. */
function orders<T>(items: readonly T[]): T[][] {
  return [
    [],
    ...items.flatMap((item) => orders(items.filter((each) => each !== item)).map((rest) => [item, ...rest])),
  ];
}

describe('ENABLE in every order', () => {
  const all = orders([...enable]);

  test('the orders are all there', () => {
    expect(orders(['a', 'b', 'c'])).toHaveLength(1 + 3 + 6 + 6);
    expect(new Set(all.map((order) => order.join())).size).toBe(all.length);
  });

  test('what was enabled counts, and not in which order', async () => {
    const imap = await openTestImap();
    try {
      await imap.deliver('alice', 'INBOX', 'Subject: x\r\n\r\n');
      const canonical = new Map<string, string>();
      const socket = await imap.session('alice');
      // All of up to three names, and some of the longer orders.
      const chosen = all.filter((order, at) => order.length <= 3 || at % 7 === 0);
      for (const order of chosen) {
        for (const name of order) expect(await say(socket, 'e', `ENABLE ${name}`)).toBe('e OK enabled');
        const heard: string[] = [];
        const commands = [
          'SELECT INBOX',
          'UID STORE 1 FLAGS (\\Seen)',
          'UID SEARCH CHARSET UTF-8 ALL',
          'SELECT INBOX (CONDSTORE)',
          'SELECT INBOX (QRESYNC (1 1))',
          'UID FETCH 1 FLAGS',
          'FETCH 1 FLAGS',
          'UID SEARCH ALL',
          'LIST "" "INBOX"',
          'UNSELECT',
        ];
        for (const command of commands) {
          await socket.send(`t ${command}\r\n`);
          for (let line = ''; !line.startsWith('t '); ) {
            line = (await socket.readLine())?.toString() ?? 't closed';
            heard.push(line);
          }
        }
        const key = [...order].sort().join(' ');
        const before = canonical.get(key);
        if (before === undefined) canonical.set(key, heard.join('\n'));
        else expect(heard.join('\n'), order.join(' ')).toBe(before);
        expect(await say(socket, 'u', 'UNAUTHENTICATE')).toMatch(/^u OK/);
        expect(await say(socket, 'l', 'LOGIN alice "correct horse battery staple"')).toMatch(/^l OK/);
      }
      expect(canonical.size).toBe(2 ** enable.size);
      // The dialogue is one in which these are heard.
      for (const name of ['IMAP4REV2', 'CONDSTORE', 'QRESYNC', 'UIDONLY', 'UTF8=ACCEPT']) {
        expect(canonical.get(name), name).not.toBe(canonical.get(''));
      }
      expect(errors(imap)).toEqual([]);
    } finally {
      await imap.close();
    }
  }, 120_000);
});
