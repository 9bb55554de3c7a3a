import type { Command } from '../features.ts';
import { logIn, requirePrivacy } from '../session/log-in.ts';

/** LOGIN: user name and password as strings. */
export const login: Command<{ username: string; password: string }> = {
  name: 'LOGIN',
  rfc: 'RFC 9051 §6.2.3',
  states: ['not-authenticated'],
  privilege: null,
  parse(decoder) {
    decoder.sp();
    const username = decoder.astring('a user name');
    decoder.sp();
    return { username, password: decoder.astring('a password') };
  },
  async run(session, { username, password }) {
    requirePrivacy(session);
    return logIn(session, { authorization: '', username, proof: { password } }, 'LOGIN command');
  },
};
