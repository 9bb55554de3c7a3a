import { parseNetworks } from '../net/index.ts';
import type { MycoSettings } from '../settings/index.ts';
import type { GuardSettings, Listed } from '../smtp/index.ts';

type Written = MycoSettings['mail']['guards'];

function listed({ networks, senders }: Written['allow']): Listed {
  return {
    networks: parseNetworks(networks),
    domains: new Set(senders.filter((sender) => !sender.includes('@'))),
    addresses: new Set(senders.filter((sender) => sender.includes('@'))),
  };
}

/** mail.guards as the smtp door takes it. */
export function guardSettings(guards: Written): GuardSettings {
  const { greylistPoints, greylistDelay } = guards;
  return {
    trusted: parseNetworks(guards.trusted),
    allow: listed(guards.allow),
    deny: listed(guards.deny),
    blockLists: guards.blockLists,
    domainLists: guards.domainLists,
    deadSender: guards.deadSender,
    greylist: greylistPoints === null ? null : { points: greylistPoints, delayMs: greylistDelay },
    perHour: {
      messages: guards.messagesPerHour,
      recipients: guards.recipientsPerHour,
      unknown: guards.unknownPerHour,
    },
    tarpit: { after: guards.tarpitAfter, msMax: guards.tarpitLongest },
  };
}
