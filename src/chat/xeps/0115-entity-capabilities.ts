import { type Element, element } from '../../formats/stanza/index.ts';
import { capsNs, verificationOf } from '../caps/index.ts';
import { infoElement } from '../data/index.ts';
import type { Chat } from '../services.ts';
import type { Specification } from '../specification.ts';
import { describedAt } from './0030-service-discovery.ts';

/** XEP-0115 §4: which software it is. */
const nodeOf = ({ domain }: Chat): string => `https://${domain}/`;

function ownCaps(chat: Chat): Element {
  const ver = verificationOf(infoElement(describedAt(chat, 'server')), 'sha-1') ?? '';
  return element('c', capsNs, { hash: 'sha-1', node: nodeOf(chat), ver });
}

/** What the server can do, told with its streams (§6.3), and found again by the node that it names. */
export const entityCapabilities: Specification = {
  xep: '0115',
  name: 'Entity Capabilities',
  version: '1.6.0',
  features: { server: [capsNs] },
  // To those who have signed in: nobody else has use for it.
  offers: ({ state, chat }) => (state === 'member' || state === 'bound' ? [ownCaps(chat)] : []),
  disco: [
    {
      at: 'server',
      node({ chat }, node) {
        const { ver = '' } = ownCaps(chat).attributes;
        return node === `${nodeOf(chat)}#${ver}` ? { info: describedAt(chat, 'server') } : undefined;
      },
    },
  ],
};
