import type { AuthFailure } from '../../accounts/index.ts';
import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import { page, problem, seeOther } from '../http/page.ts';
import type { Messages } from '../messages/index.ts';
import { slowDown } from './sign-in-link.ts';

/** Why somebody is not signed in, as the page says it. */
export const signInRefusals = {
  credentials: { status: 401, text: (say: Messages) => say.refusedCredentials },
  disabled: { status: 403, text: (say: Messages) => say.refusedDisabled },
  scope: { status: 403, text: (say: Messages) => say.refusedScope },
  busy: { status: 503, text: (say: Messages) => say.refusedBusy },
  unavailable: { status: 503, text: (say: Messages) => say.refusedBusy },
} as const satisfies Record<Exclude<AuthFailure, 'throttled'>, { status: number; text: unknown }>;

function form(
  visit: Visit,
  house: House,
  address: string,
  refused: keyof typeof signInRefusals | null,
): Response {
  const { say, secure } = visit;
  const { field, cookie } = house.forms.seal(visit.request, secure);
  return page(visit, house, {
    title: say.signIn,
    status: refused === null ? 200 : signInRefusals[refused].status,
    cookies: [setCookie('form', cookie, secure)],
    body: html`<p>${say.signInLead}</p>
${problem(refused === null ? null : signInRefusals[refused].text(say))}<form class="card" method="post" action="/sign-in">
${field}
<label for="address">${say.address}</label>
<input id="address" name="address" type="text" inputmode="email" autocapitalize="none" spellcheck="false" value="${address}" autocomplete="username" required>
<label for="password">${say.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button>${say.signIn}</button>
</form>`,
  });
}

/** GET `/sign-in`. */
export function showSignIn(visit: Visit, house: House): Response {
  return form(visit, house, '', null);
}

/** POST `/sign-in`: address and the member's own password; app passwords open mail, not this. */
export async function signIn(visit: Visit, house: House): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  const username = (fields.get('address') ?? '').trim();
  const password = fields.get('password') ?? '';
  const result = await house.accounts.accounts.login({
    username,
    password,
    scope: 'api',
    remote: visit.remote,
  });
  if (result.ok)
    return seeOther('/mail', [setCookie('session', house.sessions.begin(result.member), visit.secure)]);
  if (result.reason === 'throttled') return slowDown(visit, house, result.retryAfterMs);
  return form(visit, house, username, result.reason);
}

/** POST `/sign-out`. */
export async function signOut(visit: Visit, house: House): Promise<Response> {
  await house.forms.read(visit.request, visit.secure);
  const token = readCookie(visit.request, 'session', visit.secure);
  if (token !== null) house.sessions.end(token);
  return seeOther('/', [setCookie('session', null, visit.secure)]);
}
