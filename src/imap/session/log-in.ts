import type { AuthFailure } from '../../accounts/index.ts';
import { sleep } from '../../base/index.ts';
import { type Answer, Farewell, ok, Refusal } from '../errors.ts';
import type { Credentials } from '../mechanisms/mechanism.ts';
import type { PlainResponseCode } from '../wire/index.ts';
import type { Session } from './session.ts';

/** RFC 5530 §3. What a wrong name and a wrong password hear is the same (THREATS 12). */
const failures = {
  credentials: ['AUTHENTICATIONFAILED', 'the user name or the password is wrong'],
  disabled: ['CONTACTADMIN', 'this account is disabled'],
  throttled: ['LIMIT', 'too many failed logins; wait and try again'],
  busy: ['UNAVAILABLE', 'the server is busy; try again'],
  scope: ['AUTHORIZATIONFAILED', 'this password or token is not for mail'],
  unavailable: ['UNAVAILABLE', 'logins are not possible just now'],
} as const satisfies Record<AuthFailure, readonly [PlainResponseCode, string]>;

/** Refuses to hear a password that others on the network could read. RFC 9051 §6.2.3, §11.1. */
export function requirePrivacy(session: Session): void {
  if (!session.mayLogIn) throw new Refusal('start TLS before you log in', 'PRIVACYREQUIRED');
}

/** Who the client is: the answer of LOGIN and AUTHENTICATE with the capabilities that hold from now on. */
export async function logIn(session: Session, credentials: Credentials, mechanism: string): Promise<Answer> {
  const { accounts, count } = session.services;
  const { username, proof, authorization } = credentials;
  const remote = session.connection.remote.address;
  const result =
    'result' in proof
      ? proof.result
      : await accounts.login({ username, password: proof.password, scope: 'mail', remote });
  if (!result.ok) {
    session.log.info('login refused', { reason: result.reason, mechanism, remote });
    return refuse(session, failures[result.reason], result.reason === 'credentials');
  }
  // RFC 4422 §2: acting as somebody else is a right that nobody has here.
  if (authorization !== '' && authorization !== username && authorization !== result.member.address) {
    return refuse(session, ['AUTHORIZATIONFAILED', 'you cannot act as another user'], true);
  }
  session.loggedIn(result);
  session.authFailures = 0;
  count.logins.inc();
  session.log.info('login', { account: result.member.id, mechanism, remote });
  // Other tables than before: something may be kept from this member.
  const capabilities = session.services.features.capabilities(session);
  return ok('welcome', { code: 'CAPABILITY', capabilities });
}

async function refuse(
  session: Session,
  [code, text]: readonly [PlainResponseCode, string],
  counts: boolean,
): Promise<Answer> {
  const { limits, services } = session;
  services.count.loginsFailed.inc();
  if (counts) session.authFailures++;
  await sleep(limits.authFailureDelayMs * Math.max(1, session.authFailures), session.draining);
  if (session.authFailures >= limits.authFailuresMax) throw new Farewell('too many failed logins', code);
  return { status: 'NO', code, text };
}
