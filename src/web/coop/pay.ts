import {
  type Coop,
  type Item,
  type MemberInterest,
  type MonthShare,
  type Run,
  refusal,
} from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html, type Piece } from '../html.ts';
import { listedRows } from '../limits.ts';
import { type Acting, forActing } from './acting.ts';
import { coopForm, numberOf, textOf, type Wrong } from './form.ts';
import { listed, type Parts as PageParts, partsOf, wholePage } from './parts.ts';
import { type Column, facts, field, table } from './shown.ts';

interface Parts extends PageParts {
  /** What was sent to the member, the last first and no more than are listed, each with its run. */
  readonly payments: readonly (Item & { readonly of: Run })[];
}

const unfinished: ReadonlySet<Run['state']> = new Set(['prepared', 'approved']);

/** Why what is owed is not paid yet; null where nothing is. */
async function reason(
  { visit: { say }, coop, acting, shown, payments }: Parts,
  owed: number,
): Promise<string | null> {
  if (owed <= 0) return null;
  const pending = payments.find(({ of }) => unfinished.has(of.state));
  if (pending !== undefined) return say.payWaitsRun(pending.run);
  const { member } = acting.actor;
  const [left] = await coop.payouts.leftOut({ purpose: 'exit', about: `${member}` });
  if (left !== undefined && left.why !== 'least-payment') return say.leftOut[left.why];
  const { payoutMin } = coop.rules.pay;
  return owed < payoutMin ? say.payWaitsLeast(shown.money(payoutMin)) : say.payWaitsNext;
}

async function balance(parts: Parts): Promise<Html> {
  const { visit, coop, acting, shown } = parts;
  const { say } = visit;
  const owed = await coop.payouts.owed(acting.actor.member);
  const due = owed.member + owed.interest + owed.redemption;
  const why = await reason(parts, due);
  return html`<div class="card">${facts([
    [say.payOwed, shown.money(owed.member)],
    owed.interest === 0 ? null : [say.payOwedInterest, shown.money(owed.interest)],
    owed.redemption === 0 ? null : [say.payOwedRedemption, shown.money(owed.redemption)],
    owed.deposit === 0 ? null : [say.payOwedDeposit, shown.money(owed.deposit)],
    [say.payCoins, shown.count(owed.coins)],
  ])}${why === null ? null : html`<p>${why}</p>`}</div>`;
}

const monthRow = ({ shown }: Parts, { month, coins, paid }: MonthShare): readonly Piece[] => [
  html`<a href="/pay/months/${month}">${shown.month(month)}</a>`,
  ...[shown.count(coins), shown.money(paid)],
];

async function months(parts: Parts): Promise<Html> {
  const { visit, coop, acting } = parts;
  const { say } = visit;
  const asked = visit.url.searchParams.get('before') ?? '';
  const before = /^\d{4}-\d{2}$/.test(asked) ? asked : '~';
  const page = await coop.payouts.sharesOf(acting.actor.member, { before });
  const { rows, more } = listed(visit, page, ({ month }) => `/pay?before=${month}#months`);
  const columns: readonly Column[] = [
    { head: say.month },
    { head: say.payCoinsHead, isNumber: true },
    { head: say.payPay, isNumber: true },
  ];
  return html`<h2 id="months">${say.payMonths}</h2>
<p>${say.payMonthsLead} <a href="/verify">${say.homeVerify}</a></p>
${
  table(
    say.payMonths,
    columns,
    rows.map((row) => monthRow(parts, row)),
  ) ?? html`<p>${say.payNoMonths}</p>`
}${more}`;
}

/** Where a payment is by now. */
function stateOf(
  { visit: { say }, shown }: Parts,
  { of, settled, returned, reason: why }: Parts['payments'][number],
): string {
  if (returned !== '') return say.payReturned(shown.day(returned), why);
  if (settled !== '') return say.paySettled(shown.day(settled));
  return say.runStates[of.state];
}

function payments(parts: Parts): Html | null {
  const { say } = parts.visit;
  const columns: readonly Column[] = [
    { head: say.payRun, isNumber: true },
    { head: say.amount, isNumber: true },
    { head: say.state },
    { head: say.payTo },
  ];
  const rows = parts.payments.map((one) => [
    ...[one.run, parts.shown.money(one.amount), stateOf(parts, one), masked(one.iban)],
  ]);
  const found = table(say.payPayments, columns, rows);
  return found === null ? null : html`<h2 id="payments">${say.payPayments}</h2>\n${found}`;
}

/** Whoever looks over a shoulder sees the country and the last four characters. */
export function masked(iban: string): string {
  if (iban === '') return '';
  return `${iban.slice(0, 4)}\u00a0••••\u00a0${iban.slice(-4)}`;
}

async function account({ visit: { say }, coop, acting }: Parts): Promise<Html> {
  const person = await coop.persons.demand(acting.actor.member);
  return html`<h2 id="account">${say.payAccount}</h2>
<p>${person.iban === '' ? say.payNoAccount : html`<code>${masked(person.iban)}</code> · ${person.holder}`}</p>
<form class="card" method="post" action="/pay/account">
${acting.once}<input type="hidden" name="version" value="${person.version}">
${field({ id: 'iban', name: 'iban', label: say.payNewIban, type: 'text', hint: say.payIbanHint }, html` maxlength="42" autocapitalize="characters" spellcheck="false" required`)}
${field({ id: 'holder', name: 'holder', label: say.payIbanHolder, type: 'text' }, html` value="${person.holder === '' ? person.name : person.holder}" maxlength="140" required`)}<button>${say.payIbanChange}</button>
</form>`;
}

async function years(parts: Parts): Promise<Html | null> {
  const { visit, coop, acting, shown } = parts;
  const { say } = visit;
  const all: readonly MemberInterest[] = await coop.years.interestOf(acting.actor.member);
  const columns: readonly Column[] = [
    { head: say.payYear },
    { head: say.payGross, isNumber: true },
    { head: say.payNet, isNumber: true },
  ];
  const rows = all.map(({ year, gross, net }) => [
    html`<a href="/pay/years/${year}">${year}</a>`,
    ...[shown.money(gross), shown.money(net)],
  ]);
  const found = table(say.payInterest, columns, rows);
  return found === null ? null : html`<h2 id="interest">${say.payInterest}</h2>\n${found}`;
}

async function paymentsOf(coop: Coop, member: number): Promise<Parts['payments']> {
  const items = (await coop.payouts.itemsOf(member)).slice(0, listedRows);
  const runs = await Promise.all(items.map(({ run }) => coop.payouts.run(run)));
  return items.flatMap((item, at) => {
    const of = runs[at];
    return of ? [{ ...item, of }] : [];
  });
}

/** The page of a member's pay; `wrong`: what was wrong with the form it was reached by. */
export async function payPage(
  visit: Visit,
  house: House,
  acting: Acting,
  wrong: Wrong | null = null,
): Promise<Response> {
  const sent = await paymentsOf(house.coop, acting.actor.member);
  const parts: Parts = { ...partsOf(visit, house, acting), payments: sent };
  return wholePage(acting, wrong, {
    title: visit.say.payTitle,
    body: html`${await balance(parts)}
${await months(parts)}
${payments(parts)}
${await years(parts)}
${await account(parts)}`,
  });
}

/** GET `/pay`: what a member's coins came to, what they are owed and where it is paid. */
export function showPay(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, (acting) => payPage(visit, house, acting));
}

/** POST `/pay/account`: where a member is paid; who looked at an older one is told. */
export const changeAccount = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  const change = { iban: textOf(fields, 'iban'), holder: textOf(fields, 'holder') };
  if (change.iban === '') throw refusal('E_IBAN', 'no account was named');
  await coop.persons.change(actor, {
    number: actor.member,
    version: numberOf(fields, 'version'),
    change,
    key,
  });
  return '/pay#account';
}, payPage);
