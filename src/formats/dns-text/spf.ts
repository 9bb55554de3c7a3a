import { FormatError } from '../../base/index.ts';
import { spfTermsMax } from './limits.ts';
import { shown } from './tags.ts';

export type SpfQualifier = '+' | '-' | '~' | '?';

/** One mechanism (RFC 7208 §4.6.1). */
export interface SpfTerm {
  readonly qualifier: SpfQualifier;
  readonly mechanism: 'all' | 'include' | 'a' | 'mx' | 'ptr' | 'ip4' | 'ip6' | 'exists';
  /** Domain or network as written; '' where the domain itself is meant. */
  readonly value: string;
  /** Of `a` and `mx`: bits of IPv4 and IPv6 networks. */
  readonly bits4: number;
  readonly bits6: number;
}

export interface SpfRecord {
  readonly terms: readonly SpfTerm[];
  /** RFC 7208 §6.1; null where there is none. */
  readonly redirect: string | null;
  /** Terms that each cost the receiver a look-up (§4.6.4), those of includes not counted. */
  readonly lookUps: number;
}

/** RFC 7208 §4.5. */
export function isSpf(text: string): boolean {
  return /^v=spf1( |$)/i.test(text);
}

const needsValue = new Set(['include', 'ip4', 'ip6', 'exists']);
const asks = new Set(['include', 'a', 'mx', 'ptr', 'exists']);
const termPattern = /^([+\-~?]?)(all|include|a|mx|ptr|ip4|ip6|exists)(?::([^/\s]+))?(\/[^\s]*)?$/i;
const modifierPattern = /^([a-z][a-z0-9_.-]*)=(.*)$/i;

/** A record as RFC 7208 §12 has it; macros are taken as they stand. */
export function readSpf(text: string): SpfRecord {
  if (!isSpf(text)) throw new FormatError('does not begin with v=spf1');
  const words = text
    .split(' ')
    .slice(1)
    .filter((word) => word !== '');
  if (words.length > spfTermsMax) throw new FormatError(`more than ${spfTermsMax} terms`);
  const terms: SpfTerm[] = [];
  let redirect: string | null = null;
  for (const word of words) {
    const modifier = modifierPattern.exec(word);
    if (!modifier) {
      terms.push(readTerm(word));
      continue;
    }
    if (modifier[1]?.toLowerCase() !== 'redirect') continue;
    if (redirect !== null) throw new FormatError('redirect stands twice');
    if (modifier[2] === '') throw new FormatError('redirect names no domain');
    redirect = modifier[2] ?? '';
  }
  const lookUps = terms.filter(({ mechanism }) => asks.has(mechanism)).length + (redirect === null ? 0 : 1);
  return { terms, redirect, lookUps };
}

function readTerm(word: string): SpfTerm {
  const match = termPattern.exec(word);
  if (!match) throw new FormatError(`'${shown(word)}' is no term of SPF`);
  const mechanism = (match[2] ?? '').toLowerCase() as SpfTerm['mechanism'];
  const qualifier = (match[1] || '+') as SpfQualifier;
  const value = match[3] ?? '';
  const slash = match[4] ?? '';
  if (needsValue.has(mechanism) && value === '') throw new FormatError(`'${shown(word)}' names nothing`);
  if (mechanism === 'all' && (value !== '' || slash !== ''))
    throw new FormatError(`'${shown(word)}': all takes nothing after it`);
  if (mechanism === 'ip4' || mechanism === 'ip6') {
    const bitsMax = mechanism === 'ip4' ? 32 : 128;
    if (mechanism === 'ip4' ? !isIpv4(value) : !isIpv6(value))
      throw new FormatError(`'${shown(word)}' names no address of IPv${mechanism[2]}`);
    readBits(slash === '' ? '' : slash.slice(1), bitsMax, word);
    return { qualifier, mechanism, value: value + slash, bits4: 32, bits6: 128 };
  }
  if (slash !== '' && mechanism !== 'a' && mechanism !== 'mx')
    throw new FormatError(`'${shown(word)}': ${mechanism} takes no network`);
  const [bits4 = '', bits6 = '', ...more] = slash === '' ? [] : slash.slice(1).split('//');
  if (more.length > 0) throw new FormatError(`'${shown(word)}' is no term of SPF`);
  return { qualifier, mechanism, value, bits4: readBits(bits4, 32, word), bits6: readBits(bits6, 128, word) };
}

function readBits(text: string, max: number, word: string): number {
  if (text === '') return max;
  const bits = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (!(bits <= max)) throw new FormatError(`'${shown(word)}': a network has 0 to ${max} bits`);
  return bits;
}

function isIpv4(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) <= 255);
}

function isIpv6(text: string): boolean {
  return /^[0-9a-f:.]{2,45}$/i.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`);
}
