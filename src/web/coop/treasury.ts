import {
  type ClosedMonth,
  type Invoice,
  type MonthPreview,
  type Purpose,
  type Run,
  refusal,
} from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html, type Piece } from '../html.ts';
import { listedRows } from '../limits.ts';
import { type Acting, forActing } from './acting.ts';
import { coopForm, textOf, type Wrong } from './form.ts';
import { type Parts as PageParts, partsOf, wholePage } from './parts.ts';
import { type Column, facts, field, type Shown, table } from './shown.ts';

interface Parts extends PageParts {
  /** Lines of the bank that wait for a person: no more than a page of them. */
  readonly waiting: number;
}

const purposes: readonly Purpose[] = ['month', 'year', 'exit', 'refund'];

/** What a run is for, in words. */
export function purposeText(
  { say }: Visit,
  shown: Shown,
  { purpose, about }: Pick<Run, 'purpose' | 'about'>,
): string {
  return say.runPurposes[purpose](purpose === 'month' ? shown.month(about) : about);
}

function closeForm(
  { visit: { say }, coop, acting, shown, waiting }: Parts,
  month: string,
  isFirst: boolean,
): Html {
  if (coop.today().slice(0, 7) <= month) return html`<p>${say.treasuryNotOver(shown.month(month))}</p>`;
  const which = isFirst
    ? field(
        { id: 'close-month', name: 'month', label: say.month, type: 'month' },
        html` value="${month}" required`,
      )
    : html`<input type="hidden" name="month" value="${month}">`;
  const despite = field(
    {
      id: 'close-despite',
      name: 'despite',
      label: say.treasuryDespite,
      type: 'text',
      hint: say.treasuryDespiteHint,
    },
    html` maxlength="200"`,
  );
  return html`<form method="post" action="/treasury/months/close">
${acting.once}${which}${waiting === 0 ? null : despite}<button>${say.treasuryClose(shown.month(month))}</button>
</form>`;
}

function next(parts: Parts, preview: MonthPreview, isFirst: boolean): Html {
  const { visit, acting, shown, waiting } = parts;
  const { say } = visit;
  const { month, received, credited, turnoverBefore, poolBefore, pool, coins, members, paid } = preview;
  return html`<h2 id="month">${say.treasuryMonth(shown.month(month))}</h2>
<div class="card">${facts([
    [say.treasuryReceived, shown.money(received)],
    credited === 0 ? null : [say.treasuryCredited, shown.money(-credited)],
    turnoverBefore === 0 ? null : [say.treasuryShort, shown.money(turnoverBefore)],
    poolBefore === 0 ? null : [say.treasuryLeft, shown.money(poolBefore)],
    [say.treasuryPool, shown.money(pool)],
    [say.payCoinsHead, say.treasuryCoins(shown.count(coins), members)],
    [say.treasuryWouldPay, shown.money(paid)],
    [say.treasuryWaiting, html`<a href="/treasury/bank">${say.treasuryLines(waiting)}</a>`],
  ])}
${acting.may('pay.prepare') ? closeForm(parts, month, isFirst) : null}</div>`;
}

/** The run of the month that was closed last, where none is under way. */
function prepareForm(
  { visit: { say }, acting, shown }: Parts,
  last: ClosedMonth | undefined,
  runs: readonly Run[],
): Html | null {
  if (last === undefined || !acting.may('pay.prepare')) return null;
  const isDone = ({ purpose, about, state }: Run) =>
    purpose === 'month' && about === last.month && state !== 'cancelled' && state !== 'failed';
  if (runs.some(isDone)) return null;
  return html`<form class="card" method="post" action="/treasury/runs/prepare">
${acting.once}<input type="hidden" name="purpose" value="month"><input type="hidden" name="about" value="${last.month}"><p>${say.treasuryPrepareLead}</p>
<button>${say.treasuryPrepare(shown.month(last.month))}</button>
</form>`;
}

/** Another run: interest of a year, what a member is owed who leaves, what is given back. */
function otherRun({ visit: { say }, acting }: Parts): Html | null {
  if (!acting.may('pay.prepare')) return null;
  const options = purposes.map((one) => html`<option value="${one}">${say.runKinds[one]}</option>`);
  return html`<details><summary>${say.treasuryOtherRun}</summary>
<form class="card" method="post" action="/treasury/runs/prepare">
${acting.once}<label for="run-purpose">${say.treasuryFor}</label>
<select id="run-purpose" name="purpose">${options}</select>
${field({ id: 'run-about', name: 'about', label: say.runAbout, type: 'text', hint: say.runAboutHint }, html` maxlength="20" required`)}<button>${say.runPrepare}</button>
</form></details>`;
}

function runTable({ visit, shown }: Parts, runs: readonly Run[]): Html {
  const { say } = visit;
  const columns: readonly Column[] = [
    { head: say.payRun, isNumber: true },
    { head: say.treasuryFor },
    { head: say.state },
    { head: say.treasuryTransfers, isNumber: true },
    { head: say.amount, isNumber: true },
  ];
  const rows = runs
    .slice(0, listedRows)
    .map((run): readonly Piece[] => [
      html`<a href="/treasury/runs/${run.id}">${run.id}</a>`,
      ...[
        purposeText(visit, shown, run),
        say.runStates[run.state],
        shown.count(run.count),
        shown.money(run.total),
      ],
    ]);
  return table(say.treasuryRuns, columns, rows) ?? html`<p>${say.treasuryNoRuns}</p>`;
}

function monthTable({ visit: { say }, shown }: Parts, months: readonly ClosedMonth[]): Html | null {
  const columns: readonly Column[] = [
    { head: say.month },
    { head: say.treasuryTurnover, isNumber: true },
    { head: say.payCoinsHead, isNumber: true },
    { head: say.payMembers, isNumber: true },
    { head: say.treasuryPaid, isNumber: true },
  ];
  const rows = months
    .slice(0, listedRows)
    .map(({ month, turnover, coins, members, paid }) => [
      ...[shown.month(month), shown.money(turnover), shown.count(coins), shown.count(members)],
      shown.money(paid),
    ]);
  const found = table(say.treasuryMonths, columns, rows);
  return found === null ? null : html`<h2 id="months">${say.treasuryMonths}</h2>\n${found}`;
}

async function bank({ visit: { say }, coop, acting, shown, waiting }: Parts): Promise<Html> {
  const columns: readonly Column[] = [
    { head: say.treasuryAccount },
    { head: say.treasuryInBooks, isNumber: true },
    { head: say.treasuryAtBank, isNumber: true },
    { head: say.treasuryUntil },
  ];
  const rows = (await coop.bank.reconciliation()).map(({ account, ledger, bank: said, last }) => [
    ...[account, shown.money(ledger), said === null ? '' : shown.money(said), shown.day(last)],
  ]);
  const upload = html`<form class="card" method="post" action="/treasury/bank/import" enctype="multipart/form-data">
${acting.once}${field({ id: 'statement', name: 'file', label: say.treasuryStatement, type: 'file', hint: say.treasuryStatementHint }, html` accept=".xml,application/xml,text/xml" required`)}<button>${say.treasuryImport}</button>
</form>`;
  return html`<h2 id="bank">${say.treasuryBank}</h2>
${table(say.treasuryBank, columns, rows) ?? html`<p>${say.treasuryNoBank}</p>`}
<p><a href="/treasury/bank">${say.treasuryLines(waiting)}</a></p>
${acting.may('bank.import') ? upload : null}`;
}

async function invoices({ visit: { say }, coop, shown }: Parts): Promise<Html> {
  const columns: readonly Column[] = [
    { head: say.treasuryInvoice },
    { head: say.treasuryBuyer },
    { head: say.treasuryDue },
    { head: say.amount, isNumber: true },
    { head: say.treasuryStillDue, isNumber: true },
  ];
  const today = coop.today();
  const late = (due: string) => (due < today ? html` <strong>${say.treasuryLate}</strong>` : null);
  const rows = (await coop.parties.openInvoices()).map(
    ({ number, buyer, due, gross, credited, received }: Invoice): readonly Piece[] => [
      ...[number, buyer.name, html`${shown.day(due)}${late(due)}`],
      ...[shown.money(gross), shown.money(gross - credited - received)],
    ],
  );
  return html`<h2 id="invoices">${say.treasuryInvoices}</h2>
${table(say.treasuryInvoices, columns, rows) ?? html`<p>${say.treasuryNoInvoices}</p>`}`;
}

/** The month at a glance; `wrong`: what was wrong with the form it was reached by. */
export async function treasuryPage(
  visit: Visit,
  house: House,
  acting: Acting,
  wrong: Wrong | null = null,
): Promise<Response> {
  const { coop } = house;
  const { say } = visit;
  const [preview, months, runs, lines] = await Promise.all([
    coop.payouts.preview(),
    coop.payouts.months(),
    coop.payouts.runs(),
    coop.bank.waiting(),
  ]);
  const parts: Parts = { ...partsOf(visit, house, acting), waiting: lines.length };
  return wholePage(acting, wrong, {
    title: say.treasuryTitle,
    body: html`${imported(visit)}${next(parts, preview, months.length === 0)}
<h2 id="runs">${say.treasuryRuns}</h2>
${prepareForm(parts, months[0], runs)}
${runTable(parts, runs)}
${otherRun(parts)}
${await bank(parts)}
${await invoices(parts)}
${monthTable(parts, months)}`,
  });
}

/** What the import came to, from the address that it led to: counts alone. */
function imported({ say, url }: Visit): Html | null {
  const count = (name: string) => Number(/^\d{1,9}$/.exec(url.searchParams.get(name) ?? '')?.[0] ?? 0);
  if (!url.searchParams.has('matched')) return null;
  return html`<p class="good" role="status">${say.treasuryImported(count('matched'), count('queued'), count('known'))}</p>`;
}

/** GET `/treasury`. */
export function showTreasury(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, (acting) => treasuryPage(visit, house, acting));
}

/** POST `/treasury/months/close`. */
export const closeMonth = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  const despite = textOf(fields, 'despite');
  await coop.payouts.closeMonth(actor, { month: textOf(fields, 'month'), despite, key });
  return '/treasury#runs';
}, treasuryPage);

/** POST `/treasury/runs/prepare`: what is owed, into a run that persons approve. */
export const prepareRun = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  const purpose = purposes.find((one) => one === textOf(fields, 'purpose'));
  if (purpose === undefined) throw refusal('E_BODY', 'there is no such payment run');
  const run = await coop.payouts.prepare(actor, { purpose, about: textOf(fields, 'about'), key });
  return `/treasury/runs/${run.id}`;
}, treasuryPage);
