import { FormatError } from '../../../base/index.ts';
import { isTlsReporting, readTlsReporting } from '../../../formats/dns-text/index.ts';
import { quoted, recordsOf, verdicts } from '../ask.ts';
import type { RecordKind } from '../types.ts';

const nameOf = (domain: string) => `_smtp._tls.${domain}`;

export const tlsReporting: RecordKind = {
  name: 'TLSRPT',
  rfc: 8460,
  purpose: 'where others report what goes wrong with TLS',
  need: 'recommended',
  scope: 'domain',
  records: (domain, facts) => [
    {
      name: nameOf(domain),
      type: 'TXT',
      text: `v=TLSRPTv1; rua=mailto:${facts.reportAddress('tls', domain)}`,
    },
  ],
  async check(domain, facts, { resolver }) {
    const say = verdicts('recommended', nameOf(domain));
    const publish = `publish: ${nameOf(domain)}. TXT "v=TLSRPTv1; rua=mailto:${facts.reportAddress('tls', domain)}"`;
    const found = (await recordsOf(resolver.txt(nameOf(domain)))).filter(isTlsReporting);
    const [text] = found;
    if (text === undefined) return [say.missing('nobody is told where to report', publish)];
    // RFC 8460 §3: several are none.
    if (found.length > 1)
      return [say.wrong(`${found.length} records, of which none counts`, 'keep one of them')];
    try {
      readTlsReporting(text);
      return [say.ok(quoted(text))];
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      return [say.wrong(`cannot be read: ${error.message}`, publish)];
    }
  },
};
