import type { Incoming } from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import type { Place } from '../names/place.ts';
import { permittedFlags } from '../names/rights.ts';
import { splitFlags } from '../session/flags.ts';
import type { Session } from '../session/session.ts';
import { discard, Staged } from '../session/staged.ts';
import type { AppendMessage, LiteralPart, SpooledPart } from '../wire/index.ts';
import { catenate } from './catenate.ts';

/**
 * Makes of the messages of a command what the store takes, and hands it over: `store` is called once and answers for
 * the blobs from then on. What was made here and not handed over is discarded. Flags that the member may not set in the
 * target are left out (RFC 4314 §4).
 */
export async function upload<T>(
  session: Session,
  { rights }: Pick<Place, 'rights'>,
  messages: readonly AppendMessage[],
  store: (incoming: readonly Incoming[]) => Promise<T>,
): Promise<T> {
  const made: Staged[] = [];
  try {
    const staged: Staged[] = [];
    const incoming: Incoming[] = [];
    for (const message of messages) {
      const { data } = message;
      if (data.kind === 'catenate') made.push(await catenate(session, data.parts));
      const each = data.kind === 'catenate' ? made.at(-1) : stagedOf(data.literal);
      if (each === undefined) throw new Error('a message was made and is not there');
      staged.push(each);
      incoming.push(incomingOf(message, each, rights));
    }
    for (const each of staged) each.taken = true;
    return await store(incoming);
  } finally {
    for (const each of made) discard(session, each);
  }
}

function stagedOf(literal: LiteralPart | SpooledPart): Staged {
  if (literal.kind !== 'spooled' || !(literal.handle instanceof Staged)) {
    throw new Refusal('an empty message cannot be stored', 'CANNOT');
  }
  return literal.handle;
}

function incomingOf({ flags, internalDate }: AppendMessage, { message }: Staged, rights: string): Incoming {
  const when =
    internalDate === null ? {} : { received: internalDate.timeMs, receivedZone: internalDate.zoneMinutes };
  return { ...message, ...permittedFlags(splitFlags(flags), rights), ...when };
}
