import type { Call } from '../features.ts';
import type { Session } from '../session/session.ts';
import type { Decoder } from '../wire/index.ts';
import type { Answering } from './answer.ts';
import type { Found } from './run.ts';

/** What a search or sort came to. */
export interface Results {
  readonly found: Found;
  /** What was found in the order to be told: ascending, or sorted. */
  readonly uids: readonly number[];
}

/** A RETURN option of SEARCH and SORT that an extension brings (RFC 4466 §2.6.1). */
export interface SearchReturnFeature {
  readonly name: string;
  /** What follows the name, its space included. */
  parse?(decoder: Decoder, session: Session): unknown;
  /** Before anything is looked for; throws where it may not be asked for now. */
  before?(session: Session, call: Call): void;
  /** The results it speaks of, in their order; where it is left out it speaks of none in particular. */
  picks?(results: Results, value: unknown): readonly number[];
  /** Writes what it tells of `picked`, with a space before. */
  write?(session: Session, call: Call, picked: readonly number[], value: unknown): void;
  /** After the answer was written, before the tagged line. */
  answered?(session: Session, call: Call, answering: Answering, value: unknown): Promise<void> | void;
}
