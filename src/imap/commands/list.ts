import { delimiter } from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, loggedIn, type StatusItemFeature } from '../features.ts';
import { listNames, writeEntry } from '../names/list.ts';
import type { Place } from '../names/place.ts';
import { statusFeatures, writeStatus } from '../names/status.ts';
import { placeOf } from '../names/visible.ts';
import type { Session } from '../session/session.ts';
import type { Decoder, ListArguments } from '../wire/index.ts';

/** LIST: names by pattern, and with RETURN (STATUS …) their counters (RFC 5258, RFC 5819). */
export const list: Command<ListArguments> = {
  name: 'LIST',
  rfc: 'RFC 9051 §6.3.9',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder, session) {
    decoder.sp();
    const { statusItems, listReturns } = session.services.features;
    const returns = new Map<string, (decoder: Decoder) => unknown>();
    for (const { name, parse } of listReturns.values()) returns.set(name, (d) => parse?.(d) ?? null);
    return decoder.listArguments({ status: new Set(statusItems.keys()), returns });
  },
  async run(session, args) {
    const status = args.status && statusFeatures(session, args.status);
    if (!args.isExtended && args.patterns[0] === '') {
      // RFC 9051 §6.3.9: the empty name asks for the delimiter and the root of the reference.
      session.out.data('LIST').raw(` (\\Noselect) "${delimiter}" ""`).crlf();
      return ok('that is all');
    }
    for (const { name, listed, attributes, childInfo } of await listNames(session, args)) {
      writeEntry(session, 'LIST', name, attributes, childInfo);
      const place = placeOf(session, listed);
      if (place !== null) await tellMore(session, place, args, status);
      await session.flushIfLarge();
    }
    return ok('that is all');
  },
};

/** What the return options ask of a mailbox that is there. */
async function tellMore(
  session: Session,
  place: Place,
  { extensions }: ListArguments,
  status: readonly StatusItemFeature[] | null,
): Promise<void> {
  // RFC 5819 §2: no STATUS of what cannot be selected.
  if (status !== null && place.rights.includes('r')) await writeStatus(session, place.name, place, status);
  for (const [name, value] of extensions) {
    await session.services.features.listReturns.get(name)?.tell(session, place, value);
  }
}
