import { createReadStream } from 'node:fs';
import { StoreError } from '../../base/index.ts';
import { headerFields } from '../../formats/mime/index.ts';
import { flagBits } from '../../stores/mail/index.ts';
import { importMessageBytesMax } from '../limits.ts';
import { type Found, withCrlf } from './source.ts';

const from = Buffer.from('From ');

/** Lines of a file with their endings; a line longer than a whole message may be is refused. */
async function* linesOf(path: string): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    let rest = chunk as Buffer;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      held.push(rest.subarray(0, end + 1));
      yield held.length === 1 ? (held[0] as Buffer) : Buffer.concat(held);
      held = [];
      bytes = 0;
      rest = rest.subarray(end + 1);
    }
    if (rest.length > 0) held.push(rest);
    bytes += rest.length;
    if (bytes > importMessageBytesMax)
      throw new StoreError('too-large', `${path} has a line that does not end`);
  }
  if (held.length > 0) yield Buffer.concat(held);
}

/** The time of `From sender Thu Jan  1 00:00:00 1970` (RFC 4155 appendix A: UTC). */
function receivedOf(line: string): number | undefined {
  const match = /(\w{3} +\d{1,2} \d{2}:\d{2}(?::\d{2})?)(?: [A-Z]{3,4}| [+-]\d{4})? (\d{4})/.exec(line);
  const time = match ? Date.parse(`${match[1]} ${match[2]} UTC`) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

const statusFlags = {
  R: flagBits.seen,
  A: flagBits.answered,
  F: flagBits.flagged,
  D: flagBits.deleted,
  T: flagBits.draft,
};

/** What mbox programs note in Status, X-Status and X-Keywords. */
function noted(message: Buffer): { flags: number; keywords: string[] } {
  const blank = message.indexOf('\r\n\r\n');
  let flags = 0;
  const keywords: string[] = [];
  for (const field of headerFields(blank < 0 ? message : message.subarray(0, blank + 4))) {
    const name = field.name.toLowerCase();
    if (name === 'status' || name === 'x-status') {
      for (const letter of field.value) flags |= statusFlags[letter as keyof typeof statusFlags] ?? 0;
    } else if (name === 'x-keywords') {
      keywords.push(...field.value.split(/[\s,]+/).filter((word) => /^[!-~]+$/.test(word)));
    }
  }
  return { flags, keywords };
}

const isEmpty = (line: Buffer | undefined) =>
  line !== undefined && line.length <= 2 && line.toString('latin1').trim() === '';

function messageOf(lines: readonly Buffer[], head: string, mailbox: string, place: string): Found {
  // The empty line before the next From line belongs to the file, unless it is the one that ends the header.
  const last = lines.length - 1;
  const ends = lines.findIndex(isEmpty);
  const own = ends >= 0 && ends < last && isEmpty(lines[last]) ? lines.slice(0, -1) : lines;
  // mboxrd: a quoted From line lost one '>' less than it shows.
  const bytes = withCrlf(
    Buffer.concat(
      own.map((line) => (/^>+From /.test(line.toString('latin1', 0, 64)) ? line.subarray(1) : line)),
    ),
  );
  return { mailbox, read: async () => bytes, received: receivedOf(head), place, ...noted(bytes) };
}

/** The messages of an mbox file (mboxrd; others read alike but for quoted From lines). */
export async function* readMbox(path: string, mailbox: string): AsyncGenerator<Found> {
  let head: string | null = null;
  let [lines, bytes, count, blank]: [Buffer[], number, number, boolean] = [[], 0, 0, true];
  for await (const line of linesOf(path)) {
    if (blank && line.subarray(0, from.length).equals(from)) {
      if (head !== null) yield messageOf(lines, head, mailbox, `${path} message ${++count}`);
      head = line.toString('latin1');
      [lines, bytes] = [[], 0];
    } else if (head === null) {
      if (line.toString('latin1').trim() !== '') {
        throw new StoreError('invalid', `${path} is no mbox file: it does not begin with a From line`);
      }
    } else {
      lines.push(line);
      bytes += line.length;
      if (bytes > importMessageBytesMax) {
        throw new StoreError(
          'too-large',
          `${path} message ${count + 1} is larger than ${importMessageBytesMax} bytes`,
        );
      }
    }
    blank = isEmpty(line);
  }
  if (head !== null) yield messageOf(lines, head, mailbox, `${path} message ${++count}`);
}
