import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openTestImap, type TestSocket } from '../testing/index.ts';

/** Every command line of the transcripts, without its tag. */
function corpus(): string[] {
  const folder = new URL('./transcripts/', import.meta.url);
  const lines = readdirSync(folder).flatMap((name) =>
    [...readFileSync(new URL(name, folder), 'utf8').matchAll(/^[A-Z]> [a-z]\d+ (.+)$/gm)].map(
      ([, text]) => text ?? '',
    ),
  );
  return lines.filter((line) => !/LOGOUT|IDLE|STARTTLS|<|\{/.test(line));
}

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

const command = fc
  .record({
    line: fc.constantFrom(...corpus()),
    edits: fc.array(
      fc.record({
        at: fc.double({ min: 0, max: 1, noNaN: true }),
        remove: fc.nat(4),
        piece: fc.constantFrom('', ...pieces),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ line, edits }) =>
    edits.reduce((text, { at, remove, piece }) => {
      const start = Math.floor(at * text.length);
      return text.slice(0, start) + piece + text.slice(start + remove);
    }, line),
  );

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

test('mutated commands are obeyed, refused or BAD: never an incident, never silence', async () => {
  const imap = await openTestImap({ limits: { badCommandsMax: 1_000_000 } });
  try {
    for (const subject of ['one', 'two', 'three']) {
      await imap.deliver('alice', 'INBOX', `Subject: ${subject}\r\nFrom: a@b.example\r\n\r\n${subject}\r\n`);
    }
    const commands = fc.sample(command, { seed: 20_261_122, numRuns: 1_500 });
    let socket = await imap.session('alice');
    const kinds = { OK: 0, NO: 0, BAD: 0, other: 0 };
    for (const [index, text] of commands.entries()) {
      const tag = `f${index}`;
      if (index % 50 === 0) await socket.send(`s${index} SELECT INBOX\r\n`);
      if (index % 50 === 0) await answerOf(socket, `s${index}`);
      await socket.send(`${tag} ${text}\r\n`);
      const answer = await answerOf(socket, tag);
      const kind = / (OK|NO|BAD)\b/.exec(answer)?.[1] as 'OK' | 'NO' | 'BAD' | undefined;
      kinds[kind ?? 'other']++;
      expect(answer, text).not.toContain('SERVERBUG');
      if (kind !== undefined) continue;
      // Asked to go on with a literal or a SASL dialogue, or sent away: a new session.
      await socket.close();
      socket = await imap.session('alice');
    }
    expect(imap.logged.filter((line) => line.includes('"level":"error"'))).toEqual([]);
    expect(kinds.OK).toBeGreaterThan(100);
    expect(kinds.BAD).toBeGreaterThan(300);
    expect(kinds.NO).toBeGreaterThan(20);
  } finally {
    await imap.close();
  }
});
