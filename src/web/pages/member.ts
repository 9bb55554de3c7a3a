import { demand, type Member } from '../../accounts/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { readCookie, setCookie } from '../http/cookies.ts';
import { type Page, page, seeOther } from '../http/page.ts';

/** Somebody who is signed in, with what their pages' forms need. */
export interface SignedIn {
  readonly member: Member;
  /** The hidden field that every form carries. */
  readonly field: Html;
  /** The session made one change of the member's credentials, and goes on. */
  changed(): void;
  page(shown: Page): Response;
}

/** Runs a page for who is signed in; anybody else is sent to sign in. */
export async function forMember(
  visit: Visit,
  house: House,
  run: (self: SignedIn) => Response | Promise<Response>,
): Promise<Response> {
  const { request, secure, say } = visit;
  const token = readCookie(request, 'session', secure);
  const member = await house.sessions.memberOf(token);
  if (!member || token === null) return seeOther('/sign-in');
  if (visit.privilege === null) throw new Error('a page of a member must name its privilege');
  const resource = { kind: 'account', owner: member.id, granted: [] } as const;
  demand({ kind: 'member', member, scopes: ['api'] }, visit.privilege, resource);
  const { field, cookie } = house.forms.seal(request, secure);
  const leave = html`<form method="post" action="/sign-out">${field}<button class="quiet">${say.signOut}</button></form>`;
  return run({
    member,
    field,
    changed: () => house.sessions.keep(token),
    page: (shown) => page(visit, house, { ...shown, leave, cookies: [setCookie('form', cookie, secure)] }),
  });
}
