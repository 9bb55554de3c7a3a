import { pingNs } from '../namespaces.ts';
import type { IqHandler, Specification } from '../specification.ts';

const handler = (at: IqHandler['at'], who: IqHandler['who']): IqHandler => ({
  name: 'ping',
  ns: pingNs,
  type: 'get',
  at,
  who,
  run: () => null,
});

/** XMPP Ping: whether the other side is still there. An account answers its own sessions alone (§7). */
export const ping: Specification = {
  xep: '0199',
  name: 'XMPP Ping',
  version: '2.0.1',
  features: { server: [pingNs], account: [pingNs] },
  iq: [handler('server', 'anyone'), handler('account', 'owner')],
};
