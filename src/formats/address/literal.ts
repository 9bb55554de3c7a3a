import { FormatError } from '../../base/index.ts';

const ipv4Pattern = /^(?:\d{1,3})(?:\.\d{1,3}){3}$/;
const ipv6Pattern = /^[0-9a-f:.]{2,45}$/i;
const generalPattern = /^([a-z0-9-]*[a-z0-9]):([\x21-\x5a\x5e-\x7e]{1,200})$/i;

/** RFC 5321 §4.1.3: `[192.0.2.1]`, `[IPv6:…]` or a general literal `[tag:…]`; throws FormatError. */
export function normaliseLiteral(text: string): string {
  if (!text.endsWith(']')) throw new FormatError('the address literal has no closing bracket', 0);
  const inner = text.slice(1, -1);
  if (ipv4Pattern.test(inner)) return `[${normaliseIpv4(inner)}]`;
  if (/^ipv6:/i.test(inner)) return `[IPv6:${normaliseIpv6(inner.slice(5))}]`;
  const general = generalPattern.exec(inner);
  if (!general) throw new FormatError('the address literal is neither IPv4, IPv6 nor a tagged literal', 0);
  return `[${general[1]}:${general[2]}]`;
}

function normaliseIpv4(text: string): string {
  const numbers = text.split('.').map(Number);
  if (numbers.some((n) => n > 255)) throw new FormatError('the IPv4 literal has a number above 255', 0);
  return numbers.join('.');
}

function normaliseIpv6(text: string): string {
  const url = `http://[${text}]/`;
  if (!ipv6Pattern.test(text) || !URL.canParse(url))
    throw new FormatError('the IPv6 literal is malformed', 0);
  return new URL(url).hostname.slice(1, -1); // RFC 5952 form
}
