import { FormatError, StoreError } from '../base/index.ts';
import {
  foldLocal,
  formatMailbox,
  lookupKey,
  normaliseDomain,
  parseMailbox,
  splitTag,
} from '../formats/address/index.ts';
import { localPartBytesMax, usernameCharactersMax } from './limits.ts';

/** An address as mail is looked up by: without tag, local part folded, domain in A-labels. */
export interface LookupAddress {
  readonly key: string;
  /** Folded, without tag and without quoting. */
  readonly local: string;
  readonly domain: string;
  /** What stood behind the first '+', as written. */
  readonly tag: string | null;
  /** The whole address, normalised, its tag kept: where a remote server gets it. */
  readonly full: string;
}

// Neither '+' (it starts a tag), '%' (`%40` in user names), '/' and '~' (paths of HTTP) nor anything that needs quoting.
const ownLocalPattern = /^[\p{L}\p{N}_-][\p{L}\p{M}\p{N}_'-]*(?:\.[\p{L}\p{M}\p{N}_'-]+)*$/u;

/** Takes an SMTP mailbox apart; throws FormatError. */
export function readAddress(text: string): LookupAddress {
  const mailbox = parseMailbox(text);
  const { base, tag } = splitTag(mailbox.local);
  const local = foldLocal(base);
  return {
    key: lookupKey({ local, domain: mailbox.domain }),
    local,
    domain: mailbox.domain,
    tag,
    full: formatMailbox(mailbox),
  };
}

/** The same, null where it is no address. */
export function tryAddress(text: string): LookupAddress | null {
  try {
    return readAddress(text);
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}

/**
 * The address a user name stands for: `%40` is read as '@' (iOS 18.4), a local part alone belongs to the main domain.
 * Null where it can be nobody's.
 */
export function readUsername(username: string, mainDomain: string): string | null {
  if (username.length > usernameCharactersMax) return null;
  const spelt = username.includes('@') ? username : username.replace('%40', '@');
  return tryAddress(spelt.includes('@') ? spelt : `${spelt}@${mainDomain}`)?.key ?? null;
}

/** As `readUsername`, and `local~domain` of paths too; no tag: a member has one name. */
export function readMemberName(name: string, mainDomain: string): string | null {
  if (name.includes('+')) return null;
  return readUsername(name.includes('@') ? name : name.replace('~', '@'), mainDomain);
}

/** `ana@coop.example` -> `ana` where that is the main domain, else `ana~coop.example`. */
export function memberHandle(address: string, mainDomain: string): string {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  return domain === mainDomain ? local : `${local}~${domain}`;
}

/** An address that this server may give away: a plain local part without tag. Throws StoreError('invalid'). */
export function readOwnAddress(text: string, mainDomain: string): LookupAddress {
  try {
    const address = readAddress(text.includes('@') ? text : `${text}@${mainDomain}`);
    if (address.tag !== null) throw new FormatError("'+' starts a tag and cannot be part of it");
    if (!ownLocalPattern.test(address.local)) {
      throw new FormatError('its local part may hold letters, digits and . _ - only');
    }
    if (Buffer.byteLength(address.local) > localPartBytesMax) {
      throw new FormatError(`its local part is longer than ${localPartBytesMax} bytes`);
    }
    return address;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StoreError('invalid', `'${text.slice(0, 100)}' cannot be an address here: ${error.message}`);
  }
}

/** A domain name in A-labels; address literals are refused. Throws StoreError('invalid'). */
export function readDomain(text: string): string {
  try {
    const domain = normaliseDomain(text);
    if (domain.startsWith('[')) throw new FormatError('an address literal is no domain');
    return domain;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StoreError('invalid', `'${text.slice(0, 100)}' is not a domain: ${error.message}`);
  }
}
