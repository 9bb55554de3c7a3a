import { type ByteRange, decodeStructure, type MimePart } from '../../formats/mime/index.ts';
import type { EmailContent, MessageRow } from '../../stores/mail/index.ts';
import type { Session } from '../session/session.ts';
import type { FetchItem, FetchItemParser, ResponseWriter } from '../wire/index.ts';

/** One message while its FETCH response is made. */
export class Fetched {
  readonly seq: number;
  readonly row: MessageRow;
  readonly recent: boolean;
  readonly #content: EmailContent | undefined;
  #structure: MimePart | undefined;

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

  get structure(): MimePart {
    this.#structure ??= decodeStructure(this.content.structure);
    return this.#structure;
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
