import { createHash, type X509Certificate } from 'node:crypto';
import type { TlsaRecord } from '../../../net/index.ts';
import { answerOf, listed, verdicts } from '../ask.ts';
import type { Facts, RecordKind, Verdict, ZoneRecord } from '../types.ts';

const nameOf = (host: string) => `_25._tcp.${host}`;

function publicKey(certificate: X509Certificate): Buffer {
  return certificate.publicKey.export({ type: 'spki', format: 'der' });
}

/** RFC 6698 §2.1: what a record of this selector and matching type holds for a certificate; null for types unknown. */
function associated(certificate: X509Certificate, selector: number, matching: number): Buffer | null {
  const whole = selector === 0 ? certificate.raw : selector === 1 ? publicKey(certificate) : null;
  if (whole === null || matching === 0) return whole;
  if (matching !== 1 && matching !== 2) return null;
  return createHash(matching === 1 ? 'sha256' : 'sha512')
    .update(whole)
    .digest();
}

function matches(record: TlsaRecord, { leaf, chain }: NonNullable<Facts['certificate']>): boolean {
  const candidates = record.usage === 3 ? [leaf] : record.usage === 2 ? chain : [];
  return candidates.some((certificate) => {
    const data = associated(certificate, record.selector, record.matching);
    return data !== null && record.data.equals(data);
  });
}

/** RFC 7672 §3.1: 3 1 1 of the key in use; of our own authority also 2 1 1, which outlives the certificate. */
function wanted(host: string, { certificate }: Facts): ZoneRecord[] {
  if (certificate === null) return [];
  const { leaf, chain, own } = certificate;
  const record = (usage: number, of: X509Certificate): ZoneRecord => ({
    name: nameOf(host),
    type: 'TLSA',
    usage,
    selector: 1,
    matching: 1,
    data: createHash('sha256').update(publicKey(of)).digest('hex'),
    note: own
      ? 'only where DNSSEC signs the zone'
      : 'only where DNSSEC signs the zone; renew with the same key, or publish the new one first',
  });
  return [record(3, leaf), ...(own ? chain.slice(0, 1).map((one) => record(2, one)) : [])];
}

export const dane: RecordKind = {
  name: 'DANE',
  rfc: 7672,
  purpose: 'which certificate the MX door shows, vouched for by DNSSEC',
  need: 'recommended',
  scope: 'host',
  records: wanted,
  async check(host, facts, { resolver }) {
    const at = nameOf(host);
    const address = await answerOf(resolver.a(host));
    const answer = await answerOf(resolver.tlsa(at));
    const say = verdicts(address.secure ? 'recommended' : 'optional', at);
    const publish = 'publish the TLSA records of `myco dns show`';
    if (answer.records.length === 0) {
      return [
        address.secure
          ? say.missing('the zone is signed, yet no certificate is named', publish)
          : say.missing(
              'the zone is not signed, or the resolver does not say so',
              'nothing, or sign the zone first',
            ),
      ];
    }
    if (!answer.secure)
      return [
        say.warning(
          'is there, and counts for nothing: no DNSSEC vouches for it',
          'sign the zone, or ask a resolver that validates',
        ),
      ];
    return [judge(answer.records, at, facts)];
  },
};

function judge(records: readonly TlsaRecord[], at: string, { certificate }: Facts): Verdict {
  // Senders that obey DANE refuse a server whose certificate does not match.
  const say = verdicts('required', at);
  if (certificate === null) return say.unknown('the certificate in use cannot be read');
  const right = records.filter((record) => matches(record, certificate));
  const form = ({ usage, selector, matching }: TlsaRecord) => `${usage} ${selector} ${matching}`;
  if (right.length === 0) {
    return say.wrong(
      `${listed(records.map(form))}: none matches the certificate in use, so senders that obey DANE do not deliver`,
      'publish the TLSA records of `myco dns show`',
    );
  }
  const stale = records.length - right.length;
  if (stale > 0)
    return say.warning(
      `${listed(right.map(form))} matches, ${stale} other${stale > 1 ? 's do' : ' does'} not`,
      'fine while a key is being changed; else remove what does not match',
    );
  return say.ok(`${listed(right.map(form))} matches the certificate in use`);
}
