import { type Clock, randomToken } from '../../base/index.ts';
import type { Actor, Coop, Day, Person } from '../../coop/index.ts';
import { creditorReference, type Iban } from '../../formats/iban/index.ts';
import type { Booked } from './bank-statement.ts';
import type { Dice } from './dice.ts';
import type { Calendar } from './year.ts';

/** Who does what in the demonstration; each has an account, a role, and the password that was asked for. */
export interface Officers {
  readonly administrator: Actor;
  readonly treasurer: Actor;
  readonly deputy: Actor;
  readonly chair: Actor;
  readonly auditor: Actor;
}

/** What every part of the story works with. */
export interface Scene {
  readonly coop: Coop;
  readonly clock: Clock;
  readonly calendar: Calendar;
  readonly officers: Officers;
  readonly dice: Dice;
  readonly year: number;
  readonly country: string;
  readonly bank: DemoBank;
}

/** Keys of a story: the same part of the same year is done once. */
export const keyOf = (scene: Pick<Scene, 'year'>, what: string): string => `demo-${scene.year}-${what}`;

/** What the board decided at its meeting of a day. */
export const decisionOf = (day: Day): string => `CA ${day}`;

/** All of them, in the order of their numbers. */
export async function activeMembers({ coop }: Pick<Scene, 'coop'>): Promise<readonly Person[]> {
  const members: Person[] = [];
  for (let after = 0; ; ) {
    const page = await coop.persons.list({ after, standing: 'active' });
    const last = page.at(-1);
    if (last === undefined) return members;
    members.push(...page);
    after = last.number;
  }
}

/** The bank of the demonstration: what it booked and has not said yet. */
export class DemoBank {
  readonly iban: Iban;
  /** By what the bank wrote, the account that the treasurer will say a line is for: no reference tells. */
  readonly known = new Map<string, string>();
  readonly #waiting: Booked[] = [];
  #balance = 0;
  #booked = 0;
  #statements = 0;
  readonly #year: number;

  constructor(iban: Iban, year: number) {
    this.iban = iban;
    this.#year = year;
  }

  /** Something comes, or goes; `account`: what for, where the treasurer knows and no reference tells. */
  book(what: Omit<Booked, 'reference'>, account?: string): void {
    if (account !== undefined) this.known.set(what.remittance, account);
    this.#booked++;
    this.#waiting.push({ ...what, reference: `D${this.#year}${String(this.#booked).padStart(6, '0')}` });
  }

  /** What it says of the days up to one, and has not said before; null where nothing happened. */
  statement(until: Day) {
    const entries = this.#waiting
      .filter(({ day }) => day <= until)
      .sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
    if (entries.length === 0) return null;
    for (const entry of entries) this.#waiting.splice(this.#waiting.indexOf(entry), 1);
    const opening = this.#balance;
    this.#balance += entries.reduce((sum, { amount }) => sum + amount, 0);
    this.#statements++;
    return {
      id: `${this.#year}-${String(this.#statements).padStart(3, '0')}`,
      iban: this.iban,
      opening,
      entries,
    };
  }
}

/** How payers write a reference: most as it was printed, some in groups of four. */
export function written(reference: string, dice: Dice): string {
  const printed = reference.startsWith('RF') ? reference : creditorReference(reference);
  return dice.below(3) === 0 ? printed.replace(/.{4}(?=.)/g, '$& ') : printed;
}

/** A password that nobody chose. */
export const newPassword = (): string => randomToken(80);
