import { Recent } from '../../../base/index.ts';
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

/**
 * What was read lately of messages: their contents as rows, and short pieces from their beginnings, headers above all.
 * Neither ever changes, so nothing of it is ever asked again; who may see a message is decided by its row.
 */
export class ContentCache {
  readonly #contents = new Recent<string, EmailContent>(limits.cachedContentsBytesMax, weightOf);
  readonly #heads = new Recent<string, Buffer>(
    limits.cachedHeadsBytesMax,
    ({ length }) => entryBytes + length,
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
    for (const content of await load(missing)) {
      found.set(content.email, content);
      this.#contents.set(`${account} ${content.email}`, content);
    }
    return found;
  }

  /** Ids of an account that was erased may come to mean something else. */
  clear(): void {
    this.#contents.clear();
  }

  /** The bytes of each want, in their order; `load` reads those that are not here. They must not be written to. */
  async bytes(
    wants: readonly BlobWant[],
    load: (missing: readonly BlobWant[]) => Promise<readonly Buffer[]>,
  ): Promise<Buffer[]> {
    const found: Buffer[] = [];
    const missing: { at: number; want: BlobWant; key: string | null }[] = [];
    for (const [at, want] of wants.entries()) {
      const key = keyOf(want);
      const head = key === null ? undefined : this.#heads.get(key);
      if (head === undefined) missing.push({ at, want, key });
      else found[at] = head;
    }
    if (missing.length === 0) return found;
    const read = await load(missing.map(({ want }) => want));
    for (const [i, { at, key }] of missing.entries()) {
      const bytes = read[i] as Buffer;
      found[at] = bytes;
      // A copy of its own: the piece may be part of a much larger one that was read with others.
      if (key !== null) this.#heads.set(key, Buffer.from(bytes));
    }
    return found;
  }
}

/** Null for what is not kept. */
function keyOf({ hash, range }: BlobWant): string | null {
  if (range === undefined || range[0] !== 0 || range[1] > limits.cachedHeadBytesMax) return null;
  return `${hash} ${range[1]}`;
}
