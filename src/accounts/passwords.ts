import { createHmac } from 'node:crypto';
import { randomToken, StoreError } from '../base/index.ts';
import { appPasswordBits, passwordBytesMax, passwordCharactersMin } from './limits.ts';

const printableAscii = /^[\x20-\x7e]*$/;
const appPasswordPattern = /^[a-z2-7]{16}$/;

/**
 * The password as it is hashed: SASLprep (RFC 4013), as SCRAM wants it, with code points newer than Unicode 3.2 let
 * through unchanged. Null where it cannot be anybody's. Text in ASCII, nearly all, loads no tables.
 */
export async function preparePassword(password: string): Promise<string | null> {
  if (Buffer.byteLength(password) > passwordBytesMax) return null;
  if (password === '') return null;
  if (printableAscii.test(password)) return password;
  const { default: saslprep } = await import('@mongodb-js/saslprep');
  try {
    const prepared = saslprep(password, { allowUnassigned: true });
    return prepared === '' || Buffer.byteLength(prepared) > passwordBytesMax ? null : prepared;
  } catch {
    // Prohibited characters, or directions mixed: the library says no more than that it refuses.
    return null;
  }
}

/** The same for a password that is being chosen; throws StoreError('invalid') naming what is wrong. */
export async function prepareNewPassword(password: string): Promise<string> {
  if (Buffer.byteLength(password) > passwordBytesMax) {
    throw new StoreError('invalid', `a password may have ${passwordBytesMax} bytes of UTF-8`);
  }
  const prepared = await preparePassword(password);
  if (prepared === null && password !== '') {
    throw new StoreError('invalid', 'the password holds a character that cannot be typed everywhere');
  }
  if (prepared === null || [...prepared].length < passwordCharactersMin) {
    throw new StoreError('invalid', `a password must have ${passwordCharactersMin} characters or more`);
  }
  return prepared;
}

/** `xxxx-xxxx-xxxx-xxxx`, 80 random bits. */
export function newAppPassword(): string {
  return randomToken(appPasswordBits).replace(/(.{4})(?=.)/g, '$1-');
}

/** The app password as it was printed, however its spaces, dashes and case were typed; null for anything else. */
export function readAppPassword(password: string): string | null {
  if (password.length > 64) return null;
  const bare = password.replace(/[\s-]/g, '').toLowerCase();
  return appPasswordPattern.test(bare) ? bare.replace(/(.{4})(?=.)/g, '$1-') : null;
}

/**
 * Tells which of a member's app passwords this is, so that one login costs one hash however many there are. It says
 * nothing about the password itself: 80 random bits cannot be tried out.
 */
export function appPasswordTag(secret: Buffer, member: number, appPassword: string): string {
  return createHmac('sha256', secret).update(`${member}:${appPassword}`).digest('base64url').slice(0, 24);
}
