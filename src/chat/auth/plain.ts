import { isUtf8 } from 'node:buffer';
import type { Mechanism } from './mechanism.ts';

/** RFC 4616: [authzid] NUL authcid NUL passwd, UTF-8. */
export const plain: Mechanism = {
  name: 'PLAIN',
  rfc: 'RFC 4616',
  async run({ stream, initial, exchange }) {
    const message = initial ?? (await exchange(Buffer.alloc(0)));
    if (!isUtf8(message)) return null;
    const [authorization = '', username, password, ...rest] = message.toString('utf8').split('\0');
    if (username === undefined || password === undefined || rest.length > 0 || username === '') return null;
    const { remote } = stream;
    const result = await stream.chat.accounts.login({ username, password, scope: 'chat', remote });
    return { authorization, username, result };
  },
};
