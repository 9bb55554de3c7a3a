import { FormatError } from '../../base/index.ts';
import { displayDomain, normaliseDomain } from '../address/index.ts';
import { jidPartBytesMax } from './limits.ts';
import { demandFreeform, demandIdentifier } from './precis.ts';

/** An address that was prepared; '' for a part that is not there. */
export interface Jid {
  readonly local: string;
  readonly domain: string;
  readonly resource: string;
}

/** Reads an address and prepares its parts. Throws FormatError. */
export function parseJid(text: string): Jid {
  // RFC 7622 §3.1: the first slash ends the bare address, and an "@" behind it is the resource's own.
  const slash = text.indexOf('/');
  const bare = slash < 0 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  return {
    local: at < 0 ? '' : prepareLocal(bare.slice(0, at)),
    domain: prepareDomain(bare.slice(at + 1)),
    resource: slash < 0 ? '' : prepareResource(text.slice(slash + 1)),
  };
}

/** The address without its resource. */
export const bareText = ({ local, domain }: Pick<Jid, 'local' | 'domain'>): string =>
  local === '' ? domain : `${local}@${domain}`;

export const jidText = (jid: Jid): string =>
  jid.resource === '' ? bareText(jid) : `${bareText(jid)}/${jid.resource}`;

function demandLength(what: string, part: string): string {
  const bytes = Buffer.byteLength(part);
  if (bytes === 0) throw new FormatError(`the ${what} of an address is empty`);
  if (bytes > jidPartBytesMax)
    throw new FormatError(`the ${what} of an address is longer than ${jidPartBytesMax} bytes`);
  return part;
}

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** RFC 7622 §3.2: lower case, U-labels, without the dot of the root; or an IP address, IPv6 in brackets. */
function prepareDomain(text: string): string {
  const domain = text.endsWith('.') ? text.slice(0, -1) : text;
  demandLength('domain', domain);
  if (ipv4.test(domain)) return domain;
  if (domain.startsWith('[')) return normaliseDomain(`[IPv6:${domain.slice(1)}`).replace(/^\[ipv6:/i, '[');
  return demandLength('domain', displayDomain(normaliseDomain(domain)));
}

// RFC 7622 §3.3.1: what IdentifierClass would take, and addresses cannot.
const notInLocal = /["&'/:<>@]/;

/** RFC 7622 §3.3, UsernameCaseMapped (RFC 8265 §3.3). Throws FormatError. */
export function prepareLocal(text: string): string {
  demandLength('local part', text);
  // Most are that, and are their own preparation.
  if (/^[a-z0-9._-]+$/.test(text)) return text;
  // Readers cannot tell a final sigma from the other one: default case folding makes them one.
  const mapped = narrow(text).toLowerCase().replaceAll('ς', 'σ').normalize('NFC');
  if (notInLocal.test(mapped)) throw new FormatError('the local part of an address holds one of "&\'/:<>@');
  demandIdentifier('local part', mapped);
  return demandLength('local part', mapped);
}

/** RFC 7622 §3.4, OpaqueString (RFC 8265 §4.2). Throws FormatError. */
export function prepareResource(text: string): string {
  demandLength('resource', text);
  if (/^[\x20-\x7e]+$/.test(text)) return text;
  const mapped = text.replace(/\p{Zs}/gu, ' ').normalize('NFC');
  demandFreeform('resource', mapped);
  return demandLength('resource', mapped);
}

/** Full-width and half-width forms as what they are forms of (RFC 8264 §5.2.1). */
const narrow = (text: string): string =>
  text.replace(/[\u3000\uff01-\uffdc\uffe0-\uffee]/g, (one) => one.normalize('NFKC'));
