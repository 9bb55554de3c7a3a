import { ok } from '../errors.ts';
import { type Command, inMailbox } from '../features.ts';

/** CHECK of IMAP4rev1: everything is durable always, so it is NOOP. */
export const check: Command = {
  name: 'CHECK',
  rfc: 'RFC 3501 §6.4.1',
  states: inMailbox,
  privilege: 'mail:read',
  parse: () => null,
  run: async () => ok('all is written'),
};
