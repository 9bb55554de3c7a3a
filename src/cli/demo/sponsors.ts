import { daysAfter, type Invoice } from '../../coop/index.ts';
import { inventIban, sponsors } from './people.ts';
import { keyOf, type Scene, written } from './scene.ts';
import { dayOf } from './year.ts';

/** What a survey costs, in euros without VAT; how many are invoiced in a month; after how many days they are paid. */
const price = { from: 800, until: 6_000 } as const;
const monthly = { from: 2, until: 5 } as const;
const patience = { from: 6, until: 38 } as const;
const dueDays = 30;
/** The invoice of this month that is taken back, and the days of the month after on which it is. */
const takenBack = { month: 6, noted: 28, refunded: 30 } as const;

/** Plans who pays for surveys: invoices of every month, paid sooner or later; one of June is taken back when it was paid. */
export function planSponsors(scene: Scene): void {
  const { calendar, year } = scene;
  const parties: number[] = [];
  calendar.on(dayOf(year, 1, 2), async () => {
    for (const [at, name] of sponsors.entries()) parties.push(await meet(scene, name, at));
  });
  for (let month = 1; month <= 12; month++) {
    const throws = scene.dice.of(`surveys ${month}`);
    const count = throws.between(monthly.from, monthly.until);
    for (let n = 1; n <= count; n++) {
      const day = dayOf(year, month, throws.between(3, 12));
      const what = {
        at: throws.below(sponsors.length),
        euros: throws.between(price.from, price.until),
        month,
        n,
      };
      const paid = daysAfter(day, throws.between(patience.from, patience.until));
      calendar.on(day, () => invoice(scene, parties, { ...what, paid }));
    }
  }
}

const addressOf = (at: number) => [`${at + 1} place du Marché`, '99999 Valombre'];

async function meet({ coop, officers, country, year }: Scene, name: string, at: number): Promise<number> {
  const { id } = await coop.parties.add(officers.treasurer, {
    details: {
      ...{ kind: 'institute', name, address: addressOf(at), country, vatNumber: '', tax: 'standard' },
    },
    key: keyOf({ year }, `party-${at}`),
  });
  return id;
}

interface Surveyed {
  readonly at: number;
  readonly euros: number;
  readonly month: number;
  readonly n: number;
  readonly paid: string;
}

async function invoice(scene: Scene, parties: readonly number[], { at, euros, month, n, paid }: Surveyed) {
  const { coop, officers, bank, dice, year } = scene;
  const name = sponsors[at] ?? '';
  const today = new Date(scene.clock.nowMs()).toISOString().slice(0, 10);
  const { id } = await coop.parties.invoice(officers.treasurer, {
    ...{
      party: parties[at] ?? 0,
      due: daysAfter(today, dueDays),
      key: keyOf(scene, `invoice-${month}-${n}`),
    },
    lines: [{ text: `Enquête ${year}-${month}-${n}`, quantity: 1, price: euros * 100 }],
  });
  const issued = await coop.parties.invoiceById(id);
  if (issued === null) return;
  const throws = dice.of(`payer ${at}`);
  bank.book({
    ...{ amount: issued.gross, day: paid, name, iban: inventIban(scene.country, throws) },
    remittance: `${issued.number} ${written(issued.reference, dice.of(`written ${month} ${n}`))}`,
  });
  if (month === takenBack.month && n === 1) takeBack(scene, issued, name);
}

/** A survey that could not be finished: a note, and days later the bank books what is given back. */
function takeBack(scene: Scene, { id, party, gross }: Invoice, name: string): void {
  const { calendar, coop, officers, bank, country, dice, year } = scene;
  const { month, noted, refunded } = takenBack;
  calendar.on(dayOf(year, month + 1, noted), async () => {
    const { number } = await coop.parties.credit(officers.treasurer, {
      ...{ invoice: id, text: 'Enquête annulée', key: keyOf(scene, `credit-${id}`) },
    });
    const iban = inventIban(country, dice.of(`refund ${id}`));
    const refund = { amount: -gross, day: dayOf(year, month + 1, refunded), name, iban };
    bank.book({ ...refund, remittance: `remboursement ${number}` }, `customer:${party}`);
  });
}
