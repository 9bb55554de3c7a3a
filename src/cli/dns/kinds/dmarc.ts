import { FormatError } from '../../../base/index.ts';
import { areRelated } from '../../../formats/address/index.ts';
import { type DmarcRecord, isDmarc, readDmarc } from '../../../formats/dns-text/index.ts';
import type { Resolver } from '../../../net/index.ts';
import { listed, quoted, recordsOf, verdicts } from '../ask.ts';
import type { Facts, RecordKind, Verdict } from '../types.ts';

const nameOf = (domain: string) => `_dmarc.${domain}`;

/** Begins with none: what other senders of the domain do is known when the first reports have come. */
const wanted = (domain: string, facts: Facts) =>
  `v=DMARC1; p=none; rua=mailto:${facts.reportAddress('dmarc', domain)}`;

export const dmarc: RecordKind = {
  name: 'DMARC',
  rfc: 7489,
  purpose: 'what receivers do with mail in our name that is not ours',
  need: 'required',
  scope: 'domain',
  records: (domain, facts) => [{ name: nameOf(domain), type: 'TXT', text: wanted(domain, facts) }],
  async check(domain, facts, { resolver }) {
    const at = nameOf(domain);
    const say = verdicts('required', at);
    const publish = `publish: ${at}. TXT "${wanted(domain, facts)}"`;
    const found = (await recordsOf(resolver.txt(at))).filter(isDmarc);
    const [text] = found;
    if (text === undefined) return [say.missing('receivers are told nothing', publish)];
    // RFC 7489 §6.6.3: several are none.
    if (found.length > 1)
      return [say.wrong(`${found.length} records, of which none counts`, 'keep one of them')];
    try {
      return [await judge(text, readDmarc(text), domain, facts, resolver)];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [say.wrong(`cannot be read: ${error.message}`, publish)];
    }
  },
};

async function judge(
  text: string,
  record: DmarcRecord,
  domain: string,
  facts: Facts,
  resolver: Resolver,
): Promise<Verdict> {
  const say = verdicts('required', nameOf(domain));
  const ours = `mailto:${facts.reportAddress('dmarc', domain)}`;
  if (record.reports.length === 0)
    return say.warning(
      `${quoted(text)} asks for no reports`,
      `add rua=${ours}: they say who sends in your name`,
    );
  const silent = await unheard(record, domain, resolver);
  if (silent.length > 0) {
    return say.warning(
      `reports are to go to ${listed(silent)}, which does not say that it wants them`,
      `that domain publishes: ${domain}._report._dmarc.${silent[0]}. TXT "v=DMARC1"`,
    );
  }
  if (record.policy === 'none')
    return say.ok(
      `${quoted(text)}`,
      'when `myco reports` shows no sender of yours that fails, go on to p=quarantine: until then forgeries are delivered',
    );
  return say.ok(quoted(text));
}

/** Other domains that are to get reports and do not say that they take them (RFC 7489 §7.1). */
async function unheard(record: DmarcRecord, domain: string, resolver: Resolver): Promise<string[]> {
  const hosts = record.reports.flatMap(
    (uri) => /^mailto:[^@]+@([^!?]+)/i.exec(uri)?.[1]?.toLowerCase() ?? [],
  );
  const silent: string[] = [];
  for (const host of new Set(hosts)) {
    if (areRelated(host, domain)) continue;
    const answers = await recordsOf(resolver.txt(`${domain}._report._dmarc.${host}`));
    if (!answers.some(isDmarc)) silent.push(host);
  }
  return silent;
}
