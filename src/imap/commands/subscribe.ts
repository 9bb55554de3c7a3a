import { StoreError } from '../../base/index.ts';
import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { isForeign, locate } from '../names/place.ts';
import { noteOwn } from '../session/own.ts';

/** SUBSCRIBE: puts a name on the member's list; it stays there when the mailbox goes (RFC 9051 §6.3.7). */
export const subscribe: Command<string> = {
  name: 'SUBSCRIBE',
  rfc: 'RFC 9051 §6.3.7',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    return decoder.mailbox();
  },
  async run(session, name) {
    // A list of names that others choose would tell which of them exist; one's own may be subscribed to beforehand.
    const known = isForeign(name) ? (await locate(session, name, 'l')).name : name;
    const { account } = session;
    const modseq = await session.mail.subscribeTo(account, known);
    if (modseq !== null) noteOwn(session, { account, modseqs: [modseq] });
    return ok('subscribed');
  },
};

/** UNSUBSCRIBE: takes it off; a name that is not there is no fault (RFC 9051 §6.3.8). */
export const unsubscribe: Command<string> = {
  name: 'UNSUBSCRIBE',
  rfc: 'RFC 9051 §6.3.8',
  states: loggedIn,
  privilege: 'mail:write',
  parse(decoder) {
    decoder.sp();
    return decoder.mailbox();
  },
  async run(session, name) {
    try {
      const { account } = session;
      noteOwn(session, { account, modseqs: [await session.mail.unsubscribeFrom(account, name)] });
    } catch (error) {
      // Two clients that keep one list in step both take the name off: the second is no fault.
      if (!(error instanceof StoreError) || error.reason !== 'not-found') throw error;
    }
    return ok('unsubscribed');
  },
};
