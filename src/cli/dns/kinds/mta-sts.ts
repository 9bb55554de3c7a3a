import { FormatError, messageOf } from '../../../base/index.ts';
import {
  formatStsPolicy,
  isSts,
  readStsPolicy,
  readStsRecord,
  stsPolicyId,
  stsPolicyMatches,
} from '../../../formats/dns-text/index.ts';
import { recordsOf, verdicts } from '../ask.ts';
import type { Asking, Facts, RecordKind, Verdict } from '../types.ts';

const nameOf = (domain: string) => `_mta-sts.${domain}`;
const hostOf = (domain: string) => `mta-sts.${domain}`;
const wanted = (facts: Facts) => `v=STSv1; id=${stsPolicyId(facts.stsPolicy)};`;

export const mtaSts: RecordKind = {
  name: 'MTA-STS',
  rfc: 8461,
  purpose: 'that others send to us by TLS alone',
  need: 'recommended',
  scope: 'domain',
  records: (domain, facts) => [
    {
      name: nameOf(domain),
      type: 'TXT',
      text: wanted(facts),
      note:
        facts.stsPolicy.mode === 'none'
          ? 'mail.mtaSts.mode is none: to be published only where another policy was, until its maxAge is over'
          : `the certificate of the https door must name ${hostOf(domain)}, by an authority that everybody trusts`,
    },
    { name: hostOf(domain), type: 'CNAME', target: facts.hostname },
  ],
  check: async (domain, facts, asking) => {
    const record = await checkRecord(domain, facts, asking);
    if (facts.stsPolicy.mode === 'none' && record.state === 'ok') return [record];
    return [record, await checkHost(domain, facts, asking), await checkPolicy(domain, facts, asking)];
  },
};

async function checkRecord(domain: string, facts: Facts, { resolver }: Asking): Promise<Verdict> {
  const say = verdicts('recommended', nameOf(domain));
  const found = (await recordsOf(resolver.txt(nameOf(domain)))).filter(isSts);
  const [text] = found;
  const off = facts.stsPolicy.mode === 'none';
  if (text === undefined) {
    if (off) return { ...say.ok('not used: mail.mtaSts.mode is none'), need: 'optional' };
    return say.missing(
      'others are not told that there is a policy',
      `publish: ${nameOf(domain)}. TXT "${wanted(facts)}"`,
    );
  }
  // RFC 8461 §3.1: several are none.
  if (found.length > 1) return say.wrong(`${found.length} records, of which none counts`, 'keep one of them');
  try {
    const { id } = readStsRecord(text);
    if (id === stsPolicyId(facts.stsPolicy)) return say.ok(`id ${id}`);
    return say.wrong(
      `has id ${id}, the policy of this server has ${stsPolicyId(facts.stsPolicy)}: others keep an old one`,
      `publish: ${nameOf(domain)}. TXT "${wanted(facts)}"`,
    );
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return say.wrong(
      `cannot be read: ${error.message}`,
      `publish: ${nameOf(domain)}. TXT "${wanted(facts)}"`,
    );
  }
}

async function checkHost(domain: string, facts: Facts, { resolver }: Asking): Promise<Verdict> {
  const host = hostOf(domain);
  const say = verdicts('recommended', host);
  const found = [...(await recordsOf(resolver.a(host))), ...(await recordsOf(resolver.aaaa(host)))];
  if (found.length === 0)
    return say.missing('the policy has no address', `publish: ${host}. CNAME ${facts.hostname}.`);
  return say.ok(`leads to ${found.join(', ')}`);
}

async function checkPolicy(domain: string, facts: Facts, { fetchPolicy }: Asking): Promise<Verdict> {
  const url = `https://${hostOf(domain)}/.well-known/mta-sts.txt`;
  const say = verdicts('recommended', url);
  let text: string;
  try {
    text = await fetchPolicy(domain);
  } catch (error) {
    return say.wrong(
      `cannot be fetched: ${messageOf(error)}`,
      `the https door must be reached there, with a certificate for ${hostOf(domain)}`,
    );
  }
  try {
    const policy = readStsPolicy(text);
    // RFC 8461 §4.1: a host that the policy does not name gets no mail.
    if (!stsPolicyMatches(policy, facts.hostname))
      return {
        ...say.wrong(`does not name ${facts.hostname}: others may not send there`, null),
        need: 'required',
      };
    if (formatStsPolicy(policy) !== formatStsPolicy(facts.stsPolicy))
      return say.wrong('is another one than this server has', 'let its address lead to this server');
    if (policy.mode === 'testing')
      return say.ok(
        'mode testing',
        'when TLS reports show no failures for a week, set mail.mtaSts.mode to enforce',
      );
    return say.ok(`mode ${policy.mode}`);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return say.wrong(`cannot be read: ${error.message}`, 'let its address lead to this server');
  }
}
