import { runBearer } from '../../accounts/index.ts';
import type { Mechanism } from './mechanism.ts';

/** A token of the issuer that the operator trusts, in place of a password. */
export const oauthBearer: Mechanism = {
  name: 'OAUTHBEARER',
  rfc: 'RFC 7628',
  offered: ({ chat }) => chat.accounts.tokens !== null,
  async run({ stream, initial, exchange }) {
    const { chat, remote } = stream;
    const dialogue = { mechanism: 'OAUTHBEARER', scope: 'chat', remote } as const;
    const outcome = await runBearer(chat.accounts, dialogue, initial, exchange);
    return outcome && { authorization: '', ...outcome };
  },
};
