import { StoreError } from '../../base/index.ts';
import type { Incoming } from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import type { CommandPart } from '../wire/index.ts';
import type { Session } from './session.ts';

type Message = Pick<Incoming, 'blob' | 'parsed'>;

/** A message that APPEND has put into the store, durable and not yet visible. */
export class Staged {
  readonly message: Message;
  /** Set when the store has taken over; until then it must be discarded. */
  taken = false;

  constructor(message: Message) {
    this.message = message;
  }
}

/** A text of CATENATE that is too large to be kept in memory; no message yet. */
export class Piece {
  readonly blob: Message['blob'];
  /** Set when it was let go. */
  taken = false;

  constructor(blob: Message['blob']) {
    this.blob = blob;
  }
}

/** Stores a message of at most `size` octets. Refusal with UNKNOWN-CTE where it has NULs that cannot be kept. */
export async function stageMessage(
  { mail }: Session,
  data: Buffer | AsyncIterable<Uint8Array>,
  size: number,
): Promise<Staged> {
  try {
    return new Staged(await mail.stage(data, size));
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'invalid') throw error;
    throw new Refusal(error.message, 'UNKNOWN-CTE'); // RFC 3516 §4.4
  }
}

/** Gives back what no command has taken. */
export function discard(session: Session, handle: unknown): void {
  if (!(handle instanceof Staged || handle instanceof Piece) || handle.taken) return;
  handle.taken = true;
  session.mail.discard(handle instanceof Staged ? handle.message.blob : handle.blob);
}

/** The same for all literals of a command. */
export function discardStaged(session: Session, parts: readonly CommandPart[]): void {
  for (const part of parts) if (part.kind === 'spooled') discard(session, part.handle);
}
