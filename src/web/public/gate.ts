import { createHmac } from 'node:crypto';
import { equalInConstantTime, randomOctets, StoreError } from '../../base/index.ts';
import type { Link } from '../../stores/files/index.ts';
import type { House, Visit } from '../house.ts';
import { html } from '../html.ts';
import { setCookie } from '../http/cookies.ts';
import { page, problem, seeOther } from '../http/page.ts';
import { slowDown } from '../pages/sign-in-link.ts';

/** Opens links that have a password: a cookie that is good for one link, until its password changes or we restart. */
const key = randomOctets(32);

/** RFC 6265bis §4.1.3.1: with the prefix a browser takes it over https only. */
const cookieName = (secure: boolean) => `${secure ? '__Secure-' : ''}myco-link`;

function sealOf({ token, version }: Link): string {
  return createHmac('sha256', key).update(`${token} ${version}`).digest('base64url');
}

/** Whether the visitor may go on: the link has no password, or they gave it. */
export function isOpen({ request, secure }: Visit, link: Link): boolean {
  if (!link.hasPassword) return true;
  const seal = Buffer.from(sealOf(link));
  const wanted = `${cookieName(secure)}=`;
  return (request.headers.get('cookie') ?? '').split(';').some((pair) => {
    const trimmed = pair.trim();
    return trimmed.startsWith(wanted) && equalInConstantTime(Buffer.from(trimmed.slice(wanted.length)), seal);
  });
}

/** Asks for the password of the link. */
export function askPassword(visit: Visit, house: House, wrong: string | null = null): Response {
  const { say, secure } = visit;
  const { field, cookie } = house.forms.seal(visit.request, secure);
  return page(visit, house, {
    title: say.publicLocked,
    status: wrong === null ? 200 : 403,
    cookies: [setCookie('form', cookie, secure)],
    body: html`<p>${say.publicLockedLead}</p>
${problem(wrong)}<form class="card" method="post">
${field}
<label for="password">${say.password}</label>
<input id="password" name="password" type="password" autocomplete="off" required>
<button>${say.publicOpen}</button>
</form>`,
  });
}

/** The password form was sent. */
export async function takePassword(visit: Visit, house: House, link: Link): Promise<Response> {
  const fields = await house.forms.read(visit.request, visit.secure);
  const { remote, secure, say } = visit;
  try {
    const right = await house.sharing.checkPassword(link.token, fields.get('password') ?? '', remote);
    if (!right) return askPassword(visit, house, say.publicWrongPassword);
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'limit') throw error;
    return slowDown(visit, house, Number(error.details.retryAfterMs ?? 1_000));
  }
  const only = `Path=/s/${link.token}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  return seeOther(visit.url.pathname, [`${cookieName(secure)}=${sealOf(link)}; ${only}`]);
}
