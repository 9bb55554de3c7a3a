import { Recent } from '../../../base/index.ts';
import { HeaderTable } from '../../../formats/mime/index.ts';
import type { BlobWant } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { EmailContent } from '../types.ts';

/** What a text takes beside its characters, roughly, bytes. */
const entryBytes = 300;

function weightOf({ envelope, bodyStructure, body, structure, preview }: EmailContent): number {
  return (
    entryBytes + envelope.length + bodyStructure.length + body.length + structure.length + preview.length
  );
}

/** The beginning of a message, as much of it as was wanted once. */
interface Head {
  readonly bytes: Buffer;
  /** Of its top header, where that was asked for. */
  readonly table: HeaderTable | null;
}

/**
 * What was read lately of messages: their contents as rows, and short pieces from their beginnings, headers above all.
 * Neither ever changes, so nothing of it is ever asked again; who may see a message is decided by its row.
 */
export class ContentCache {
  readonly #contents = new Recent<string, EmailContent>(limits.cachedContentsBytesMax, weightOf);
  #clears = 0;
  /** By hash. */
  readonly #heads = new Recent<string, Head>(
    limits.cachedHeadsBytesMax,
    ({ bytes, table }) => entryBytes + bytes.length + (table?.tableBytes ?? 0),
  );

  /** By email id; `load` reads those that are not here. */
  async contents(
    account: number,
    emails: readonly number[],
    load: (missing: readonly number[]) => Promise<readonly EmailContent[]>,
  ): Promise<ReadonlyMap<number, EmailContent>> {
    const found = new Map<number, EmailContent>();
    const missing: number[] = [];
    for (const email of emails) {
      const content = this.#contents.get(`${account} ${email}`);
      if (content === undefined) missing.push(email);
      else found.set(email, content);
    }
    if (missing.length === 0) return found;
    const clears = this.#clears;
    for (const content of await load(missing)) {
      found.set(content.email, content);
      // What was read before everything was let go may be another's by now.
      if (clears === this.#clears) this.#contents.set(`${account} ${content.email}`, content);
    }
    return found;
  }

  /** Ids of an account that was erased may come to mean something else. */
  clear(): void {
    this.#clears++;
    this.#contents.clear();
  }

  /** The bytes of each want, in their order; `load` reads those that are not here. They must not be written to. */
  async bytes(
    wants: readonly BlobWant[],
    load: (missing: readonly BlobWant[]) => Promise<readonly Buffer[]>,
  ): Promise<Buffer[]> {
    const found: Buffer[] = [];
    const missing: { at: number; want: BlobWant }[] = [];
    for (const [at, want] of wants.entries()) {
      const head = isHead(want) ? this.#heads.get(want.hash)?.bytes : undefined;
      const end = want.range?.[1] ?? 0;
      if (head === undefined || head.length < end) missing.push({ at, want });
      else found[at] = head.length === end ? head : head.subarray(0, end);
    }
    if (missing.length === 0) return found;
    const read = await load(missing.map(({ want }) => want));
    for (const [i, { at, want }] of missing.entries()) {
      const bytes = read[i] as Buffer;
      found[at] = bytes;
      // A copy of its own: the piece may be part of a much larger one that was read with others.
      if (isHead(want)) this.#keep(want.hash, { bytes: Buffer.from(bytes), table: null });
    }
    return found;
  }

  /** The longest is kept. */
  #keep(hash: string, head: Head): void {
    const held = this.#heads.get(hash);
    if (held === undefined || held.bytes.length < head.bytes.length) this.#heads.set(hash, head);
  }

  /** The top header with its fields, from what is held, else from `read`; null where that answers null. */
  header({ hash, headerLength }: Heading, read: (bytes: Buffer) => boolean): HeaderTable | null {
    const held = this.#heads.get(hash);
    if (held?.table) return held.table;
    let bytes = held?.bytes;
    if (bytes === undefined || bytes.length < headerLength) {
      bytes = Buffer.allocUnsafe(headerLength);
      if (!read(bytes)) return null;
    }
    return this.#tabled(hash, bytes, headerLength);
  }

  /** The same of several, in their order; `load` reads those that are not here. */
  async headers(
    contents: readonly Heading[],
    load: (missing: readonly BlobWant[]) => Promise<readonly Buffer[]>,
  ): Promise<HeaderTable[]> {
    const wants = contents.map(({ hash, headerLength }) => ({ hash, range: [0, headerLength] as const }));
    const heads = await this.bytes(wants, load);
    return contents.map(({ hash, headerLength }, at) => {
      // What was just read may be part of a much larger piece.
      const bytes = this.#heads.get(hash)?.bytes ?? (heads[at] as Buffer);
      return this.#tabled(hash, bytes.length < headerLength ? (heads[at] as Buffer) : bytes, headerLength);
    });
  }

  #tabled(hash: string, bytes: Buffer, headerLength: number): HeaderTable {
    const table = new HeaderTable(bytes.length === headerLength ? bytes : bytes.subarray(0, headerLength));
    if (headerLength <= limits.cachedHeadBytesMax) this.#heads.set(hash, { bytes, table });
    return table;
  }
}

/** Of a content, what leads to its top header. */
type Heading = Pick<EmailContent, 'hash' | 'headerLength'>;

/** Whether it is kept. */
function isHead({ range }: BlobWant): boolean {
  return range !== undefined && range[0] === 0 && range[1] <= limits.cachedHeadBytesMax;
}
