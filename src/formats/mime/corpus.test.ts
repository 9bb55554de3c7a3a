import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bodyStructureText,
  createMimeParser,
  decodeStructure,
  encodeStructure,
  envelopeText,
  findPart,
  type MimePart,
  type ParsedMessage,
  parseMessage,
  sectionRange,
} from './index.ts';

const corpusFolder = '../shared/data/mime';
const corpus = readCorpus();

function readCorpus(): { name: string; bytes: Buffer }[] {
  if (!existsSync(corpusFolder)) return [];
  return ['rfc', 'malformed'].flatMap((kind) =>
    readdirSync(join(corpusFolder, kind))
      .filter((file) => file.endsWith('.eml'))
      .map((file) => ({ name: `${kind}/${file}`, bytes: readFileSync(join(corpusFolder, kind, file)) })),
  );
}

/** Messages of our own, so that the properties hold where the corpus is absent too. */
const own = [
  'From: a@b.c\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\npre\r\n--x\r\n\r\nhi\r\n--x\r\n' +
    'Content-Type: message/rfc822\r\n\r\nSubject: in\r\nContent-Type: multipart/digest; boundary=y\r\n\r\n--y\r\n\r\n' +
    'From: z@z\r\n\r\nd\r\n--y--\r\n--x--\r\npost\r\n',
  "Subject: =?utf-8?q?=C3=A9?=\nContent-Type: text/html; charset*=utf-8''latin1\n\n<b>x</b>&eacute;\n",
].map((text, i) => ({ name: `own/${i}`, bytes: Buffer.from(text) }));
const seeds = [...corpus, ...own];

function parseChunked(bytes: Buffer, sizes: readonly number[]): ParsedMessage {
  const parser = createMimeParser();
  const scratch = Buffer.alloc(70_000);
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = Math.max(1, sizes[i % sizes.length] ?? 1);
    const count = bytes.copy(scratch, 0, at, Math.min(bytes.length, at + size));
    parser.write(scratch.subarray(0, count)); // the same memory again: nothing may lean on it
    at += count;
  }
  return parser.end();
}

function checkMessage(bytes: Buffer, message: ParsedMessage): void {
  expect(message.size).toBe(bytes.length);
  expect(message.root.headerStart).toBe(0);
  expect(message.root.bodyEnd).toBe(bytes.length);
  checkPart(bytes, message.root, message.root);
  expect(JSON.parse(JSON.stringify(message))).toEqual(message);
  expect(decodeStructure(encodeStructure(message.root))).toEqual(message.root);
  expect(message.preview.isWellFormed()).toBe(true);
  expect(message.preview.length).toBeLessThanOrEqual(200);
  checkEnvelope(readImap(envelopeText(message.envelope)));
  checkBody(readImap(bodyStructureText(message.root, true)), message.root, true);
  checkBody(readImap(bodyStructureText(message.root, false)), message.root, false);
}

function checkPart(bytes: Buffer, part: MimePart, root: MimePart): void {
  expect(part.headerStart).toBeLessThanOrEqual(part.bodyStart);
  expect(part.bodyStart).toBeLessThanOrEqual(part.bodyEnd);
  const isLeaf = part.children.length === 0;
  if (isLeaf) expect(findPart(root, part.path === '' ? '1' : part.path)).toBe(part);
  const counted = part.type === 'text' || (part.type === 'multipart' && isLeaf) || part.message !== null;
  if (counted) expect(part.lines).toBe(countLines(bytes.subarray(part.bodyStart, part.bodyEnd)));
  let at = part.bodyStart;
  for (const [i, child] of part.children.entries()) {
    expect(child.headerStart).toBeGreaterThanOrEqual(at);
    expect(child.bodyEnd).toBeLessThanOrEqual(part.bodyEnd);
    expect(findPart(root, child.path)).toBe(child);
    expect(child.path.split('.').at(-1)).toBe(String(i + 1));
    expect(bytes.toString('latin1', at, child.headerStart)).toMatch(/(^|\n)--[^\n]+\n$/);
    const after = bytes.toString('latin1', child.bodyEnd, child.bodyEnd + 4);
    expect(after === '' || /^(\r?\n)?--/.test(after)).toBe(true);
    at = child.bodyEnd;
    checkPart(bytes, child, root);
  }
  if (!part.message) return;
  expect(part.message.root.headerStart).toBe(part.bodyStart);
  expect(part.message.root.bodyEnd).toBe(part.bodyEnd);
  const own = part.path === '' ? '1' : part.path;
  expect(sectionRange(root, own, 'HEADER')).toEqual({
    start: part.bodyStart,
    end: part.message.root.bodyStart,
  });
  checkPart(bytes, part.message.root, root);
}

function countLines(body: Buffer): number {
  const text = body.toString('latin1');
  return text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

type Item = { string: string } | number | null | Item[];

/** Strings, literals, numbers, NIL and lists of RFC 9051 §9, strictly; the whole text must be one list. */
function readImap(text: string): Item {
  const bytes = Buffer.from(text);
  let at = 0;
  function item(): Item {
    const rest = bytes.toString('latin1', at, at + 30);
    if (rest.startsWith('(')) return list();
    if (rest.startsWith('"')) return quoted();
    if (rest.startsWith('NIL')) {
      at += 3;
      return null;
    }
    const number = /^\d+(?=[ )])/.exec(rest);
    if (number) {
      at += number[0].length;
      return Number(number[0]);
    }
    const literal = /^\{(\d+)\}\r\n/.exec(rest);
    if (!literal) throw new Error(`no IMAP value at ${at}: ${rest}`);
    at += literal[0].length + Number(literal[1]);
    const content = bytes.subarray(at - Number(literal[1]), at);
    if (content.length !== Number(literal[1]) || content.includes(0)) throw new Error('bad literal');
    return { string: content.toString('utf8') };
  }
  function quoted(): Item {
    let content = '';
    for (at++; bytes[at] !== 34; at++) {
      if (bytes[at] === 92) at++;
      const code = bytes[at] ?? 0;
      if ((code < 32 && code !== 9) || code > 126) throw new Error(`byte ${code} in a quoted string`);
      content += String.fromCharCode(code);
    }
    at++;
    return { string: content };
  }
  function list(): Item[] {
    const items: Item[] = [];
    at++;
    for (;;) {
      items.push(item());
      if (bytes[at] === 41) break;
      if (bytes[at] === 32) at++;
      else if (bytes[at] !== 40 || bytes[at - 1] !== 41) throw new Error(`no space at ${at}`);
    }
    at++;
    return items;
  }
  const value = item();
  if (at !== bytes.length) throw new Error('text after the list');
  return value;
}

function isString(item: Item | undefined): item is { string: string } {
  return typeof item === 'object' && item !== null && 'string' in item;
}

function isNstring(item: Item | undefined): boolean {
  return item === null || isString(item);
}

function checkEnvelope(item: Item | undefined): void {
  if (!Array.isArray(item) || item.length !== 10) throw new Error('an envelope has ten fields');
  for (const i of [0, 1, 8, 9]) expect(isNstring(item[i])).toBe(true);
  for (const addresses of item.slice(2, 8)) {
    if (addresses === null) continue;
    if (!Array.isArray(addresses) || addresses.length === 0) throw new Error('empty address list');
    for (const address of addresses) {
      expect(Array.isArray(address) && address.length === 4 && address.every(isNstring)).toBe(true);
    }
  }
}

function checkParams(item: Item | undefined): void {
  if (item === null) return;
  expect(Array.isArray(item) && item.length > 0 && item.length % 2 === 0 && item.every(isString)).toBe(true);
}

function checkExtension(items: Item[]): void {
  expect(items).toHaveLength(3);
  const [dsp, lang, loc] = items;
  if (dsp !== null) {
    if (!Array.isArray(dsp) || dsp.length !== 2 || !isString(dsp[0])) throw new Error('disposition');
    checkParams(dsp[1]);
  }
  expect(isNstring(lang) || (Array.isArray(lang) && lang.length > 0 && lang.every(isString))).toBe(true);
  expect(isNstring(loc)).toBe(true);
}

function checkMultipartExtension([params, ...rest]: Item[]): void {
  checkParams(params);
  checkExtension(rest);
}

function checkBody(item: Item | undefined, part: MimePart | null, extended: boolean): void {
  if (!Array.isArray(item)) throw new Error('a body is a list');
  if (Array.isArray(item[0])) {
    const count = item.findIndex((child) => !Array.isArray(child));
    expect(count).toBe(part?.children.length);
    item.slice(0, count).forEach((child, i) => {
      checkBody(child, part?.children[i] ?? null, extended);
    });
    expect(isString(item[count])).toBe(true);
    if (!extended) expect(item).toHaveLength(count + 1);
    else checkMultipartExtension(item.slice(count + 1));
    return;
  }
  const [type, subtype, params, id, description, encoding, octets] = item;
  expect([type, subtype, encoding].every(isString) && [id, description].every(isNstring)).toBe(true);
  checkParams(params);
  if (part) expect(octets).toBe(part.bodyEnd - part.bodyStart);
  let next = 7;
  const kind = isString(type) && isString(subtype) ? `${type.string}/${subtype.string}` : '';
  if (kind === 'message/rfc822' || kind === 'message/global') {
    checkEnvelope(item[7]);
    checkBody(item[8], part?.message?.root ?? null, extended);
    expect(item[9]).toBe(part?.lines ?? 0);
    next = 10;
  } else if (kind.startsWith('text/')) {
    expect(item[7]).toBe(part?.lines ?? 0);
    next = 8;
  }
  expect(kind).not.toMatch(/^multipart\//);
  if (!extended) {
    expect(item).toHaveLength(next);
    return;
  }
  expect(isNstring(item[next])).toBe(true);
  checkExtension(item.slice(next + 1));
}

describe('the corpus', () => {
  it.skipIf(corpus.length === 0)('is read whole (skipped where ../shared/data is absent)', () => {
    expect(corpus).toHaveLength(33);
  });

  it.each(seeds)('$name: offsets nest, IMAP text is legal, chunks change nothing', ({ bytes }) => {
    for (const form of [bytes, toCrlf(bytes)]) {
      const whole = parseMessage(form);
      checkMessage(form, whole);
      expect(parseChunked(form, [1])).toEqual(whole);
      expect(parseChunked(form, [7, 3, 64])).toEqual(whole);
    }
  });

  function toCrlf(bytes: Buffer): Buffer {
    return Buffer.from(bytes.toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1');
  }
});

describe('mutations of the corpus', () => {
  const snippet = fc.constantFrom(
    '\r',
    '\n',
    '\r\n',
    '\r\n\r\n',
    '\0',
    '--',
    '--x',
    '--boundary',
    '=?utf-8?q?',
    '(',
    '"',
    '\xff',
    '\xc3\xa9',
    ':',
    ';',
    'Content-Type: multipart/mixed; boundary="x"\r\n',
    ' ',
    '\t',
    '*0*=',
    'Content-Type: message/rfc822\n',
    'From: <',
    '='.repeat(90),
    'begin 644 x\n',
    'Content-Transfer-Encoding: base64\n',
  );
  const step = fc.record({
    kind: fc.constantFrom('delete', 'insert', 'copy', 'flip'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.nat(80),
    text: snippet,
  });
  const mutated = fc
    .tuple(fc.constantFrom(...seeds), fc.array(step, { minLength: 1, maxLength: 12 }))
    .map(([seed, steps]) => steps.reduce(mutate, seed.bytes.toString('latin1')));

  function mutate(
    text: string,
    { kind, at, length, text: insert }: { kind: string; at: number; length: number; text: string },
  ): string {
    const place = Math.floor(at * text.length);
    const [head, middle, tail] = [
      text.slice(0, place),
      text.slice(place, place + length),
      text.slice(place + length),
    ];
    if (kind === 'delete') return head + tail;
    if (kind === 'insert') return head + insert + middle + tail;
    if (kind === 'copy') return head + middle + middle + tail;
    return head + [...middle].map((c) => String.fromCharCode(c.charCodeAt(0) ^ 32)).join('') + tail;
  }

  it('never throw, nest, and are the same in chunks', () => {
    fc.assert(
      fc.property(
        mutated,
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 9 }),
        (text, sizes) => {
          const bytes = Buffer.from(text, 'latin1');
          const whole = parseMessage(bytes);
          checkMessage(bytes, whole);
          expect(parseChunked(bytes, sizes)).toEqual(whole);
        },
      ),
      { seed: 20_261, numRuns: 600 },
    );
  });
});

describe('well-formed messages, made with their offsets', () => {
  type Tree =
    | { kind: 'leaf'; body: string[] }
    | { kind: 'multipart'; children: Tree[]; preamble: string; epilogue: string }
    | { kind: 'message'; inner: Tree };
  const body = fc.array(fc.constantFrom('', 'text', '-', '--', '- -', '--no', ' --b0', '\u00e9'), {
    maxLength: 4,
  });
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ kind: fc.constant('leaf' as const), body }),
      fc.record({
        kind: fc.constant('multipart' as const),
        children: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
        preamble: fc.constantFrom('', 'pre\n'),
        epilogue: fc.constantFrom('', '\n', '\npost\n'),
      }),
      fc.record({ kind: fc.constant('message' as const), inner: tie('tree') }),
    ),
  }));

  interface Made {
    text: string;
    /** [headerStart, bodyStart, bodyEnd] of this part and of all below it, in reading order. */
    offsets: [number, number, number][];
  }

  function make(node: Tree, level: number): Made {
    if (node.kind === 'leaf') return placed('Content-Type: text/plain\n\n', node.body.join('\n'), []);
    if (node.kind === 'message') {
      const inner = make(node.inner, level + 1);
      return placed('Content-Type: message/rfc822\n\n', inner.text, inner.offsets);
    }
    const boundary = `b${level}`;
    let text = node.preamble;
    const offsets: [number, number, number][] = [];
    for (const [i, child] of node.children.entries()) {
      text += `${i > 0 ? '\n' : ''}--${boundary}\n`;
      const made = make(child, level + 1);
      offsets.push(...shift(made.offsets, text.length));
      text += made.text;
    }
    text += `\n--${boundary}--${node.epilogue}`;
    return placed(`Content-Type: multipart/mixed; boundary="${boundary}"\n\n`, text, offsets);
  }

  function placed(header: string, content: string, inner: [number, number, number][]): Made {
    const total = header.length + content.length;
    return { text: header + content, offsets: [[0, header.length, total], ...shift(inner, header.length)] };
  }

  function shift(offsets: [number, number, number][], by: number): [number, number, number][] {
    return offsets.map(([a, b, c]) => [a + by, b + by, c + by]);
  }

  function offsetsOf(part: MimePart): [number, number, number][] {
    const below = part.message ? [part.message.root] : part.children;
    return [[part.headerStart, part.bodyStart, part.bodyEnd], ...below.flatMap(offsetsOf)];
  }

  it('are found where they were put, with LF and with CRLF', () => {
    fc.assert(
      fc.property(tree, (node) => {
        const made = make(node, 0);
        const lf = Buffer.from(made.text, 'latin1');
        expect(offsetsOf(parseMessage(lf).root)).toEqual(made.offsets);
        const crlfText = made.text.replaceAll('\n', '\r\n');
        // The offset n of the LF form is n plus the number of line ends before it.
        const added = (n: number): number => n + made.text.slice(0, n).split('\n').length - 1;
        const crlf = made.offsets.map((offsets) => offsets.map(added));
        expect(offsetsOf(parseMessage(Buffer.from(crlfText, 'latin1')).root)).toEqual(crlf);
      }),
      { seed: 7, numRuns: 1_000 },
    );
  });
});
