import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../folder.ts';
import { connectSocket } from '../socket.ts';
import {
  parseTranscript,
  runTranscript,
  TranscriptError,
  type TranscriptSetup,
  transcripts,
} from './index.ts';

/** A small line protocol: enough to hear several sessions, literals, order, silence and the end. */
let server: Server;
const sessions = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sessions.add(socket);
    socket.on('close', () => sessions.delete(socket)).on('error', () => undefined);
    socket.write('* hello\r\n');
    let buffer = '';
    let literal = -1;
    socket.on('data', (chunk) => {
      buffer += chunk.toString('latin1');
      for (;;) {
        if (literal >= 0) {
          if (buffer.length < literal) return;
          socket.write(`* literal ${JSON.stringify(buffer.slice(0, literal))}\r\n`);
          buffer = buffer.slice(literal);
          literal = -1;
        }
        const end = buffer.indexOf('\r\n');
        if (end === -1) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        const size = /\{(\d+)(\+?)\}$/.exec(line);
        if (size) {
          literal = Number(size[1]);
          if (!size[2]) socket.write('+ go on\r\n');
        } else answer(socket, line);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => server.close());

function answer(socket: Socket, line: string): void {
  const [verb, ...rest] = line.split(' ');
  if (verb === 'echo') socket.write(`${rest.join(' ')}\r\n`, 'latin1');
  else if (verb === 'lines') for (const word of rest) socket.write(`* ${word}\r\n`);
  else if (verb === 'fetch') socket.write('* 1 FETCH (BODY[] {12}\r\nhi\r\n{5}\r\nyou UID 7)\r\nok\r\n');
  else if (verb === 'tell')
    for (const other of sessions) if (other !== socket) other.write(`* ${rest.join(' ')}\r\n`);
  if (verb === 'bye') socket.end('* bye\r\n');
}

function setup(): TranscriptSetup {
  return {
    connect: async (kind, args) => {
      if (kind !== 'line') throw new Error(`no door '${kind}' for ${args}`);
      return connectSocket({ port: (server.address() as AddressInfo).port, patienceMs: 300 });
    },
    captures: { host: 'mail.example' },
    fixtures: {
      deliver: async ([member], body) => ({ subject: `${member}:${body?.toString()}` }),
      nothing: async () => undefined,
    },
    close: async () => undefined,
  };
}

const play = (text: string) => runTranscript(parseTranscript(`# title\n${text}`, 'a.txt'), 'a.txt', setup());
const hello = 'A: line\nA< * hello\n';

describe('transcripts that hold', () => {
  test.each([
    ['what is said and heard', `${hello}A> echo a1 OK (done) [X]* $1\nA< a1 OK (done) [X]* $1`],
    ['an empty line', `${hello}A> echo \nA< `],
    ['any', `${hello}A> echo a1 OK whatever <x@y>\nA< a1 OK <any> <x@y>`],
    ['number, word, uid, quoted', `${hello}A> echo 0 b 7 "a\\"b"\nA< <number> <word> <uid> <quoted>`],
    ['learnt and used again', `${hello}A> echo uid 42\nA< uid <x=\\d+>\nA> echo <x>+<x>\nA< 42+<x>`],
    ['groups in what is learnt', `${hello}A> echo ab\nA< <x=(a|c)b>\nA> echo <x>\nA< ab`],
    ['known from the start', `${hello}A> echo <host>\nA< mail.example`],
    ['a plain <', `${hello}A> echo <<any>\nA< <<any>`],
    ['UTF-8', `${hello}A> echo naïve ☕\nA< naïve ☕`],
    ['bytes', `${hello}A>= echo \\xff\\\\\nA>= \\r\\n\nA< <x=\\xff>\\`],
    ['any order', `${hello}A> lines b c a\nA<~ * <any>\nA<~ * a\nA<~ * b\nA> echo on\nA< on`],
    ['any lines', `${hello}A> lines a b c d\nA< …\nA< * d`],
    ['any lines, none', `${hello}A> lines d\nA< ...\nA< * d`],
    ['silence', `${hello}A: nothing`],
    ['the end', `${hello}A> bye\nA< * bye\nA: closed`],
    ['again after the end', `${hello}A: close\nA: line\nA< * hello`],
    [
      'several sessions and what each hears',
      `${hello}B: line\nB< * hello\nA> tell 1 EXISTS\nB< * 1 EXISTS\nA: nothing\nB> tell 2\nA< * 2`,
    ],
    [
      'a literal sent',
      `${hello}A> a1 APPEND {*}\nA< + <any>\nA>| hé\nA>| \nA> \nA< * literal "hÃ©\\r\\n\\r\\n"`,
    ],
    ['a literal sent at once', `${hello}A> a1 LOGIN {*+}\nA>| alice\\\nA>  secret\nA< * literal "alice"`],
    [
      'a literal heard',
      `${hello}A> fetch\nA< * 1 FETCH (BODY[] {*}\nA<| hi\nA<| {5}\nA<| you\\\nA<  UID 7)\nA< ok`,
    ],
    ['a literal with a hole', `${hello}A> fetch\nA< * 1 FETCH (BODY[] {12}\nA<| h<any>u\\\nA< <any>\nA< ok`],
    ['literals in any lines', `${hello}A> fetch\nA< …\nA< ok`],
    ['a fixture and what it answers', `${hello}- deliver alice\n  | a\n  |\n  | b\n- nothing\n`],
    ['a fixture is learnt', '- deliver alice\n  | <host>\nA: line\nA< * hello\nA: nothing'],
  ])('%s', async (_name, text) => {
    await play(text);
  });
});

describe('transcripts that must fail, and say where', () => {
  test.each([
    [
      'another line',
      `${hello}A> echo no\nA< yes`,
      /^a\.txt:5: expected yes\n {4}but came no\n {4}< \* hello\n {4}> echo no/,
    ],
    ['a prefix is not the line', `${hello}A> echo a b\nA< a`, /a\.txt:5: expected a\n/],
    ['case', `${hello}A> echo ok\nA< OK`, /a\.txt:5/],
    [
      'another value than learnt',
      `${hello}A> echo 1\nA< <x=\\d>\nA> echo 2\nA< <x>`,
      /a\.txt:7: expected <x>/,
    ],
    ['number', `${hello}A> echo 1a\nA< <number>`, /a\.txt:5/],
    ['uid is never 0', `${hello}A> echo 0\nA< <uid>`, /a\.txt:5/],
    [
      'a line too many',
      `${hello}A> lines a b\nA< * a\nA: nothing`,
      /a\.txt:6: expected silence, came "\* b\\r\\n"/,
    ],
    ['not heard', `${hello}A< more`, /a\.txt:4: expected more\n {4}but a line did not come within 300 ms/],
    ['a line missing in any order', `${hello}A> lines a\nA<~ * a\nA<~ * b`, /a\.txt:5: expected \* b\n/],
    [
      'a line twice in any order',
      `${hello}A> lines a a\nA<~ * a\nA<~ * b`,
      /a\.txt:5: expected \* b\n {4}but came \* a/,
    ],
    ['no silence', `${hello}A> lines a\nA: nothing`, /a\.txt:5: expected silence, came "\* a/],
    ['not closed', `${hello}A> lines a\nA: closed`, /a\.txt:5: expected the end, came "\* a"/],
    [
      'closed',
      `${hello}A> bye\nA< * bye\nA< more`,
      /a\.txt:6: expected more\n {4}but the connection was closed/,
    ],
    [
      'another literal',
      `${hello}A> fetch\nA< * 1 <any> {*}\nA<| ho`,
      /a\.txt:6: expected the literal "ho\\r\\n"/,
    ],
    ['no literal', `${hello}A> echo a\nA< a\nA<| a`, /a\.txt:6: expected a literal/],
    ['another literal size', `${hello}A> fetch\nA< * 1 FETCH (BODY[] {11}`, /a\.txt:5/],
    ['nobody', 'B> hi', /a\.txt:2: B has not connected/],
    ['connected already', `${hello}A: line`, /a\.txt:4: A is connected/],
    ['no such door', 'A: door', /a\.txt:2: no door 'door'/],
    ['no such fixture', '- feed', /a\.txt:2: there is no fixture 'feed'/],
    ['nothing learnt', `${hello}A> echo <x>`, /a\.txt:4: <x> is not known yet/],
    ['a hole that is sent', `${hello}A> echo <x=1>`, /a\.txt:4: <x=1> cannot be sent/],
    ['a name that is taken', `${hello}A< <uid=1>`, /a\.txt:4: <uid=…>/],
    ['a size without a literal', `${hello}A> echo {*}`, /a\.txt:4: \{\*\} is followed by no literal/],
    ['any lines up to nothing', `${hello}A< …`, /a\.txt:4: … is followed by/],
  ])('%s', async (_name, text, message) => {
    await expect(play(text)).rejects.toThrow(message);
  });

  test('what came and was not expected', async () => {
    const text = `${hello}B: line\nB< * hello\nB> tell late\nB> echo done\nB< done\nA: line`;
    await expect(play(text.replace('\nA: line', ''))).rejects.toThrow(
      /at the end: A heard more .* "\* late\\r\\n"/,
    );
  });

  test.each([
    ['A> hi', /says what it shows/],
    ['# title', /nothing happens/],
    ['# title\nhello', /a\.txt:2: not a line of a transcript: hello/],
    ['# title\na> hello', /a\.txt:2: not a line/],
    ['# title\nA:', /an actor does something/],
    ['# title\nA>| x', /a literal follows the line/],
    ['# title\nA> x {*}\nB>| x', /a\.txt:3: a literal follows/],
    ['# title\n  | x', /a body belongs to a fixture/],
    ['# title\nA>= \\q', /unknown escape \\q/],
  ])('a file that is no transcript: %j', (text, message) => {
    expect(() => parseTranscript(text, 'a.txt')).toThrow(message);
    expect(() => parseTranscript(text, 'a.txt')).toThrow(TranscriptError);
  });
});

describe('a folder of transcripts', () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'hello.txt'), `# says hello\n${hello}`);
  writeFileSync(join(folder, 'notes.md'), 'no transcript');
  afterAll(() => removeFolder(folder));
  let closed = 0;
  transcripts(folder, async () => ({ ...setup(), close: async () => void closed++ }));
  test('each is a test with a setup of its own', () => expect(closed).toBe(1));
});
