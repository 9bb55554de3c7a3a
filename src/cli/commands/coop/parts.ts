import { StoreError } from '../../../base/index.ts';
import type { Person } from '../../../coop/index.ts';
import type { Rooms } from '../../../rooms/index.ts';
import { memberAt } from '../member.ts';
import { day } from './amount.ts';

/** The number of a person, as a parameter. */
export const person = { name: 'person', summary: 'the number of a person, as coop member list shows it' };

/** Somebody by their number or their mail address here, as a parameter; `personAt` finds them. */
export const who = { name: 'person', summary: 'the number of a person, or their mail address here' };

export async function personAt(rooms: Rooms, text: string): Promise<Person> {
  if (/^[1-9]\d{0,14}$/.test(text)) return rooms.coop.persons.demand(Number(text));
  const { id, address } = await memberAt(rooms, text);
  const found = await rooms.coop.persons.ofAccount(id);
  if (found === null) throw new StoreError('not-found', `${address} is nobody's in the register`);
  return found;
}

export const decision = {
  ...{ name: 'decision', value: 'TEXT' },
  summary: 'who decided: a meeting of the board, its day, its item',
};

/** `--on DAY`, its place in the schema, and what a room is told of it. */
export const on = {
  name: 'on',
  value: 'DAY',
  summary: 'the day on which it takes effect; today where it is left out',
};
export const onShape = { on: day().optional() };
export const when = (given: { on?: string | undefined }, key: string) => ({
  key,
  ...(given.on === undefined ? {} : { on: given.on }),
});

/** Of what is closed: it waits for lines of the bank that wait for a person, unless somebody says why not. */
export const despiteWaiting = {
  ...{ name: 'despite-waiting', value: 'WHY' },
  summary: 'close although lines of the bank wait for a person (coop bank queue); why is kept',
};

/** A file that a command writes, as a parameter. */
export const newFile = { name: 'file', summary: 'where it is written; there must be none yet' };

/** All rows of what comes in pages; each page is asked for with the last row of the one before. */
export async function allOf<T>(page: (last: T | undefined) => Promise<readonly T[]>): Promise<T[]> {
  const rows: T[] = [];
  for (let last: T | undefined; ; ) {
    const next = await page(last);
    last = next.at(-1);
    if (last === undefined) return rows;
    rows.push(...next);
  }
}
