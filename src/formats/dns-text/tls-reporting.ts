import { FormatError } from '../../base/index.ts';
import { checkVersion, readTags, readUris } from './tags.ts';

export function isTlsReporting(text: string): boolean {
  return /^v\s*=\s*TLSRPTv1\s*(;|$)/.test(text);
}

/** RFC 8460 §3: where reports about TLS go. */
export function readTlsReporting(text: string): { readonly reports: readonly string[] } {
  const tags = readTags(text);
  checkVersion(tags, 'TLSRPTv1');
  const rua = tags.get('rua');
  if (rua === undefined) throw new FormatError('there is no rua=');
  return { reports: readUris(rua, ['mailto', 'https']) };
}
