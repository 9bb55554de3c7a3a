import type { Accounts, AuthResult } from '../../accounts/index.ts';
import { DavError } from '../errors.ts';
import { credentialsBytesMax } from '../limits.ts';
import type { GuestLogin, Space, Visitor } from '../types.ts';

export interface LoginRequest {
  readonly authorization: string | undefined;
  /** The client's address. */
  readonly remote: string;
  readonly realm: string;
}

type Credentials =
  | ({ readonly kind: 'basic' } & GuestLogin)
  | { readonly kind: 'bearer'; readonly token: string };

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Who asks. DavError 401, 403, 429, 503. */
export async function logIn(accounts: Accounts, request: LoginRequest): Promise<Visitor> {
  const credentials = readCredentials(request.authorization);
  if (credentials === null) throw challenge(accounts, request.realm);
  const { remote } = request;
  const result =
    credentials.kind === 'basic'
      ? await accounts.login({
          username: credentials.user,
          password: credentials.password,
          scope: 'dav',
          remote,
        })
      : await accounts.loginWithToken({ username: '', token: credentials.token, scope: 'dav', remote });
  if (!result.ok) throw refusal(accounts, request.realm, result);
  const { member } = result;
  return {
    kind: 'member',
    member,
    handle: accounts.handleOf(member),
    groups: await accounts.groupsOf(member.id),
  };
}

/** The same where guests come in: their space judges what they bring. */
export async function admitGuest(
  admit: NonNullable<Space['admit']>,
  accounts: Accounts,
  request: LoginRequest,
  path: readonly string[],
): Promise<Visitor> {
  const credentials = readCredentials(request.authorization);
  const login = credentials?.kind === 'basic' ? credentials : null;
  const admission = await admit(path, login, request.remote);
  if (admission.ok) return admission.visitor;
  if (admission.retryAfterMs > 0) throw tooMany(admission.retryAfterMs);
  throw challenge(accounts, request.realm);
}

/** RFC 7617 §2, RFC 6750 §2.1; null for none and for what is neither. */
function readCredentials(authorization: string | undefined): Credentials | null {
  if (authorization === undefined || authorization.length > credentialsBytesMax) return null;
  const [, scheme = '', value = ''] = /^(\w+) +([A-Za-z0-9\-._~+/]+=*) *$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === 'bearer') return { kind: 'bearer', token: value };
  if (scheme.toLowerCase() !== 'basic') return null;
  const text = readText(Buffer.from(value, 'base64'));
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  return { kind: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** RFC 7617 §2.1: we ask for UTF-8, and some do not listen. */
function readText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

function refusal(accounts: Accounts, realm: string, result: Extract<AuthResult, { ok: false }>): DavError {
  switch (result.reason) {
    case 'credentials':
      return challenge(accounts, realm);
    case 'throttled':
      return tooMany(result.retryAfterMs);
    case 'disabled':
      return new DavError(403, 'the account is disabled');
    case 'scope':
      return new DavError(403, 'this password is not for files, calendars and contacts');
    case 'busy':
    case 'unavailable':
      return new DavError(503, 'logins cannot be checked now; try again', {
        headers: { 'Retry-After': seconds(result.retryAfterMs) },
      });
  }
}

/** RFC 9110 §11.6.1: each way in, on a line of its own; Basic first, for clients that read no further. */
function challenge(accounts: Accounts, realm: string): DavError {
  const quoted = `realm="${realm.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '')}"`;
  const basic = `Basic ${quoted}, charset="UTF-8"`;
  return new DavError(401, 'sign in with an app password', {
    headers: { 'WWW-Authenticate': accounts.tokens === null ? basic : [basic, `Bearer ${quoted}`] },
  });
}

function tooMany(retryAfterMs: number): DavError {
  return new DavError(429, 'too many wrong passwords; wait', {
    headers: { 'Retry-After': seconds(retryAfterMs) },
  });
}

function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}
