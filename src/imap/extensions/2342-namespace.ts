import { delimiter } from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';

/** NAMESPACE: one personal namespace without a prefix, nobody else's, none shared. */
const namespace: Command = {
  name: 'NAMESPACE',
  rfc: 'RFC 9051 §6.3.10, RFC 2342',
  states: loggedIn,
  privilege: 'mail:read',
  parse: () => null,
  async run({ out }) {
    out.data('NAMESPACE').raw(` (("" "${delimiter}")) NIL NIL`).crlf();
    return ok('that is all');
  },
};

export const namespaceExtension: Extension = {
  rfc: 2342,
  name: 'NAMESPACE',
  capabilities: ({ member }) => (member === null ? [] : ['NAMESPACE']),
  commands: [namespace],
};
