import type { BankLine, BankMatch } from '../../coop/index.ts';
import { refusal } from '../../coop/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { seeOther } from '../http/page.ts';
import { listedRows, statementBytesMax } from '../limits.ts';
import { type Acting, forActing, shownRefusal } from './acting.ts';
import { coopForm, keyOf, numberOf, textOf, type Wrong } from './form.ts';
import { type Parts, partsOf, wholePage } from './parts.ts';
import { facts, field } from './shown.ts';
import { treasuryPage } from './treasury.ts';

const aboutLine = ({ visit: { say }, shown }: Parts, line: BankLine): Html =>
  facts([
    [say.day, shown.day(line.day)],
    [say.amount, shown.money(line.amount)],
    line.left === line.amount ? null : [say.bankLeft, shown.money(line.left)],
    line.name === '' ? null : [say.bankOther, line.name],
    line.remittance === '' ? null : [say.bankWords, line.remittance],
    line.reason === '' ? null : [say.bankWaits, say.waitReasons[line.reason]],
  ]);

function matchForm({ visit: { say }, acting }: Parts, { id }: BankLine): Html {
  const text = (name: string, label: string, hint: string) =>
    field({ id: `line-${id}-${name}`, name, label, type: 'text', hint }, html` maxlength="200"`);
  return html`<form method="post" action="/treasury/bank/match">
${acting.once}<input type="hidden" name="line" value="${id}">
${text('reference', say.bankReference, say.bankReferenceHint)}
${text('account', say.bankAccount, say.bankAccountHint)}
${text('run', say.bankRun, say.bankRunHint)}
${text('memo', say.bankMemo, say.bankMemoHint)}<button>${say.bankMatch}</button>
</form>`;
}

const lineCard = (parts: Parts, line: BankLine): Html =>
  html`<section class="card" id="line-${line.id}"><h3>${parts.visit.say.bankLine(line.id)}</h3>
${aboutLine(parts, line)}
${parts.acting.may('bank.match') ? matchForm(parts, line) : null}</section>\n`;

async function proposalCard(parts: Parts, match: BankMatch): Promise<Html> {
  const { visit, coop, acting, shown } = parts;
  const { say } = visit;
  const line = await coop.bank.line(match.line);
  const judge = (verb: string, text: string) =>
    html`<form method="post" action="/treasury/bank/${verb}">${acting.once}<input type="hidden" name="match" value="${match.id}"><button>${text}</button></form>\n`;
  return html`<section class="card"><h3>${say.bankProposal(match.id)}</h3>
${line === null ? null : aboutLine(parts, line)}
${facts([
  [say.bankProposed, shown.money(match.amount)],
  match.account === '' ? null : [say.bankAccount, match.account],
  match.memo === '' ? null : [say.bankMemo, match.memo],
])}
${acting.may('bank.match') ? html`${judge('confirm', say.bankConfirm)}${judge('refuse', say.bankRefuse)}` : null}</section>\n`;
}

/** What waits for somebody; `wrong`: what was wrong with the form it was reached by. */
export async function bankPage(
  visit: Visit,
  house: House,
  acting: Acting,
  wrong: Wrong | null = null,
): Promise<Response> {
  const { coop } = house;
  const { say } = visit;
  const parts = partsOf(visit, house, acting);
  const [lines, proposals] = await Promise.all([
    coop.bank.waiting({ max: listedRows }),
    coop.bank.proposals({ max: listedRows }),
  ]);
  const judged = await Promise.all(proposals.map((match) => proposalCard(parts, match)));
  return wholePage(acting, wrong, {
    title: say.bankTitle,
    body: html`<h2 id="proposals">${say.bankProposals}</h2>
${judged.length === 0 ? html`<p>${say.bankNoProposals}</p>` : judged}
<h2 id="lines">${say.bankLines}</h2>
<p>${say.bankLinesLead}</p>
${lines.length === 0 ? html`<p>${say.bankNoLines}</p>` : lines.map((line) => lineCard(parts, line))}
<p><a href="/treasury#bank">${say.treasuryBack}</a></p>`,
  });
}

/** GET `/treasury/bank`. */
export function showBank(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, (acting) => bankPage(visit, house, acting));
}

/** Numbers as they were typed: `5`, `5: 1, 2 7`. */
function runIn(text: string): { readonly run: number; readonly items: readonly number[] } {
  const [run = 0, ...items] = (text.match(/\d+/g) ?? []).map(Number);
  return { run, items };
}

function targetOf(fields: URLSearchParams) {
  const [reference, account, run] = ['reference', 'account', 'run'].map((name) => textOf(fields, name));
  if (reference) return { reference };
  if (account) return { account };
  if (run) return runIn(run);
  throw refusal('E_REFERENCE', 'nothing was named that the line could be for');
}

/** POST `/treasury/bank/match`: says for what a line is. */
export const matchLine = coopForm(async ({ fields, key }, { coop }, { actor }) => {
  const said = { line: numberOf(fields, 'line'), to: targetOf(fields), memo: textOf(fields, 'memo') };
  await coop.bank.match(actor, { ...said, key });
  return '/treasury/bank';
}, bankPage);

/** POST `/treasury/bank/confirm` and `/refuse`: the second person. */
const judging = (verb: 'confirm' | 'refuse') =>
  coopForm(async ({ fields, key }, { coop }, { actor }) => {
    await coop.bank[verb](actor, { match: numberOf(fields, 'match'), key });
    return '/treasury/bank';
  }, bankPage);
export const confirmMatch = judging('confirm');
export const refuseMatch = judging('refuse');

/** POST `/treasury/bank/import`: a statement of the bank, read as it comes in, taken whole or not at all. */
export function importStatement(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, async (acting) => {
    try {
      const { matched, queued, known } = await house.forms.readFile(
        visit,
        statementBytesMax,
        (fields, body) => house.coop.bank.import(acting.actor, { body, key: keyOf(fields.get('key')) }),
      );
      return seeOther(`/treasury?matched=${matched}&queued=${queued}&known=${known}`);
    } catch (error) {
      return treasuryPage(visit, house, acting, shownRefusal(visit, error));
    }
  });
}
