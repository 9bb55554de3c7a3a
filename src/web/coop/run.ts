import { Readable } from 'node:stream';
import type { Item, Run } from '../../coop/index.ts';
import { type Iban, shownIban } from '../../formats/iban/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html, type Piece } from '../html.ts';
import { attachment } from '../http/file.ts';
import { listedRows } from '../limits.ts';
import { notFound } from '../pages/errors.ts';
import { type Acting, forActing } from './acting.ts';
import { coopForm, textOf, type Wrong } from './form.ts';
import { listed, type Parts as PageParts, partsOf, wholePage } from './parts.ts';
import { type Column, facts, field, table } from './shown.ts';
import { purposeText } from './treasury.ts';

interface Parts extends PageParts {
  readonly house: House;
  readonly run: Run;
}

const runOf = ({ params }: Visit): number =>
  /^[1-9]\d{0,14}$/.test(params.run ?? '') ? Number(params.run) : 0;

/** `member:7` and `account:3` as people call them. */
async function personText({ coop, accounts }: House, person: string): Promise<string> {
  const [kind, number = ''] = person.split(':');
  if (kind === 'member') return (await coop.persons.find(Number(number)))?.name ?? person;
  return (await accounts.accounts.member(Number(number)))?.name ?? person;
}

async function about({ visit, house, shown, run }: Parts): Promise<Html> {
  const { say } = visit;
  const by = await Promise.all(run.approvals.map((person) => personText(house, person)));
  const needed = house.coop.rules.approvals.persons;
  return html`<div class="card">${facts([
    [say.treasuryFor, purposeText(visit, shown, run)],
    [say.state, say.runStates[run.state]],
    [say.treasuryTransfers, shown.count(run.count)],
    [say.amount, shown.money(run.total)],
    [say.runPreparedBy, `${await personText(house, run.preparedBy)}, ${shown.moment(run.prepared)}`],
    [
      say.runApprovals,
      `${say.runApprovalsOf(by.length, needed)}${by.length === 0 ? '' : ` (${by.join(', ')})`}`,
    ],
    run.day === '' ? null : [say.runDay, shown.day(run.day)],
    run.hash === '' ? null : ['SHA-256', html`<code>${run.hash}</code>`],
  ])}</div>`;
}

const button = ({ acting, run }: Parts, verb: string, text: string, look = html``): Html =>
  html`<form method="post" action="/treasury/runs/${run.id}/${verb}">${acting.once}<button${look}>${text}</button></form>\n`;
/** What is rarely meant, and not to be pressed instead of what is. */
const quiet = html` class="quiet"`;

/** What may be done with it by who looks at it. */
function forms(parts: Parts): Html {
  const { visit, house, acting, run } = parts;
  const { say } = visit;
  const prepares = acting.may('pay.prepare');
  const today = house.coop.today();
  const exporting = html`<form class="card" method="post" action="/treasury/runs/${run.id}/export">
${acting.once}${field({ id: 'run-day', name: 'day', label: say.runDay, type: 'date', hint: say.runDayHint }, html` value="${today}" min="${today}" required`)}<button>${say.runExport}</button>
</form>`;
  return html`${run.state === 'prepared' && acting.may('pay.approve') ? html`<p>${say.runApproveLead}</p>${button(parts, 'approve', say.runApprove)}` : null}
${run.state === 'approved' && prepares ? exporting : null}
${run.hash !== '' && prepares ? html`<p><a class="button" href="/treasury/runs/${run.id}/file" download>${say.runFile}</a></p><p class="hint">${say.runFileLead}</p>` : null}
${(run.state === 'prepared' || run.state === 'approved') && prepares ? button(parts, 'cancel', say.runCancel, quiet) : null}
${run.state === 'exported' && acting.may('pay.approve') ? html`<p class="hint">${say.runFailLead}</p>${button(parts, 'fail', say.runFail, quiet)}` : null}`;
}

function itemRow({ visit: { say }, shown }: Parts, item: Item): readonly Piece[] {
  const { n, member, name, iban, ibanChanged, amount, settled, returned, reason } = item;
  const came = returned === '' ? '' : say.payReturned(shown.day(returned), reason);
  const state = settled === '' ? came : `${say.paySettled(shown.day(settled))} ${came}`;
  const isNew = html`<br><strong>${say.runIbanChanged(shown.day(ibanChanged))}</strong>`;
  const account = html`<code>${shownIban(iban as Iban)}</code>${ibanChanged === '' ? null : isNew}`;
  return [n, member, name, account, shown.money(amount), state];
}

async function items(parts: Parts): Promise<Html> {
  const { visit, house, run } = parts;
  const { say } = visit;
  const after = Number(/^\d{1,9}$/.exec(visit.url.searchParams.get('after') ?? '')?.[0] ?? 0);
  const page = await house.coop.payouts.items(run.id, { after });
  const { rows, more } = listed(visit, page, ({ n }) => `/treasury/runs/${run.id}?after=${n}#transfers`);
  const columns: readonly Column[] = [
    { head: say.number, isNumber: true },
    { head: say.runMember, isNumber: true },
    { head: say.directoryName },
    { head: 'IBAN' },
    { head: say.amount, isNumber: true },
    { head: say.state },
  ];
  return html`<h2 id="transfers">${say.treasuryTransfers}</h2>
${table(
  say.treasuryTransfers,
  columns,
  rows.map((item) => itemRow(parts, item)),
)}${more}`;
}

/** Whom a run that is being prepared leaves out, so that who approves it knows. */
async function leftOut({ visit: { say }, coop, shown, run }: Parts): Promise<Html | null> {
  if (run.state !== 'prepared') return null;
  const columns: readonly Column[] = [
    { head: say.runMember, isNumber: true },
    { head: say.amount, isNumber: true },
    { head: say.runWhy },
  ];
  const rows = (await coop.payouts.leftOut(run))
    .slice(0, listedRows)
    .map(({ member, amount, why }) => [member, shown.money(amount), say.runLeftOut[why]]);
  const found = table(say.runLeft, columns, rows);
  return found === null ? null : html`<h2 id="left">${say.runLeft}</h2>\n${found}`;
}

/** One payment run; `wrong`: what was wrong with the form it was reached by. */
export async function runPage(
  visit: Visit,
  house: House,
  acting: Acting,
  wrong: Wrong | null = null,
): Promise<Response> {
  const run = await house.coop.payouts.run(runOf(visit));
  if (run === null) return notFound(visit, house);
  const parts: Parts = { ...partsOf(visit, house, acting), house, run };
  return wholePage(acting, wrong, {
    title: visit.say.runTitle(run.id),
    body: html`${await about(parts)}
${forms(parts)}
${await items(parts)}
${await leftOut(parts)}
<p><a href="/treasury#runs">${visit.say.treasuryBack}</a></p>`,
  });
}

/** GET `/treasury/runs/<run>`. */
export function showRun(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, (acting) => runPage(visit, house, acting));
}

/** POST `/treasury/runs/<run>/approve`, `/cancel` and `/fail`. */
const deciding = (verb: 'approve' | 'cancel' | 'fail') =>
  coopForm(async ({ key }, { coop }, { actor }, visit) => {
    const { id } = await coop.payouts[verb](actor, { run: runOf(visit), key });
    return `/treasury/runs/${id}`;
  }, runPage);
export const approveRun = deciding('approve');
export const cancelRun = deciding('cancel');
export const failRun = deciding('fail');

/** POST `/treasury/runs/<run>/export`: makes the one file. */
export const exportRun = coopForm(async ({ fields, key }, { coop }, { actor }, visit) => {
  const { id } = await coop.payouts.export(actor, { run: runOf(visit), day: textOf(fields, 'day'), key });
  return `/treasury/runs/${id}`;
}, runPage);

/** GET `/treasury/runs/<run>/file`: pain.001, the same octets each time. */
export function sendRunFile(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, async ({ actor }) => {
    const run = await house.coop.payouts.run(runOf(visit));
    if (run === null || run.hash === '') return notFound(visit, house);
    const { name, content } = await house.coop.payouts.file(actor, run.id);
    return attachment(Readable.toWeb(content) as ReadableStream<Uint8Array>, {
      type: 'application/xml',
      name,
    });
  });
}
