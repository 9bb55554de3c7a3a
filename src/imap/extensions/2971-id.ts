import { ok } from '../errors.ts';
import { anyState, type Command, type Extension } from '../features.ts';
import { clientNameCharsMax } from '../limits.ts';
import { applySwitches } from '../session/switches.ts';

/**
 * ID: says what this server is. Of what the client says of itself nothing is logged and nothing is kept but its name,
 * for as long as the session lasts: what it cannot deal with is kept from it (RFC 2971 §3.3, §4).
 */
const id: Command<string | null> = {
  name: 'ID',
  rfc: 'RFC 2971',
  states: anyState,
  privilege: null,
  parse(decoder) {
    decoder.sp();
    for (const [field, value] of decoder.idParameters()) {
      if (field.toLowerCase() === 'name') return value;
    }
    return null;
  },
  async run(session, name) {
    const { out, member, services } = session;
    if (name !== null) session.clientName = name.slice(0, clientNameCharsMax);
    applySwitches(session);
    // The version only for members: strangers learn nothing to try.
    const fields = ['name', 'myco', ...(member === null ? [] : ['version', services.version])];
    out.data('ID').sp();
    out.list(fields, (field) => out.string(field)).crlf();
    return ok('pleased to meet you');
  },
};

export const idExtension: Extension = {
  rfc: 2971,
  name: 'ID',
  capabilities: () => ['ID'],
  commands: [id],
};
