import { isUtf8 } from 'node:buffer';
import type { Mechanism } from './mechanism.ts';

/** draft-murchison-sasl-login-00: obsolete, and the only mechanism that some clients speak (Outlook). */
export const login: Mechanism = {
  name: 'LOGIN',
  rfc: 'draft-murchison-sasl-login',
  async run(initial, exchange) {
    const username = initial ?? (await exchange(Buffer.from('Username:')));
    const password = await exchange(Buffer.from('Password:'));
    if (!isUtf8(username) || !isUtf8(password) || username.length === 0) return null;
    const proof = { password: password.toString('utf8') };
    return { authorization: '', username: username.toString('utf8'), proof };
  },
};
