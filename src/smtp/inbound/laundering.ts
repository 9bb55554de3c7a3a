import { isWithin } from '../../formats/address/index.ts';
import type { Session } from '../session/session.ts';
import type { Inspection, Transaction } from '../session/types.ts';
import { type Reply, reply } from '../wire/reply.ts';

const unproven = 'Mail that claims to be from here is sent on only if SPF or DKIM proves it';
const laundered = reply(550, '5.7.1', unproven);
const later = reply(451, '4.7.0', `${unproven}, which cannot be looked up now; try again later`);

/**
 * Refuses a message that names an author of ours, is not proven to be theirs and leads elsewhere: our own address as its
 * new sender would prove it to the next server (SPF aligned with From).
 */
export function withoutLaundering(
  inspection: Inspection,
  session: Session,
  transaction: Transaction,
): Inspection {
  return {
    write: (piece) => inspection.write(piece),
    abandon: () => inspection.abandon(),
    async end() {
      const findings = await inspection.end();
      return { ...findings, refuse: findings.refuse ?? (await refusal(session, transaction)) };
    },
  };
}

async function refusal(session: Session, { verdict, recipients }: Transaction): Promise<Reply | null> {
  // Without a verdict the operator trusts the peer (mail.checks.exempt).
  if (verdict === null || verdict.dmarc?.result === 'pass') return null;
  if (!recipients.some(({ others }) => others.length > 0)) return null;
  for (const domain of verdict.authors) {
    if (await alignsWithUs(session, domain)) return verdict.dmarc?.result === 'temperror' ? later : laundered;
  }
  return null;
}

/** Whether it is a domain of ours, or above or below one: DMARC aligns these too. */
async function alignsWithUs(session: Session, domain: string): Promise<boolean> {
  const { accounts, settings } = session.services;
  if (isWithin(settings.hostname, domain) || isWithin(settings.domain, domain)) return true;
  const labels = domain.split('.');
  for (let at = 0; at < labels.length; at++) {
    if (await accounts.isLocalDomain(labels.slice(at).join('.'))) return true;
  }
  return false;
}
