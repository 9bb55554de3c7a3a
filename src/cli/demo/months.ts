import type { Draft, Run } from '../../coop/index.ts';
import { bankStatement } from './bank-statement.ts';
import { keyOf, type Scene } from './scene.ts';
import { dayOf, daysAfter, lastDay } from './year.ts';

/** Of a hundred members, how many answer in a month; coins of those who do. */
const answering = { percent: 78, coins: { from: 4, until: 60 } } as const;
/** Days of a month on which the bank sends what it booked; and the last one. */
const statementDays = [8, 16, 24] as const;
const feeCents = 1450;
/** The fourth day of the month after: the treasurer closes. */
const closingDay = 4;
/** Entries sealed at once. */
const draftsAtOnce = 500;

/** The bank's statement of the last days, as a file for who wants to import it themselves. */
export interface LastStatement {
  text: string | null;
}

/** Plans what recurs: statements and the fees in them, coins, and the pay of every month but the last. */
export function planMonths(scene: Scene, last: LastStatement | null): void {
  const { calendar, year } = scene;
  for (let month = 1; month <= 12; month++) {
    const end = lastDay(year, month);
    calendar.on(dayOf(year, month, 20), () => depositCoins(scene, month));
    calendar.on(end, async () => {
      scene.bank.book({
        ...{ amount: -feeCents, day: end, name: 'Banque de démonstration', iban: scene.bank.iban },
        remittance: `frais de tenue de compte ${end.slice(0, 7)}`,
      });
    });
    for (const day of [...statementDays.map((on) => dayOf(year, month, on)), end])
      calendar.on(day, () =>
        takeStatement(scene, day, last !== null && day === lastDay(year, 12) ? last : null),
      );
    if (month < 12) calendar.on(dayOf(year, month + 1, closingDay), () => payMonth(scene, end.slice(0, 7)));
  }
}

async function takeStatement(scene: Scene, day: string, keep: LastStatement | null): Promise<void> {
  const { bank, coop, officers } = scene;
  const written = bank.statement(day);
  if (written === null) return;
  const text = bankStatement({ ...written, currency: coop.rules.currency });
  if (keep !== null) {
    keep.text = text;
    return;
  }
  async function* body() {
    yield Buffer.from(text);
  }
  await coop.bank.import(officers.treasurer, { body: body(), key: keyOf(scene, `statement-${written.id}`) });
  await explainLines(scene, written.id);
}

/** The treasurer says what the bank's own fees are; whatever else nobody knows stays in the queue. */
async function explainLines(scene: Scene, statement: string): Promise<void> {
  const { coop, officers } = scene;
  for (const line of await coop.bank.waiting())
    if (line.amount < 0 && line.remittance.startsWith('frais'))
      await coop.bank.match(officers.treasurer, {
        ...{ line: line.id, to: { account: 'expense:bank' }, memo: line.remittance },
        key: keyOf(scene, `fee-${statement}-${line.id}`),
      });
}

async function depositCoins(scene: Scene, month: number): Promise<void> {
  const { coop, year, dice } = scene;
  const date = dayOf(year, month, 20);
  const throws = dice.of(`coins ${month}`);
  const drafts: Draft[] = [];
  for (const number of [...(await activeMembers(scene))]) {
    const coins = throws.between(answering.coins.from, answering.coins.until);
    if (throws.below(100) >= answering.percent) continue;
    drafts.push({
      ...{ key: keyOf(scene, `coins-${month}-${number}`), date, kind: 'mycoin.deposit', memo: '' },
      postings: [
        { account: 'mycoin:issued', asset: 'MYC', amount: coins },
        { account: `coins:${number}`, asset: 'MYC', amount: -coins },
      ],
    });
  }
  for (let at = 0; at < drafts.length; at += draftsAtOnce)
    await coop.ledger.append(drafts.slice(at, at + draftsAtOnce));
}

/** Their numbers, in order. */
async function activeMembers({ coop }: Scene): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (let after = 0; ; ) {
    const page = await coop.persons.list({ after, standing: 'active' });
    const last = page.at(-1);
    if (last === undefined) return numbers;
    numbers.push(...page.map(({ number }) => number));
    after = last.number;
  }
}

/** Closed by the treasurer, approved by two, carried to the bank, which books it two days later; now and then one comes back. */
async function payMonth(scene: Scene, month: string): Promise<void> {
  const { coop, officers } = scene;
  const { treasurer, deputy, chair } = officers;
  await coop.payouts.closeMonth(treasurer, { month, key: keyOf(scene, `close-${month}`) });
  const owed = await coop.payouts.month(month);
  if (owed === null || owed.paid === 0) return;
  const about = { purpose: 'month', about: month } as const;
  const { id: run } = await coop.payouts.prepare(treasurer, { ...about, key: keyOf(scene, `run-${month}`) });
  await coop.payouts.approve(deputy, { run, key: keyOf(scene, `approve-1-${month}`) });
  await coop.payouts.approve(chair, { run, key: keyOf(scene, `approve-2-${month}`) });
  const day = daysAfter(new Date(scene.clock.nowMs()).toISOString().slice(0, 10), 1);
  const made = await coop.payouts.export(treasurer, { run, day, key: keyOf(scene, `export-${month}`) });
  await bookRun(scene, made, day);
}

async function bookRun(scene: Scene, run: Run, day: string): Promise<void> {
  const throws = scene.dice.of(`run ${run.id}`);
  for (let after = 0; ; ) {
    const page = await scene.coop.payouts.items(run.id, { after });
    for (const { amount, name, iban, endToEndId, n } of page) {
      const transfer = { name, iban, endToEndId, remittance: run.file };
      scene.bank.book({ ...transfer, amount: -amount, day });
      // The account of the first one of one run in four was closed since.
      if (n === 1 && throws.below(4) === 0)
        scene.bank.book({ ...transfer, amount, day: daysAfter(day, 2), returned: 'AC04' });
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.n;
  }
}
