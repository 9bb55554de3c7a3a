import { delimiter } from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, loggedIn } from '../features.ts';
import { listNames, writeEntry } from '../names/list.ts';
import { statusFeatures, writeStatus } from '../names/status.ts';
import type { ListArguments } from '../wire/index.ts';

/** LIST: names by pattern, and with RETURN (STATUS …) their counters (RFC 5258, RFC 5819). */
export const list: Command<ListArguments> = {
  name: 'LIST',
  rfc: 'RFC 9051 §6.3.9',
  states: loggedIn,
  privilege: 'mail:read',
  parse(decoder, session) {
    decoder.sp();
    return decoder.listArguments({ status: new Set(session.services.features.statusItems.keys()) });
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
      const { mailbox } = listed;
      if (status !== null && mailbox !== null) {
        await writeStatus(session, name, { account: session.account, mailbox }, status);
      }
      await session.flushIfLarge();
    }
    return ok('that is all');
  },
};
