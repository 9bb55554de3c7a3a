import { csvLine } from '../csv.ts';
import { demandDay } from '../days.ts';
import type { CoopHouse } from '../house.ts';
import type { Day } from '../ledger/types.ts';
import { coopOperations as operations } from '../store/module.ts';
import type { Holding, Person } from './types.ts';

type House = Pick<CoopHouse, 'database' | 'rules'>;

const head = [
  ...['member', 'kind', 'name', 'address', 'country', 'admission'],
  ...['shares', 'nominal', 'uncalled', 'capital', 'votes'],
];

/** Everybody who is written down, by their numbers. */
async function* persons({ database }: House): AsyncGenerator<Person, undefined> {
  for (let after = 0; ; ) {
    const page: readonly Person[] = await database.call(operations.registerPersons, {
      ...{ after, standing: null },
    });
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    after = last.number;
  }
}

/** The register of a day as lines of CSV: both lists are in the order of numbers, and are walked side by side. */
export async function* registerLines(house: House, day: Day): AsyncGenerator<string> {
  demandDay(day);
  const { nominal } = house.rules.shares;
  const known = persons(house);
  yield csvLine(head);
  for (let after = 0; ; ) {
    const page: readonly Holding[] = await house.database.call(operations.registerHoldings, { day, after });
    const last = page.at(-1);
    if (last === undefined) return;
    for (const { person: number, shares, uncalled, votes } of page) {
      let { value: person } = await known.next();
      while (person !== undefined && person.number < number) ({ value: person } = await known.next());
      if (person === undefined) throw new Error(`person ${number} holds shares and is not written down`);
      const { kind, name, address, country, admission } = person;
      const worth = shares * nominal;
      yield csvLine([
        ...[number, kind, name, address.replaceAll('\n', ', '), country, admission],
        ...[shares, worth, uncalled, worth - uncalled, votes],
      ]);
    }
    after = last.person;
  }
}
