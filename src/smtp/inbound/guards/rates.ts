import { reply } from '../../wire/reply.ts';
import type { Counted, SlidingCounts } from './counts.ts';
import { addressesPerNetworkMax } from './limits.ts';
import type { GuardSettings } from './settings.ts';
import { type Guard, pass, refuse, type Visitor } from './types.ts';

const tooMuch = {
  messages: reply(450, '4.7.1', 'Too many messages from your address; come again later'),
  recipients: reply(450, '4.7.1', 'Too many recipients from your address; come again later'),
} as const;

/** How much one address, and one network, may bring in an hour. */
export function rates({ perHour }: Pick<GuardSettings, 'perHour'>, counts: SlidingCounts): Guard {
  const over = (visitor: Visitor, what: Counted) => {
    const ofAddress = counts.add(visitor.address, what);
    const ofNetwork = counts.add(`${visitor.network}/`, what);
    return ofAddress > perHour[what] || ofNetwork > perHour[what] * addressesPerNetworkMax;
  };
  return {
    name: 'rates',
    counts: true,
    mail: (visitor) => (over(visitor, 'messages') ? refuse(tooMuch.messages) : pass),
    rcpt: (visitor, { known }) => (known && over(visitor, 'recipients') ? refuse(tooMuch.recipients) : pass),
  };
}
