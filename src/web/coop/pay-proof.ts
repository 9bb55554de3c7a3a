import type { Coop, PayProof } from '../../coop/index.ts';
import { type SumNode, type SumStep, sumWay } from '../../formats/merkle/index.ts';
import type { House, Visit } from '../house.ts';
import { type Html, html } from '../html.ts';
import { attachment } from '../http/file.ts';
import { notFound } from '../pages/errors.ts';
import { type Acting, forActing } from './acting.ts';
import { facts, type Shown, shownIn } from './shown.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

/** The nodes from the member's own leaf to the root, as everybody computes them. */
function wayOf({ salt, id, paid, steps }: PayProof): readonly SumNode[] {
  const beside: readonly SumStep[] = steps.map((step) => ({ ...step, hash: hex(step.hash) }));
  return sumWay({ salt: hex(salt), id, amount: paid }, beside) ?? [];
}

/** Whether the way ends where the month says, and the ledger says the same of the month. */
async function isCounted(coop: Coop, { month, root }: PayProof, top: SumNode | undefined): Promise<boolean> {
  const entry = await coop.ledger.entry((await coop.payouts.month(month))?.entry ?? 0);
  const isRoot = top?.sum === root.sum && top.hash.toString('hex') === root.hash;
  return isRoot && (entry === null ? root.sum === 0 : entry.memo === `sum root ${root.hash}`);
}

function stepsOf({ say }: Visit, shown: Shown, proof: PayProof): Html {
  const [leaf, ...way] = wayOf(proof);
  const code = (node: { readonly hash: Buffer } | undefined) =>
    html`<code>${node?.hash.toString('hex') ?? ''}</code>`;
  const steps = way.map((node, at) => {
    const beside = proof.steps[at];
    const side = beside?.side === 'left' ? say.proofLeft : say.proofRight;
    return html`<li><p>${say.proofStep(side, shown.money(beside?.sum ?? 0), shown.money(node.sum))}</p>
${facts([
  [say.proofBeside, html`<code>${beside?.hash ?? ''}</code>`],
  [say.proofJoined, code(node)],
])}</li>\n`;
  });
  return html`<ol class="steps">
<li><p>${say.proofLeaf(proof.id, shown.money(proof.paid))}</p>
${facts([
  [say.proofSalt, html`<code>${proof.salt}</code>`],
  [say.proofLeafHash, code(leaf)],
])}</li>
${steps}<li><p>${say.proofRoot(shown.money(proof.root.sum))}</p>
${facts([[say.payRoot, html`<code>${proof.root.hash}</code>`]])}</li>
</ol>`;
}

async function proofPage(visit: Visit, { coop }: House, acting: Acting, proof: PayProof): Promise<Response> {
  const { say } = visit;
  const shown = shownIn(visit, coop);
  const { month, coins, paid } = proof;
  const counted = await isCounted(coop, proof, wayOf(proof).at(-1));
  const total = await coop.payouts.month(month);
  return acting.page({
    title: say.proofTitle(shown.month(month)),
    body: html`<p class="${counted ? 'good' : 'problem'}" role="status">${counted ? say.proofHolds : say.proofHoldsNot}</p>
<div class="card">${facts([
      [say.payCoinsHead, shown.count(coins)],
      [say.payPay, shown.money(paid)],
      [say.proofAllCoins, shown.count(total?.coins ?? 0)],
      [say.payPublished, shown.money(proof.root.sum)],
    ])}</div>
<h2 id="own">${say.proofOwn}</h2>
<p>${say.proofOwnLead}</p>
<ul>
<li><a href="/pay/months/${month}/proof.json" download>${say.proofGet}</a></li>
<li><a href="/pay/ledger.jsonl" download>${say.proofLedger}</a></li>
<li><a href="/verify/ledger.mjs" download>verify-ledger.mjs</a></li>
</ul>
<pre tabindex="0">node verify-ledger.mjs pay-${month}.json ledger.jsonl</pre>
<h2 id="steps">${say.proofSteps}</h2>
<p>${say.proofStepsLead}</p>
${stepsOf(visit, shown, proof)}
<p><a href="/pay">${say.payBack}</a></p>`,
  });
}

/** Runs for who had coins in the month of the address; others hear that there is nothing. */
function ofMonth(
  visit: Visit,
  house: House,
  run: (proof: PayProof, acting: Acting) => Response | Promise<Response>,
): Promise<Response> {
  return forActing(visit, house, async (acting) => {
    const proof = await house.coop.payouts.proof(visit.params.month ?? '', acting.actor.member);
    return proof === null ? notFound(visit, house) : run(proof, acting);
  });
}

/** GET `/pay/months/<month>`: that a pay is in the sum that was published, step by step. */
export function showProof(visit: Visit, house: House): Promise<Response> {
  return ofMonth(visit, house, (proof, acting) => proofPage(visit, house, acting, proof));
}

/** GET `/pay/months/<month>/proof.json`: the same for the stand-alone verifier. */
export function sendProof(visit: Visit, house: House): Promise<Response> {
  return ofMonth(visit, house, (proof) =>
    attachment(`${JSON.stringify(proof, null, 2)}\n`, {
      type: 'application/json',
      name: `pay-${proof.month}.json`,
    }),
  );
}

/** GET `/pay/ledger.jsonl`: the ledger with one's own entries whole, and of the others what chains them. */
export function sendLedger(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, ({ actor }) => {
    const lines = house.coop.ledger.export({ as: 'member', member: actor.member });
    return attachment(ReadableStream.from(octets(lines)), {
      type: 'application/jsonl',
      name: 'ledger.jsonl',
    });
  });
}

async function* octets(pieces: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** GET `/pay/years/<year>`: what a member's interest on shares of a year was, as the tax slip says it. */
export function showSlip(visit: Visit, house: House): Promise<Response> {
  return forActing(visit, house, async (acting) => {
    const { coop } = house;
    const { say } = visit;
    const year = visit.params.year ?? '';
    const { member } = acting.actor;
    const [own, closed] = [
      (await coop.years.interestOf(member)).find((one) => one.year === year),
      await coop.years.year(year),
    ];
    if (own === undefined || closed === null) return notFound(visit, house);
    const person = await coop.persons.demand(member);
    const shown = shownIn(visit, coop);
    return acting.page({
      title: say.slipTitle(year),
      body: html`<p>${say.slipLead(coop.rules.interest.slip.form)}</p>
<div class="card">${facts([
        [say.slipIssuer, coop.payee?.holder ?? house.settings.value.coop.name],
        [say.sharesNumber, member],
        [say.directoryName, person.name],
        [say.slipDay, shown.day(closed.day)],
        [say.payGross, shown.money(own.gross)],
        ...own.levied.map(({ to, amount }) => [say.slipLevy(to), shown.money(amount)] as const),
        [say.payNet, shown.money(own.net)],
        [say.decision, closed.decision],
      ])}</div>
<p><a href="/pay#interest">${say.payBack}</a></p>`,
    });
  });
}
