import {
  type ByteRange,
  findStoredPart,
  type HeaderTable,
  type PartPlace,
} from '../../formats/mime/index.ts';
import type { EmailContent, MessageRow } from '../../stores/mail/index.ts';
import type { Session } from '../session/session.ts';
import type { FetchItem, FetchItemParser, ResponseWriter } from '../wire/index.ts';

const noRanges: readonly (ByteRange | null)[] = [];

/** One message while its FETCH response is made. */
export class Fetched {
  readonly seq: number;
  readonly row: MessageRow;
  readonly recent: boolean;
  /** It became \\Seen by being fetched. */
  changed = false;
  /** What each item wants of its bytes; null, or nothing at its place, where that is nothing. */
  ranges: readonly (ByteRange | null)[] = noRanges;
  /** Its top header, where that was read. */
  header: HeaderTable | null = null;
  readonly #content: EmailContent | undefined;
  #read: (Buffer | null)[] | null = null;

  constructor(seq: number, row: MessageRow, recent: boolean, content: EmailContent | undefined) {
    this.seq = seq;
    this.row = row;
    this.recent = recent;
    this.#content = content;
  }

  /** Only where a plan asked for contents. */
  get content(): EmailContent {
    if (this.#content === undefined) throw new Error('FETCH needs a content that was not loaded');
    return this.#content;
  }

  /** Bytes of the range at this place; null where there is none, or where they are read when their turn comes. */
  bytesOf(at: number): Buffer | null {
    return this.#read?.[at] ?? null;
  }

  read(at: number, bytes: Buffer): void {
    this.#read ??= [];
    this.#read[at] = bytes;
  }

  /** The part a section number names, as `findPart`. */
  part(path: string): PartPlace | undefined {
    return findStoredPart(this.content.structure, path);
  }
}

/** What one FETCH item does, worked out once per command. */
export interface ItemPlan {
  /** Envelope, structure or bytes are needed beside the row. */
  readonly content: boolean;
  /** Fetching it sets \Seen (RFC 9051 §6.4.5). */
  readonly marksSeen: boolean;
  /** Writes `NAME value`, without spaces around. `bytes` are those of `range`, null where it answered null. */
  write(out: ResponseWriter, message: Fetched, bytes: Buffer | null): void;
  /** The bytes of the message that are wanted; null where there are none and the value is NIL. */
  range?(message: Fetched): ByteRange | null;
  /** The range is the top header, and `Fetched.header` does as well as its bytes. */
  readonly header?: boolean;
  /** The bytes of the range are sent as they are stored, as a literal that stands after this. */
  readonly label?: string;
  /** Writes the same where the bytes of the range are too many to be held: they pass, as often as it takes. */
  stream?(session: Session, message: Fetched, range: ByteRange): Promise<void>;
}

/** A FETCH item as a feature: what follows its name, and what it does. */
export interface FetchItemFeature {
  /** As `FetchItem.item`, or the name the client writes where `parse` is given. */
  readonly name: string;
  /** For items that the grammar does not know. */
  readonly parse?: FetchItemParser;
  plan(item: FetchItem, session: Session): ItemPlan;
}

/** An item made of the row alone. */
export function rowItem(write: (out: ResponseWriter, message: Fetched) => void): ItemPlan {
  return { content: false, marksSeen: false, write };
}

/** An item made of what was worked out at delivery. */
export function contentItem(write: (out: ResponseWriter, message: Fetched) => void): ItemPlan {
  return { content: true, marksSeen: false, write };
}
