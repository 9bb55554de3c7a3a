import { delimiter } from '../../stores/mail/index.ts';
import { ok } from '../errors.ts';
import { type Command, type Extension, loggedIn } from '../features.ts';
import { namespacePrefixes } from '../names/place.ts';

/** NAMESPACE: the member's own without a prefix, other members', and what is the co-op's. */
const namespace: Command = {
  name: 'NAMESPACE',
  rfc: 'RFC 9051 §6.3.10, RFC 2342',
  states: loggedIn,
  privilege: 'mail:read',
  parse: () => null,
  async run({ out }) {
    const { others, public: shared } = namespacePrefixes;
    const list = (prefix: string) => ` (("${prefix}" "${delimiter}"))`;
    out
      .data('NAMESPACE')
      .raw(list('') + list(others) + list(shared))
      .crlf();
    return ok('that is all');
  },
};

export const namespaceExtension: Extension = {
  rfc: 2342,
  name: 'NAMESPACE',
  capabilities: ({ member }) => (member === null ? [] : ['NAMESPACE']),
  commands: [namespace],
};
