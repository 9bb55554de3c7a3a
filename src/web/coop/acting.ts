import { randomToken, StoreError } from '../../base/index.ts';
import { type Actor, demand, may, type Privilege, refusalCode } from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { problem } from '../http/page.ts';
import { refusalText } from '../messages/index.ts';
import { statusOf } from '../pages/errors.ts';
import { forMember, type SignedIn } from '../pages/member.ts';

/** Somebody who is signed in, as who they are in the co-op. */
export interface Acting extends SignedIn {
  readonly actor: Actor;
  /** Whether their roles give it: forms that they could not send are not shown. */
  may(privilege: Privilege): boolean;
  /** The hidden fields of a form that writes: that it is of this browser, and the key under which it is done once. */
  readonly once: Html;
}

/** Who reads the books finds them from each page of their own. */
const toTreasury = ({ say, url }: Visit): Html | null =>
  url.pathname.startsWith('/treasury') ? null : html`<p><a href="/treasury">${say.treasuryTitle}</a></p>\n`;

/**
 * Runs a page of the co-op for who is signed in and may see it, by the privilege that its route declares: the same table as the
 * API's. `own` is for who is in the register.
 */
export function forActing(
  visit: Visit,
  house: House,
  run: (acting: Acting) => Response | Promise<Response>,
): Promise<Response> {
  return forMember(visit, house, async (self) => {
    const { say, inCoop } = visit;
    if (inCoop === null) throw new Error('a page of the co-op must name its privilege');
    const actor = await house.coop.actor(self.member.id, 'page');
    const mayRead = may(actor, 'ledger.read');
    if (inCoop === 'own' && actor.member === 0)
      return self.page({
        ...{ title: say.coopUnknownTitle, status: 404 },
        body: html`<p>${say.coopUnknown}</p>${mayRead ? toTreasury(visit) : null}`,
      });
    try {
      if (inCoop !== 'own') demand(actor, inCoop);
    } catch (error) {
      return self.page({ title: say.methodTitle, ...shownRefusal(visit, error) });
    }
    return run({
      ...self,
      actor,
      may: (privilege) => may(actor, privilege),
      // Each form has its own: who goes back and sends another one of the page does another thing.
      get once() {
        return html`${self.field}<input type="hidden" name="key" value="${randomToken(130)}">`;
      },
      page: (shown) =>
        self.page({ ...shown, body: html`${mayRead ? toTreasury(visit) : null}${shown.body}` }),
    });
  });
}

/** A refusal of the co-op as a status and a sentence; whatever else it is, is answered as everywhere. */
export function shownRefusal({ language }: Visit, error: unknown) {
  const code = refusalCode(error);
  if (!(error instanceof StoreError) || code === 'E_FAULT' || code === 'E_BUSY') throw error;
  const text = refusalText(language, code);
  return { status: statusOf[error.reason], text, body: html`${problem(text)}` };
}
