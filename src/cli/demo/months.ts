import { type Draft, daysAfter, type Run } from '../../coop/index.ts';
import { bankDayFrom } from '../../formats/iso20022/index.ts';
import { bankStatement } from './bank-statement.ts';
import { activeMembers, keyOf, type Scene } from './scene.ts';
import { dayOf, lastDay } from './year.ts';

/** Of a hundred members, how many answer in a month; coins of those who do. */
const answering = { percent: 78, coins: { from: 4, until: 60 } } as const;
/** Days of a month on which the bank sends what it booked; and the last one. */
const statementDays = [8, 16, 24] as const;
const feeCents = 1450;
/** The fourth day of the month after: the treasurer closes. */
const closingDay = 4;
/** Of the run of this month one transfer comes back. */
const closedAccountMonth = '-03';
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
      const remittance = `frais de tenue de compte ${end.slice(0, 7)}`;
      const fee = { amount: -feeCents, day: end, name: 'Banque de démonstration', iban: scene.bank.iban };
      scene.bank.book({ ...fee, remittance }, 'expense:bank');
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

/** The treasurer says what they know, above an amount a second person agrees; whatever else waits stays in the queue. */
async function explainLines(scene: Scene, statement: string): Promise<void> {
  const { coop, officers, bank } = scene;
  for (const line of await coop.bank.waiting()) {
    const account = bank.known.get(line.remittance);
    if (account === undefined) continue;
    const key = `${statement}-${line.id}`;
    const said = await coop.bank.match(officers.treasurer, {
      ...{ line: line.id, to: { account }, memo: line.remittance, key: keyOf(scene, `match-${key}`) },
    });
    if (said.state === 'proposed')
      await coop.bank.confirm(officers.deputy, { match: said.id, key: keyOf(scene, `confirm-${key}`) });
  }
}

async function depositCoins(scene: Scene, month: number): Promise<void> {
  const { coop, year, dice } = scene;
  const date = dayOf(year, month, 20);
  const throws = dice.of(`coins ${month}`);
  const drafts: Draft[] = [];
  for (const { number } of await activeMembers(scene)) {
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

/** Closed by the treasurer, approved by two, carried to the bank, which books it the day after. */
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
  const day = bankDayFrom(daysAfter(new Date(scene.clock.nowMs()).toISOString().slice(0, 10), 1));
  const made = await coop.payouts.export(treasurer, { run, day, key: keyOf(scene, `export-${month}`) });
  await bookRun(scene, made, day);
}

async function bookRun(scene: Scene, run: Run, day: string): Promise<void> {
  for (let after = 0; ; ) {
    const page = await scene.coop.payouts.items(run.id, { after });
    for (const { amount, name, iban, endToEndId, n } of page) {
      const transfer = { name, iban, endToEndId, remittance: run.file };
      scene.bank.book({ ...transfer, amount: -amount, day });
      // The account of the first one was closed since.
      if (n === 1 && run.about.endsWith(closedAccountMonth))
        scene.bank.book({ ...transfer, amount, day: daysAfter(day, 2), returned: 'AC04' });
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.n;
  }
}
