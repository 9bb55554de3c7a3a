import { reply } from '../../wire/reply.ts';
import { deadSenderPointsCount } from './limits.ts';
import type { LookUps } from './look-ups.ts';
import { type Guard, pass, refuse, suspicious, unknown, type Verdict } from './types.ts';

const nullMx = reply(550, '5.7.27', 'The domain of the sender takes no mail (RFC 7505)');
const noDomain = reply(550, '5.1.8', 'The domain of the sender does not exist, or has no mail server');

/** A sender to whom no answer and no bounce can be sent. */
export function senderDomain(what: 'refuse' | 'points', lookUps: LookUps): Guard {
  const verdictOf = (found: Awaited<ReturnType<typeof look>>): Verdict => {
    if (found === 'takes-mail') return pass;
    if (found === 'trouble') return unknown;
    if (what === 'points') return suspicious(deadSenderPointsCount);
    return refuse(found === 'null-mx' ? nullMx : noDomain);
  };
  return {
    name: 'sender-domain',
    waits: what === 'refuse',
    mail({ sender }) {
      const domain = sender?.mailbox?.domain;
      // The null sender wants no answer; a literal needs no DNS.
      if (domain === undefined || domain.startsWith('[')) return pass;
      return look(lookUps, domain).then(verdictOf);
    },
  };
}

/** RFC 5321 §5.1, RFC 7505 §3 */
async function look(
  lookUps: LookUps,
  domain: string,
): Promise<'takes-mail' | 'null-mx' | 'nowhere' | 'trouble'> {
  const { resolver } = lookUps;
  const exchangers = await lookUps.ask(resolver.mx(domain));
  if (exchangers === 'trouble') return 'trouble';
  if (exchangers.length === 1 && exchangers[0]?.exchange === '') return 'null-mx';
  if (exchangers.length > 0) return 'takes-mail';
  const addresses = await Promise.all([lookUps.ask(resolver.a(domain)), lookUps.ask(resolver.aaaa(domain))]);
  if (addresses.some((found) => found !== 'trouble' && found.length > 0)) return 'takes-mail';
  return addresses.includes('trouble') ? 'trouble' : 'nowhere';
}
