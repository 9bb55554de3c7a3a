import { reply } from '../../wire/reply.ts';
import type { GuardSettings, Listed } from './settings.ts';
import { type Guard, pass, refuse, type Visitor } from './types.ts';

const notWelcome = reply(554, '5.7.1', 'Mail from your address is not taken here');
const senderNotWelcome = reply(550, '5.7.1', 'Mail from this sender is not taken here');

/** What the operator decided: it goes before all that guards find out. */
export function ownLists({ allow, deny }: Pick<GuardSettings, 'allow' | 'deny'>): Guard {
  return {
    name: 'own-lists',
    connect({ address }) {
      if (allow.networks.contains(address)) return { kind: 'welcome' };
      return deny.networks.contains(address) ? refuse(notWelcome) : pass;
    },
    hello: ({ hello }) => (holdsDomain(deny, hello) ? refuse(senderNotWelcome) : pass),
    mail(visitor) {
      if (holdsSender(allow, visitor)) return { kind: 'welcome' };
      return holdsSender(deny, visitor) ? refuse(senderNotWelcome) : pass;
    },
  };
}

function holdsSender(list: Listed, { sender }: Visitor): boolean {
  if (!sender?.mailbox) return false;
  return list.addresses.has(sender.address.toLowerCase()) || holdsDomain(list, sender.mailbox.domain);
}

/** The domain or one that it lies below. */
function holdsDomain(list: Listed, domain: string): boolean {
  if (list.domains.size === 0) return false;
  const labels = domain.toLowerCase().replace(/\.$/, '').split('.');
  return labels.some((_, at) => list.domains.has(labels.slice(at).join('.')));
}
