import {
  type Application,
  type CapitalCall,
  type Certificate,
  type Movement,
  type RedemptionRequest,
  verifyPath,
} from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html, type Piece } from '../html.ts';
import { type Acting, forActing } from './acting.ts';
import type { Wrong } from './form.ts';
import { listed, type Parts, partsOf, wholePage } from './parts.ts';
import { howToPay } from './payment.ts';
import { type Column, facts, field, table } from './shown.ts';

/** A button that posts one number. */
const act = (acting: Acting, action: string, id: number, text: string): Html =>
  html`<form method="post" action="${action}">${acting.once}<input type="hidden" name="id" value="${id}"><button class="quiet">${text}</button></form>`;

async function holding({ visit: { say }, coop, acting, shown }: Parts): Promise<Html> {
  const { member } = acting.actor;
  const [person, held] = await Promise.all([
    coop.persons.demand(member),
    coop.register.holding(member, coop.today()),
  ]);
  const nominal = held.shares * coop.rules.shares.nominal;
  return html`<div class="card">${facts([
    [say.sharesNumber, member],
    [say.sharesStanding, say.standings[person.standing]],
    [say.sharesHeld, shown.count(held.shares)],
    [say.sharesNominal, shown.money(nominal)],
    [say.sharesPaidUp, shown.money(nominal - held.uncalled)],
    held.uncalled === 0 ? null : [say.sharesUncalled, shown.money(held.uncalled)],
    person.queued === 0 ? null : [say.sharesQueued, shown.count(person.queued)],
    [say.sharesVote, held.votes > 0 ? say.yes : say.no],
  ])}</div>`;
}

function openApplication(parts: Parts, { id, shares, due, paid, decision, reference }: Application): Html {
  const { visit, coop, acting, shown } = parts;
  const { say } = visit;
  const waits = [
    ...(decision === '' ? [say.sharesWaitsDecision] : []),
    ...(paid < due ? [say.sharesWaitsPayment(shown.money(due - paid))] : []),
  ];
  return html`<section class="card"><h3>${say.sharesAskedFor(shares)}</h3>
<p>${waits.join(' ')}</p>
${paid < due ? howToPay(visit, coop, { amount: due - paid, reference }) : null}
${act(acting, '/shares/withdraw', id, say.sharesWithdraw)}</section>`;
}

function openCall({ visit, coop, shown }: Parts, { amount, paid, calledOn, reference }: CapitalCall): Html {
  return html`<section class="card"><h3>${visit.say.sharesCalled(shown.money(amount), shown.day(calledOn))}</h3>
${howToPay(visit, coop, { amount: amount - paid, reference })}</section>`;
}

/** What is asked of the member, or by them, and is not done yet. */
async function open(parts: Parts): Promise<Html | null> {
  const { coop, acting } = parts;
  const { member } = acting.actor;
  const [applications, calls] = await Promise.all([
    coop.register.applicationsOf(member),
    coop.register.callsOf(member),
  ]);
  const cards = [
    ...applications.filter(({ state }) => state === 'open').map((one) => openApplication(parts, one)),
    ...calls.filter(({ amount, paid }) => paid < amount).map((one) => openCall(parts, one)),
  ];
  return cards.length === 0 ? null : html`<h2 id="open">${parts.visit.say.sharesOpen}</h2>\n${cards}`;
}

function apply({ visit: { say }, coop, acting, shown }: Parts): Html {
  const { nominal, minPerMember, maxPerMember } = coop.rules.shares;
  const hint = say.sharesApplyHint(shown.money(nominal), minPerMember, maxPerMember);
  return html`<h2 id="apply">${say.sharesApply}</h2>
<form class="card" method="post" action="/shares/apply">
${acting.once}
${field(
  { id: 'apply-shares', name: 'shares', label: say.sharesCount, type: 'number', hint },
  html` min="1" max="${maxPerMember}" inputmode="numeric" required`,
)}<button>${say.sharesApplyButton}</button>
</form>`;
}

function requestRow({ visit: { say }, acting, shown }: Parts, one: RedemptionRequest): Html {
  const { id, shares, left, asked, due, latest, state, cause } = one;
  const isWhole = state === 'queued' && cause === 'request' && left === shares;
  const waits = state === 'queued' ? ` · ${say.sharesWaits(left, shown.day(due), shown.day(latest))}` : '';
  return html`<li><span><strong>${say.sharesAskedBack(shares, shown.day(asked))}</strong> <span class="hint">${say.requestStates[state]}${waits}</span></span>
${isWhole ? act(acting, '/shares/request/withdraw', id, say.sharesTakeBack) : null}</li>\n`;
}

async function redemptions(parts: Parts): Promise<Html> {
  const { visit, coop, acting } = parts;
  const { say } = visit;
  const requests = await coop.register.requestsOf(acting.actor.member);
  const list = html`<ul class="rows">${requests.map((one) => requestRow(parts, one))}</ul>\n`;
  const count = field(
    { id: 'request-shares', name: 'shares', label: say.sharesCount, type: 'number' },
    html` min="1" inputmode="numeric" required`,
  );
  return html`<h2 id="redemption">${say.sharesRedemption}</h2>
<p>${say.sharesRedemptionLead}</p>
${requests.length === 0 ? null : list}<form class="card" method="post" action="/shares/request">
${acting.once}
${count}<button>${say.sharesRequest}</button>
</form>`;
}

const certificateRow = ({ visit: { say }, shown }: Parts, { code, day, shares }: Certificate): Html =>
  html`<li><span><strong>${shown.day(day)}</strong> <span class="hint">${say.sharesCertificateOf(shares)} · <code>${code}</code></span></span>
<span><a href="/shares/certificates/${code}.pdf">PDF<span class="unseen"> ${shown.day(day)}</span></a> · <a href="/shares/certificates/${code}.json">JSON<span class="unseen"> ${shown.day(day)}</span></a> · <a href="${verifyPath(code)}">${say.verifyButton}<span class="unseen"> ${shown.day(day)}</span></a></span></li>`;

async function certificates(parts: Parts): Promise<Html> {
  const { visit, coop, acting } = parts;
  const { say } = visit;
  const issued = await coop.certificates.issuedTo(acting.actor.member);
  const list = html`<ul class="rows">${issued.map((one) => certificateRow(parts, one))}</ul>`;
  return html`<h2 id="certificates">${say.sharesCertificates}</h2>
<p>${say.sharesCertificatesLead}</p>
<form class="card" method="post" action="/shares/certificate">
${acting.once}
${field({ id: 'certificate-day', name: 'day', label: say.sharesCertificateDay, type: 'date' }, html` value="${coop.today()}" max="${coop.today()}" required`)}<button>${say.sharesCertificateMake}</button>
</form>
${issued.length === 0 ? null : list}`;
}

/** How many shares a movement gave this member, or took; null where it moved none. */
function moved(movement: Movement, member: number): number | null {
  switch (movement.kind) {
    case 'subscription':
      return movement.shares;
    case 'transfer':
      return movement.other === member ? movement.shares : -movement.shares;
    case 'redemption':
      return -movement.shares;
    default:
      return null;
  }
}

async function movements(parts: Parts): Promise<Html | null> {
  const { visit, coop, acting, shown } = parts;
  const { say } = visit;
  const { member } = acting.actor;
  const after = Number(/^\d{1,15}$/.exec(visit.url.searchParams.get('after') ?? '0')?.[0] ?? 0);
  const page = await coop.register.movements({ after, person: member });
  const { rows, more } = listed(visit, page, ({ seq }) => `/shares?after=${seq}#movements`);
  const columns: readonly Column[] = [
    { head: say.number, isNumber: true },
    { head: say.day },
    { head: say.sharesMovement },
    { head: say.sharesShares, isNumber: true },
    { head: say.amount, isNumber: true },
    { head: say.decision },
  ];
  const cells = rows.map((one): readonly Piece[] => {
    const shares = moved(one, member);
    const sign = shares !== null && shares > 0 ? '+' : '';
    return [
      ...[one.seq, shown.day(one.effective), say.movements[one.kind]],
      shares === null
        ? one.shares === 0
          ? ''
          : html`(${shown.count(one.shares)})`
        : `${sign}${shown.count(shares)}`,
      one.amount === 0 ? '' : shown.money(one.amount),
      one.decision,
    ];
  });
  return html`<h2 id="movements">${say.sharesMovements}</h2>
${table(say.sharesMovements, columns, cells) ?? html`<p>${say.sharesNoMovements}</p>`}${more}`;
}

/** The page of a member's shares; `wrong`: what was wrong with the form it was reached by. */
export async function sharesPage(
  visit: Visit,
  house: House,
  acting: Acting,
  wrong: Wrong | null = null,
): Promise<Response> {
  const parts = partsOf(visit, house, acting);
  return wholePage(acting, wrong, {
    title: visit.say.sharesTitle,
    body: html`${await holding(parts)}
${await open(parts)}
${apply(parts)}
${await redemptions(parts)}
${await certificates(parts)}
${await movements(parts)}`,
  });
}

/** GET `/shares`: what a member holds, what moved, and what they may ask. */
export function showShares(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, (acting) => sharesPage(visit, house, acting));
}
