import { ok } from '../errors.ts';
import { anyState, type Command, type Extension } from '../features.ts';

/** ID: says what this server is. What the client says of itself is not kept and not logged (RFC 2971 §3.3, §4). */
const id: Command = {
  name: 'ID',
  rfc: 'RFC 2971',
  states: anyState,
  privilege: null,
  parse(decoder) {
    decoder.sp();
    decoder.idParameters();
    return null;
  },
  async run({ out, member, services }) {
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
