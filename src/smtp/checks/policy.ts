import { type Reply, reply } from '../wire/reply.ts';
import type { CheckSettings, Disposition, DmarcFinding, Verdict } from './types.ts';
import type { Found } from './verify.ts';

export interface Decision {
  readonly refuse: Reply | null;
  readonly junk: boolean;
  readonly disposition: Disposition;
}

const accept = (override: Disposition['override'] = null): Decision => ({
  refuse: null,
  junk: false,
  disposition: { action: 'none', override },
});

const later = reply(451, '4.7.0', 'The DMARC policy of the author cannot be looked up now; try again later');
const unproven = reply(451, '4.7.0', 'SPF or DKIM of the author cannot be looked up now; try again later');

// RFC 9989 §11.5: without one author's domain DMARC says nothing, so each of the domains would be open to forgery.
const manyDomains = reply(550, '5.7.1', 'The From field names authors of several domains');

/**
 * What becomes of a message by the policy of its author's domain (RFC 9989 §5.4). SPF or DKIM alone refuse nothing: they
 * fail for honest mail that was forwarded.
 */
export function decide({ verdict, ranOut }: Found, settings: CheckSettings): Decision {
  if (settings.dmarc === 'report') {
    const asked = verdict.dmarc?.result === 'fail' && verdict.dmarc.policy !== 'none';
    return accept(asked ? 'local_policy' : null);
  }
  if (verdict.authors.length > 1) {
    return { refuse: manyDomains, junk: false, disposition: { action: 'reject', override: null } };
  }
  const { dmarc } = verdict;
  const fails = dmarc?.result === 'fail' || dmarc?.result === 'temperror';
  if (fails && dmarc.policy !== 'none' && verdict.arc.trusted) return accept('trusted_forwarder');
  if (dmarc?.result === 'temperror') {
    // The policy is known and asks for proof, so only the proof is missing: neither taken nor refused for good.
    if (dmarc.policy !== 'none') return { ...accept(), refuse: unproven };
    // Who makes us run out of time or questions would else choose that no policy is asked for.
    return ranOut || settings.temporary === 'defer' ? { ...accept(), refuse: later } : accept();
  }
  if (dmarc?.result !== 'fail' || dmarc.policy === 'none') return accept();
  if (dmarc.policy === 'quarantine') {
    return { refuse: null, junk: true, disposition: { action: 'quarantine', override: null } };
  }
  return {
    refuse: refusal(dmarc, verdict),
    junk: false,
    disposition: { action: 'reject', override: null },
  };
}

function refusal(dmarc: DmarcFinding, { spf, dkim }: Omit<Verdict, 'disposition'>): Reply {
  const signed = dkim.find(({ result }) => result === 'pass') ?? dkim[0];
  const proofs = `SPF ${spf.result} for ${spf.domain || 'no domain'}, DKIM ${
    signed && signed.result !== 'none' ? `${signed.result} for ${signed.domain || 'no domain'}` : 'none'
  }`;
  return reply(550, '5.7.1', `The DMARC policy of ${dmarc.from} refuses this message: ${proofs}`);
}
