import { type Member, passwordCharactersMin } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { setCookie } from '../http/cookies.ts';
import { page, problem, seeOther } from '../http/page.ts';

function form(visit: Visit, house: House, member: Member, wrong: string | null): Response {
  const { say, secure } = visit;
  const { field, cookie } = house.forms.seal(visit.request, secure);
  return page(visit, house, {
    title: say.linkTitle,
    status: wrong === null ? 200 : 422,
    cookies: [setCookie('form', cookie, secure)],
    body: html`<p>${say.linkLead}</p>
${problem(wrong)}<form class="card" method="post">
${field}
<label for="address">${say.address}</label>
<input id="address" name="address" value="${member.address}" autocomplete="username" readonly>
<label for="password">${say.newPassword}</label>
<input id="password" name="password" type="password" autocomplete="new-password" minlength="${passwordCharactersMin}" required aria-describedby="hint">
<p class="hint" id="hint">${say.passwordHint(passwordCharactersMin)}</p>
<label for="again">${say.repeatPassword}</label>
<input id="again" name="again" type="password" autocomplete="new-password" required>
<button>${say.choose}</button>
</form>`,
  });
}

function gone(visit: Visit, house: House): Response {
  const { say } = visit;
  const body = html`<p>${say.linkGone}</p>\n<p><a class="button" href="/sign-in">${say.signIn}</a></p>`;
  return page(visit, house, { title: say.linkGoneTitle, body, status: 404 });
}

export function slowDown(visit: Visit, house: House, retryAfterMs: number): Response {
  const { say } = visit;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  return page(visit, house, {
    title: say.signIn,
    body: html`${problem(say.refusedThrottled(seconds))}`,
    status: 429,
    headers: { 'retry-after': String(seconds) },
  });
}

/** GET `/sign-in/<token>` only looks: programs that fetch links from mail must not use them up. */
export async function showLink(visit: Visit, house: House): Promise<Response> {
  const found = await house.accounts.accounts.findSignInToken(visit.params.token ?? '', visit.remote);
  if (found.ok) return form(visit, house, found.member, null);
  return found.reason === 'throttled' ? slowDown(visit, house, found.retryAfterMs) : gone(visit, house);
}

/** POST takes the token and sets the password, both or neither, and signs the member in. */
export async function useLink(visit: Visit, house: House): Promise<Response> {
  const { say } = visit;
  const fields = await house.forms.read(visit.request, visit.secure);
  const token = visit.params.token ?? '';
  const found = await house.accounts.accounts.findSignInToken(token, visit.remote);
  if (!found.ok)
    return found.reason === 'throttled' ? slowDown(visit, house, found.retryAfterMs) : gone(visit, house);
  const password = fields.get('password') ?? '';
  if (password !== fields.get('again')) return form(visit, house, found.member, say.passwordsDiffer);
  try {
    const member = await house.accounts.admin.redeemWithPassword(token, password);
    if (!member) return gone(visit, house);
    return seeOther('/mail', [setCookie('session', house.sessions.begin(member), visit.secure)]);
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'invalid') throw error;
    return form(visit, house, found.member, say.passwordRefused(passwordCharactersMin));
  }
}
