import { FormatError } from '../../base/index.ts';
import { checkVersion, readTags, readUris, shown } from './tags.ts';

export type DmarcPolicy = 'none' | 'quarantine' | 'reject';

/** RFC 7489 §6.3. */
export interface DmarcRecord {
  readonly policy: DmarcPolicy;
  readonly subdomains: DmarcPolicy;
  readonly strictDkim: boolean;
  readonly strictSpf: boolean;
  /** Where aggregate reports go; empty: nobody wants them. */
  readonly reports: readonly string[];
  /** Of a hundred failing messages this many are treated by the policy. */
  readonly percent: number;
}

export function isDmarc(text: string): boolean {
  return /^v\s*=\s*DMARC1\s*(;|$)/.test(text);
}

const policies: readonly DmarcPolicy[] = ['none', 'quarantine', 'reject'];

export function readDmarc(text: string): DmarcRecord {
  const tags = readTags(text);
  checkVersion(tags, 'DMARC1');
  const [, second] = tags;
  if (second?.[0] !== 'p') throw new FormatError('p= does not follow v=DMARC1');
  const policy = readPolicy('p', second[1]);
  const sub = tags.get('sp');
  const percent = tags.get('pct') ?? '100';
  if (!/^\d{1,3}$/.test(percent) || Number(percent) > 100)
    throw new FormatError(`pct=${shown(percent)} is no number from 0 to 100`);
  const rua = tags.get('rua');
  return {
    policy,
    subdomains: sub === undefined ? policy : readPolicy('sp', sub),
    strictDkim: readAlignment('adkim', tags.get('adkim')),
    strictSpf: readAlignment('aspf', tags.get('aspf')),
    reports: rua === undefined ? [] : readUris(rua, ['mailto', 'https', 'http']),
    percent: Number(percent),
  };
}

function readPolicy(tag: string, value: string): DmarcPolicy {
  const policy = policies.find((one) => one === value.toLowerCase());
  if (policy === undefined) throw new FormatError(`${tag}=${shown(value)} is none of ${policies.join(', ')}`);
  return policy;
}

function readAlignment(tag: string, value = 'r'): boolean {
  if (!/^[rs]$/i.test(value)) throw new FormatError(`${tag}=${shown(value)} is neither r nor s`);
  return value.toLowerCase() === 's';
}
