import { domainToASCII } from 'node:url';
import { FormatError } from '../base/index.ts';

/** `127.0.0.1` and nothing looser: four plain decimal octets. */
export function isIPv4(text: string): boolean {
  const octets = text.split('.');
  return (
    octets.length === 4 && octets.every((octet) => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255)
  );
}

/** An IPv6 address without zone, in its canonical spelling; undefined where it is none. RFC 4291 §2.2, RFC 5952. */
export function canonicalIPv6(text: string): string | undefined {
  if (!text.includes(':') || !/^[0-9a-f:.]{2,45}$/i.test(text)) return undefined;
  // The URL parser of the platform knows every spelling of RFC 4291.
  return URL.canParse(`http://[${text}]/`) ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : undefined;
}

/** A domain name in lower-case ASCII; undefined where it is none. RFC 1123 §2.1, RFC 5890 for other scripts. */
export function canonicalDomain(text: string): string | undefined {
  const ascii = /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : domainToASCII(text);
  if (ascii.length < 1 || ascii.length > 253) return undefined;
  const labels = ascii.split('.');
  const wellFormed = labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  // A name that ends in digits would be read as an address.
  return wellFormed && !/^\d+$/.test(labels.at(-1) ?? '') ? ascii : undefined;
}

/** Whether only this machine can reach what is bound there. */
export function isLoopback(host: string): boolean {
  if (isIPv4(host)) return host.startsWith('127.');
  return canonicalIPv6(host) === '::1' || host === 'localhost' || host.endsWith('.localhost');
}

/** Whether two hosts may name the same local address, so that one port cannot serve both. */
export function hostsOverlap(a: string, b: string): boolean {
  if (a === b || a === '::' || b === '::') return true;
  const anyIPv4 = (host: string): boolean => isIPv4(host) || host === 'localhost';
  if (a === '0.0.0.0') return anyIPv4(b);
  if (b === '0.0.0.0') return anyIPv4(a);
  const named = (host: string): boolean => host === '127.0.0.1' || host === '::1' || host === 'localhost';
  return (a === 'localhost' || b === 'localhost') && named(a) && named(b);
}

/** `10.0.0.0/8`, `fd00::/8`, or one address -> the block in canonical spelling. RFC 4632 §3.1. */
export function parseCidr(text: string): string {
  const [address = '', prefix, ...rest] = text.split('/');
  const sixth = canonicalIPv6(address);
  const bitsMax = sixth === undefined ? 32 : 128;
  const bits = prefix ?? String(bitsMax);
  const known = sixth !== undefined || isIPv4(address);
  if (!known || rest.length > 0 || !/^(0|[1-9]\d{0,2})$/.test(bits) || Number(bits) > bitsMax) {
    throw new FormatError(`expected addresses such as 10.0.0.0/8 or fd00::/8, found '${text}'`);
  }
  return `${sixth ?? address}/${bits}`;
}

/** `127.0.0.1:5353`, `[::1]:53` or an address alone (port 53) -> the form that a resolver takes. */
export function parseNameServer(text: string): string {
  const match = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text);
  const bare = match ? (match[1] ?? match[2] ?? '') : text;
  const port = Number(match?.[3] ?? 53);
  const sixth = canonicalIPv6(bare);
  if ((sixth === undefined && !isIPv4(bare)) || port < 1 || port > 65_535) {
    throw new FormatError(`expected a name server such as 127.0.0.1:5353 or [::1]:53, found '${text}'`);
  }
  return `${sixth === undefined ? bare : `[${sixth}]`}:${port}`;
}
