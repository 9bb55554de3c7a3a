import type { Log } from '../../../observability/index.ts';
import type { Senders } from '../../../stores/senders/index.ts';
import { reply } from '../../wire/reply.ts';
import { type Guard, pass, refuse } from './types.ts';

/**
 * Whoever has points enough is asked to come again once (RFC 6647): a server does, most spam engines do not. Who came
 * again is known from then on. Where the DNS did not say what it was asked, nobody is greylisted.
 */
export function greylist(
  { points, delayMs }: { readonly points: number; readonly delayMs: number },
  senders: Senders,
  log: Log,
): Guard {
  const later = reply(
    450,
    '4.7.1',
    `You are new here and look unusual; come again in ${Math.ceil(delayMs / 60_000)} minutes`,
  );
  return {
    name: 'greylist',
    async rcpt(visitor, { address, known }) {
      if (!known || visitor.unsure || visitor.points < points) return pass;
      const triplet = { network: visitor.network, sender: visitor.sender?.address ?? '', recipient: address };
      try {
        return (await senders.meet(triplet, delayMs)) ? pass : refuse(later);
      } catch (error) {
        // What we cannot remember is our fault, not the sender's.
        log.warn('greylist cannot be read', { error });
        return pass;
      }
    },
  };
}
