import { isIPv4, isIPv6 } from 'node:net';
import { FormatError } from '../base/index.ts';
import type { Endpoint } from './address.ts';
import { proxyHeaderV1BytesMax, proxyHeaderV2BytesMax } from './limits.ts';

/** Who connected to the proxy, or null where the proxy speaks for itself (health checks) or does not know. */
export interface ProxyHeader {
  readonly bytes: number;
  readonly ends: { readonly remote: Endpoint; readonly local: Endpoint } | null;
}

const signatureV2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const signatureV1 = Buffer.from('PROXY ', 'latin1');

/**
 * Reads a PROXY protocol header, version 1 or 2, from the first bytes of a connection. Answers null where more
 * bytes are needed; throws FormatError as soon as the bytes cannot become a header (source: HAProxy's proxy-protocol).
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | null {
  if (startsAlike(bytes, signatureV2)) return bytes.length < 16 ? null : parseV2(bytes);
  if (startsAlike(bytes, signatureV1)) return parseV1(bytes);
  throw new FormatError('no PROXY protocol header', 0);
}

function startsAlike(bytes: Buffer, signature: Buffer): boolean {
  const length = Math.min(bytes.length, signature.length);
  return bytes.compare(signature, 0, length, 0, length) === 0;
}

// §2.1
function parseV1(bytes: Buffer): ProxyHeader | null {
  const end = bytes.subarray(0, proxyHeaderV1BytesMax).indexOf('\r\n');
  if (end < 0) {
    if (bytes.length < proxyHeaderV1BytesMax) return null;
    throw new FormatError(
      `PROXY header without CRLF in ${proxyHeaderV1BytesMax} bytes`,
      proxyHeaderV1BytesMax,
    );
  }
  const line = bytes.subarray(0, end).toString('latin1');
  if (line === 'PROXY UNKNOWN' || line.startsWith('PROXY UNKNOWN ')) return { bytes: end + 2, ends: null };
  const words = line.split(' ');
  const [, family, source = '', target = '', sourcePort = '', targetPort = ''] = words;
  const valid = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : null;
  if (words.length !== 6 || valid === null) throw new FormatError('PROXY header names no known family', 6);
  if (!valid(source) || !valid(target)) throw new FormatError('PROXY header holds a bad address', 11);
  return {
    bytes: end + 2,
    ends: {
      remote: { address: source, port: port(sourcePort) },
      local: { address: target, port: port(targetPort) },
    },
  };
}

function port(text: string): number {
  if (!/^(?:0|[1-9]\d{0,4})$/.test(text) || Number(text) > 65_535) {
    throw new FormatError('PROXY header holds a bad port', 0);
  }
  return Number(text);
}

// §2.2
function parseV2(bytes: Buffer): ProxyHeader | null {
  const versionAndCommand = bytes.readUInt8(12);
  const family = bytes.readUInt8(13);
  const length = bytes.readUInt16BE(14);
  if (versionAndCommand >> 4 !== 2) throw new FormatError('PROXY header of an unknown version', 12);
  if ((versionAndCommand & 15) > 1) throw new FormatError('PROXY header with an unknown command', 12);
  const total = 16 + length;
  if (total > proxyHeaderV2BytesMax) {
    throw new FormatError(`PROXY header of ${total} bytes, at most ${proxyHeaderV2BytesMax} are read`, 14);
  }
  const addressBytes = { 17: 12, 33: 36 }[family];
  const local = (versionAndCommand & 15) === 0;
  if (!local && addressBytes !== undefined && length < addressBytes) {
    throw new FormatError('PROXY header too short for its addresses', 14);
  }
  if (bytes.length < total) return null;
  // §2.2: LOCAL, and families that are not TCP, keep the real ends of the connection.
  if (local || addressBytes === undefined) return { bytes: total, ends: null };
  const width = (addressBytes - 4) / 2;
  const text = width === 4 ? ipv4Text : ipv6Text;
  const ports = 16 + 2 * width;
  return {
    bytes: total,
    ends: {
      remote: { address: text(bytes.subarray(16, 16 + width)), port: bytes.readUInt16BE(ports) },
      local: { address: text(bytes.subarray(16 + width, ports)), port: bytes.readUInt16BE(ports + 2) },
    },
  };
}

function ipv4Text(bytes: Buffer): string {
  return [...bytes].join('.');
}

// RFC 5952 §4: the longest run of two or more zero groups is left out.
function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  const runs = groups.join(':').match(/\b0(?::0)+\b/g) ?? [];
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  const text = groups.join(':');
  if (longest === '') return text;
  const at = text.search(new RegExp(`(?:^|:)${longest}(?:$|:)`));
  const head = text.slice(0, at);
  const rest = text.slice(at).replace(new RegExp(`^:?${longest}:?`), '');
  return `${head}::${rest}`;
}
