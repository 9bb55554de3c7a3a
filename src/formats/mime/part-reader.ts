import { ByteCollector } from './bytes.ts';
import { headerText } from './charset.ts';
import { emptyEnvelope, type HeaderSummary, readSummary } from './envelope.ts';
import { fieldColon, type HeaderField, headerFields } from './fields.ts';
import {
  delimiterLineBytesMax,
  headerBytesMax,
  headerBytesTotalMax,
  headerFieldsMax,
  partDepthMax,
  partsMax,
} from './limits.ts';
import type { Line, LineSink } from './lines.ts';
import { describePart, newPart } from './part.ts';
import { Preview } from './preview.ts';
import { numberParts } from './sections.ts';
import { isIdentityEncoding } from './transfer.ts';
import type { Defect, MimePart } from './types.ts';

/** A part that is still open; the stack holds the way from the root to the innermost one. */
interface Frame {
  part: MimePart;
  /** The message part whose content this is the top level of. */
  holder: MimePart | null;
  /** What the delimiters of a multipart are known by. */
  boundary: string | null;
  /** After its closing delimiter: what follows belongs to nobody. */
  closed: boolean;
  /** Number of line ends before its body. */
  lfAtBody: number;
}

const nothing = Buffer.alloc(0);

/** Makes parts out of lines (RFC 2046 §5). */
export class PartReader implements LineSink {
  readonly defects = new Set<Defect>();
  readonly preview = new Preview();
  summary: HeaderSummary = readSummary([]);
  /** Fields of the message's own header, counted whatever its size (THREATS 13). */
  fromCount = 0;
  receivedCount = 0;
  readonly #root = newPart('', 0, false);
  readonly #stack: Frame[] = [];
  /** How many open frames look for each boundary: most lines of dashes are none of them. */
  readonly #boundaries = new Map<string, number>();
  #partCount = 0;
  #inHeader = true;
  /** The innermost part takes everything to the end. */
  #opaque = false;
  /** Whether the unfinished header was asked for its own boundary: once, or it would cost the square. */
  #probed = false;
  // What is kept of the current header or text body: from #keepFrom on, at most #keepLimit bytes.
  readonly #kept = new ByteCollector();
  #keeping = false;
  #keepFrom = 0;
  #headerBudget = headerBytesTotalMax;
  #chunk: Buffer = nothing;
  #chunkOffset = 0;
  #lfCount = 0;
  // Of the line before the current one.
  #lastEolBytes = 0;
  #lastEmpty = false;

  constructor() {
    this.#open(this.#root, null);
  }

  chunkStart(chunk: Buffer, offset: number): void {
    this.#chunk = chunk;
    this.#chunkOffset = offset;
  }

  chunkEnd(chunk: Buffer, offset: number): void {
    if (this.#keeping) this.#kept.append(chunk, Math.max(0, this.#keepFrom - offset), chunk.length);
    this.#chunk = nothing;
    this.#chunkOffset = offset + chunk.length;
  }

  line(bytes: Buffer, from: number, to: number, line: Line): void {
    const lf = line.eolBytes > 0 ? 1 : 0;
    const dashes = bytes[from] === 45 && bytes[from + 1] === 45 && to - from > 2;
    if (!(dashes && this.#delimiter(bytes, from, to, line)) && this.#inHeader) {
      if (this.#stack.length === 1) this.#countField(bytes, from, to);
      if (to === from) this.#endHeader(line.end, this.#lfCount + lf);
    }
    this.#lfCount += lf;
    this.#lastEolBytes = line.eolBytes;
    this.#lastEmpty = line.end - line.start === line.eolBytes;
  }

  /** Closes what is open at the end of the message and answers its tree. */
  finish(size: number): MimePart {
    this.#breakHeaders(size);
    const unfinished = size > 0 && this.#lastEolBytes === 0 ? 1 : 0;
    this.#closeDownTo(0, size, size, unfinished);
    numberParts(this.#root);
    return this.#root;
  }

  /** Whether the line is a delimiter of an open multipart; if so, does what it says. */
  #delimiter(bytes: Buffer, from: number, to: number, line: Line): boolean {
    if (this.#opaque || line.end - line.start - line.eolBytes > delimiterLineBytesMax) return false;
    let end = to;
    while (end > from && isPadding(bytes[end - 1])) end--;
    const text = lineText(bytes, from + 2, end);
    const closes = text.endsWith('--') ? text.slice(0, -2) : undefined;
    if (this.#inHeader && !this.#probed) this.#probe(text, closes, line.start);
    if (!this.#boundaries.has(text) && (closes === undefined || !this.#boundaries.has(closes))) return false;
    // RFC 2046 §5.1.2: also those of the outer multiparts; where both could be meant, the inner one is.
    for (let i = this.#stack.length - 1; i >= 0; i--) {
      const frame = this.#stack[i];
      if (!frame || frame.boundary === null || frame.closed) continue;
      const isClose = closes === frame.boundary;
      if (!isClose && text !== frame.boundary) continue;
      this.#breakHeaders(line.start);
      this.#closeDownTo(i + 1, line.start - this.#lastEolBytes, line.start, 0);
      if (isClose) this.#close(frame);
      else this.#openChild(frame.part, line);
      return true;
    }
    return false;
  }

  #await(frame: Frame, boundary: string): void {
    frame.boundary = boundary;
    this.#boundaries.set(boundary, (this.#boundaries.get(boundary) ?? 0) + 1);
  }

  #close(frame: Frame): void {
    frame.closed = true;
    const { boundary } = frame;
    if (boundary === null) return;
    const count = this.#boundaries.get(boundary) ?? 0;
    if (count > 1) this.#boundaries.set(boundary, count - 1);
    else this.#boundaries.delete(boundary);
  }

  /** A header that announces this very delimiter and lacks its empty line ends here. */
  #probe(opens: string, closes: string | undefined, lineStart: number): void {
    this.#probed = true;
    const [from, to] = this.#inChunk(lineStart);
    const header = this.#kept.peek(this.#chunk, from, to).subarray(0, lineStart - this.#keepFrom);
    const boundary = describePart(newPart('', 0, false), headerFields(header));
    if (boundary !== null && (opens === boundary || closes === boundary)) this.#breakHeaders(lineStart);
  }

  #openChild(parent: MimePart, line: Line): void {
    const child = newPart('', line.end, parent.subtype === 'digest');
    parent.children.push(child);
    if (this.#partCount < partsMax) {
      this.#open(child, null);
      return;
    }
    this.defects.add('parts');
    child.type = 'application';
    child.subtype = 'octet-stream';
    const lfAtBody = this.#lfCount + 1;
    this.#stack.push({ part: child, holder: null, boundary: null, closed: false, lfAtBody });
    this.#opaque = true;
    this.#inHeader = false;
  }

  #open(part: MimePart, holder: MimePart | null): void {
    this.#partCount++;
    this.#stack.push({ part, holder, boundary: null, closed: false, lfAtBody: 0 });
    this.#inHeader = true;
    this.#probed = false;
    this.#keep(part.headerStart, Math.min(headerBytesMax, this.#headerBudget));
  }

  /** Ends headers that lack their empty line; a message part among them opens one more, empty header. */
  #breakHeaders(at: number): void {
    while (this.#inHeader) {
      this.defects.add('no-header-end');
      this.#endHeader(at, this.#lfCount);
    }
  }

  #endHeader(bodyStart: number, lfAtBody: number): void {
    const frame = this.#stack.at(-1);
    if (!frame) return;
    const { part } = frame;
    const header = this.#takeKept(bodyStart);
    this.#headerBudget -= header.length;
    part.bodyStart = bodyStart;
    part.bodyEnd = bodyStart;
    frame.lfAtBody = lfAtBody;
    this.#inHeader = false;
    if (header.length < bodyStart - part.headerStart) this.defects.add('header-size');
    const fields = headerFields(header);
    if (fields.length >= headerFieldsMax) this.defects.add('header-fields');
    if (frame.holder || part === this.#root) this.#summarise(frame.holder, fields);
    const boundary = describePart(part, fields);
    this.#enter(frame, boundary);
  }

  #summarise(holder: MimePart | null, fields: HeaderField[]): void {
    const summary = readSummary(fields);
    if (holder?.message) holder.message.envelope = summary.envelope;
    else this.summary = summary;
  }

  /** Decides what the body of a part is read as. */
  #enter(frame: Frame, boundary: string | null): void {
    const { part } = frame;
    const isMessage = holdsMessage(part) && isIdentityEncoding(part.encoding);
    if (part.type === 'multipart' && boundary === null) this.defects.add('boundary');
    else if (part.type === 'multipart' || isMessage) {
      if (this.#stack.length > partDepthMax) this.defects.add('depth');
      else if (boundary !== null) this.#await(frame, boundary);
      else if (this.#partCount >= partsMax) this.defects.add('parts');
      else {
        const root = newPart('', part.bodyStart, false);
        part.message = { envelope: emptyEnvelope(), root };
        this.#open(root, part);
      }
    } else if (part.type === 'text') {
      const wanted = this.preview.wantedBytes(part);
      if (wanted > 0) this.#keep(part.bodyStart, wanted);
    }
  }

  /** `end`: where the bodies end; `at`: where the line that ends them starts. */
  #closeDownTo(depth: number, end: number, at: number, unfinishedLines: number): void {
    let innerEnd = 0;
    for (let frame = this.#stack.at(-1); frame && this.#stack.length > depth; frame = this.#stack.at(-1)) {
      const { part } = frame;
      part.bodyEnd = Math.max(part.bodyStart, end, innerEnd);
      innerEnd = part.bodyEnd;
      if (this.#keeping) this.preview.addBody(part, this.#takeKept(part.bodyEnd));
      const lf = this.#lfCount - frame.lfAtBody;
      const isLeaf = part.type === 'text' || (part.type === 'multipart' && part.children.length === 0);
      if (part.bodyEnd > part.bodyStart && (isLeaf || holdsMessage(part))) {
        part.lines = part.bodyEnd === at ? lf + unfinishedLines : lf - (this.#lastEmpty ? 1 : 0);
      }
      if (frame.boundary !== null && !frame.closed) {
        this.defects.add('no-close');
        this.#close(frame);
      }
      this.#stack.pop();
    }
  }

  #countField(bytes: Buffer, from: number, to: number): void {
    const first = (bytes[from] ?? 0) | 32;
    if (first !== 102 && first !== 114) return; // f, r
    const colon = fieldColon(bytes, from, to);
    if (colon < 0) return;
    const name = bytes.toString('latin1', from, colon).trimEnd().toLowerCase();
    if (name === 'from') this.fromCount++;
    else if (name === 'received') this.receivedCount++;
  }

  #keep(from: number, limit: number): void {
    this.#kept.reset(limit);
    this.#keepFrom = from;
    this.#keeping = true;
  }

  /** The bytes kept up to `end`, valid until more are kept. */
  #takeKept(end: number): Buffer {
    const [from, to] = this.#inChunk(end);
    this.#keeping = false;
    return this.#kept.take(this.#chunk, from, to).subarray(0, Math.max(0, end - this.#keepFrom));
  }

  /** The place in the current chunk of what is kept up to `end`. */
  #inChunk(end: number): [number, number] {
    const from = Math.max(0, this.#keepFrom - this.#chunkOffset);
    return [from, Math.max(from, end - this.#chunkOffset)];
  }
}

function holdsMessage(part: MimePart): boolean {
  return part.type === 'message' && (part.subtype === 'rfc822' || part.subtype === 'global');
}

/** As `headerText`, by the short way for ASCII. */
function lineText(bytes: Buffer, from: number, to: number): string {
  for (let i = from; i < to; i++) if ((bytes[i] ?? 0) > 127) return headerText(bytes.subarray(from, to));
  return bytes.toString('latin1', from, to);
}

function isPadding(byte: number | undefined): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}
