/**
 * dns-text: what mail keeps in TXT records, and the policy file of MTA-STS. Pure, strict, and small: it tells an operator
 * what is wrong with a record; who judges mail by such records has a reader of its own.
 *
 * - Every reader throws FormatError with a sentence that names what was wrong.
 * - A reader is given the whole text of one record, its character strings joined (RFC 7208 §3.3).
 * - `isSpf`, `isDmarc` … tell which record is meant at a name where others stand too; they judge no more than that.
 */
export { type DkimKey, isDkimKey, readDkimKey } from './dkim-key.ts';
export { type DmarcPolicy, type DmarcRecord, isDmarc, readDmarc } from './dmarc.ts';
export { policyLinesMax, spfLookUpsMax, spfTermsMax, tagsMax } from './limits.ts';
export {
  formatStsPolicy,
  isSts,
  readStsPolicy,
  readStsRecord,
  type StsMode,
  type StsPolicy,
  stsPolicyId,
  stsPolicyMatches,
} from './mta-sts.ts';
export { isSpf, readSpf, type SpfQualifier, type SpfRecord, type SpfTerm } from './spf.ts';
export { readTags } from './tags.ts';
export { isTlsReporting, readTlsReporting } from './tls-reporting.ts';
