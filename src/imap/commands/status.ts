import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { locate } from '../names/place.ts';
import { statusFeatures, writeStatus } from '../names/status.ts';
import type { StatusItem } from '../wire/index.ts';

/** STATUS: the counters of a mailbox, which are kept and not counted. */
export const status: Command<{ name: string; items: readonly StatusItem[] }> = {
  name: 'STATUS',
  rfc: 'RFC 9051 §6.3.11',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder, session) {
    decoder.sp();
    const name = decoder.mailbox();
    decoder.sp();
    return { name, items: decoder.statusItems(new Set(session.services.features.statusItems.keys())) };
  },
  async run(session, { name, items }) {
    const features = statusFeatures(session, items);
    await writeStatus(session, name, await locate(session, name, 'r'), features);
    return ok('that is all');
  },
};
