import { closing, reply } from '../../wire/reply.ts';
import type { SlidingCounts } from './counts.ts';
import { addressesPerNetworkMax, tarpitMs } from './limits.ts';
import type { GuardSettings } from './settings.ts';
import { type Guard, pass, refuse, type Verdict } from './types.ts';

const enough = closing(reply(421, '4.7.1', 'Too many unknown recipients from your address'));

/**
 * Whoever tries names gets slower answers with each one, in this session and the next, and then a session ends with each.
 * Mail for members is taken all the same: others send honest mail from the same address.
 */
export function dictionary(
  { perHour, tarpit }: Pick<GuardSettings, 'perHour' | 'tarpit'>,
  counts: SlidingCounts,
): Guard {
  const tooMany = (address: number, network: number): boolean =>
    address > perHour.unknown || network > perHour.unknown * addressesPerNetworkMax;
  return {
    name: 'dictionary',
    counts: true,
    rcpt({ address, network }, { known }): Verdict {
      if (known) return pass;
      const tried = counts.add(address, 'unknown');
      if (tooMany(tried, counts.add(`${network}/`, 'unknown'))) return refuse(enough);
      if (tried <= tarpit.after) return pass;
      return { kind: 'slow', ms: Math.min(tarpit.msMax, tarpitMs * 2 ** (tried - tarpit.after - 1)) };
    },
  };
}
