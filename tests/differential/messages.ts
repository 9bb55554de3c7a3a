import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dice } from './random.ts';

const corpus = join(import.meta.dirname, '../../../shared/data/mime');

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The corpus with CRLF, as clients upload; empty where it is not at hand. */
export function corpusMessages(): Sample[] {
  return ['rfc', 'malformed'].flatMap((folder) => {
    const path = join(corpus, folder);
    if (!existsSync(path)) return [];
    const names = readdirSync(path).filter((name) => name.endsWith('.eml'));
    return names.sort().map((name) => {
      const text = readFileSync(join(path, name), 'latin1').replace(/\r?\n/g, '\r\n').replaceAll('\0', '');
      return { name: `${folder}/${name}`, bytes: Buffer.from(text, 'latin1') };
    });
  });
}

const people = [
  'Ann Example <ann@example.org>',
  '"Doe, John" <john.doe@example.com>',
  'bare@example.net',
  '=?UTF-8?Q?Ren=C3=A9?= <rene@exemple.fr>',
  '<angle@example.org>',
  'friends: a@example.org, "B" <b@example.org>;, c@example.org',
  'undisclosed-recipients:;',
  '"quoted \\"inside\\"" <q@example.org>',
  'spaces . in . local @ example . org (a comment)',
  'nobody',
];
const subjects = [
  'Minutes of the meeting',
  'Re: Minutes of the meeting',
  '=?UTF-8?B?w4l0w6k=?= au lac',
  '=?ISO-8859-1?Q?Caf=E9?=',
  'folded\r\n subject line',
  '',
  'quote " and \\ backslash',
  '[list] tagged',
];
const dates = [
  'Fri, 21 Nov 1997 09:55:06 -0600',
  'Mon, 5 Jan 2026 12:00:00 +0000',
  '1 Feb 1994 12:00:00 +0100',
  'Tue, 29 Feb 2028 12:30:00 GMT',
  'not a date',
];
const words = ['apple', 'Banana', 'cherry pie', 'délice', 'end of line', 'FROM here', 'grün', 'x'.repeat(70)];

/** A message of any shape: plain, multipart, nested messages, odd headers. */
export function madeMessage(dice: Dice): Buffer {
  const header = headerOf(dice);
  return Buffer.from(`${header}${entity(dice, 0)}`, dice.chance(80) ? 'utf8' : 'latin1');
}

function headerOf(dice: Dice): string {
  const fields = [
    `From: ${dice.pick(people)}`,
    `To: ${dice.some(people, 3).join(dice.chance(20) ? ',\r\n ' : ', ')}`,
    `Subject: ${dice.pick(subjects)}`,
    `Date: ${dice.pick(dates)}`,
    `Message-ID: <${dice.below(1_000_000)}@example.org>`,
  ];
  if (dice.chance(40)) fields.push(`Cc: ${dice.pick(people)}`);
  if (dice.chance(20)) fields.push(`Bcc: ${dice.pick(people)}`);
  if (dice.chance(20)) fields.push(`Sender: ${dice.pick(people)}`);
  if (dice.chance(20)) fields.push(`Reply-To: ${dice.pick(people)}`);
  if (dice.chance(30)) fields.push(`In-Reply-To: <${dice.below(1000)}@example.org>`);
  if (dice.chance(30)) fields.push('X-Custom: one', 'x-custom: two', 'Received: from a\r\n\tby b; now');
  if (dice.chance(10)) fields.push('X-Empty:', 'X-Spaced :  odd');
  if (dice.chance(15)) fields.splice(dice.below(fields.length), 1);
  return `${fields.join('\r\n')}\r\n`;
}

/** The MIME fields, the empty line and the body. */
function entity(dice: Dice, depth: number): string {
  const shape = dice.below(depth > 3 ? 5 : 9);
  if (shape < 2) return `\r\n${lines(dice)}`;
  const mime = depth === 0 ? 'MIME-Version: 1.0\r\n' : '';
  if (shape < 5) return `${mime}${leaf(dice)}`;
  if (shape === 5)
    return `${mime}Content-Type: message/rfc822\r\n\r\n${headerOf(dice)}${entity(dice, depth + 1)}`;
  return `${mime}${multipart(dice, depth)}`;
}

function leaf(dice: Dice): string {
  const type = dice.pick([
    'text/plain; charset=utf-8',
    'text/plain; charset="ISO-8859-1"; format=flowed',
    'TEXT/HTML; Charset=US-ASCII',
    'application/octet-stream; name="a b.bin"',
    "image/png; name*=UTF-8''caf%C3%A9.png",
    'text/plain',
    'application/x-odd; a=1; b="two; three"',
    'text/plain; charset=utf-8 (comment)',
  ]);
  const base64 = dice.chance(40);
  const body = base64
    ? `${Buffer.from(lines(dice))
        .toString('base64')
        .replace(/.{1,76}/g, '$&\r\n')}`
    : lines(dice);
  const fields = [`Content-Type: ${type}`];
  if (base64) fields.push('Content-Transfer-Encoding: base64');
  else if (dice.chance(30))
    fields.push(`Content-Transfer-Encoding: ${dice.pick(['8bit', '7BIT', 'quoted-printable'])}`);
  if (dice.chance(25)) fields.push('Content-Disposition: attachment; filename="a b.bin"; size=12');
  if (dice.chance(15)) fields.push('Content-ID: <part1@example.org>', 'Content-Description: a description');
  if (dice.chance(10)) fields.push('Content-Language: fr, en', 'Content-Location: http://example.org/x');
  if (dice.chance(10)) fields.push('Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==');
  return `${fields.join('\r\n')}\r\n\r\n${body}`;
}

function multipart(dice: Dice, depth: number): string {
  const boundary = `b${depth}-${dice.below(1000)}`;
  const kind = dice.pick([
    'mixed',
    'alternative',
    'related',
    'digest',
    'report; report-type=delivery-status',
  ]);
  const parts = Array.from({ length: 1 + dice.below(3) }, () => entity(dice, depth + 1));
  const preamble = dice.chance(30) ? 'A preamble.\r\n' : '';
  const inner = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  const end = dice.chance(90) ? `--${boundary}--\r\n` : '';
  const epilogue = dice.chance(20) ? 'An epilogue.\r\n' : '';
  return `Content-Type: multipart/${kind}; boundary="${boundary}"\r\n\r\n${preamble}${inner}${end}${epilogue}`;
}

function lines(dice: Dice): string {
  const count = dice.below(6);
  return Array.from({ length: count }, () => `${dice.some(words, 3).join(' ')}\r\n`).join('');
}
