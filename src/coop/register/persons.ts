import type { Actor } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { checkDetails, demandKey } from './check.ts';
import { termsOf } from './terms.ts';
import type { Person, PersonDetails, Standing } from './types.ts';

/** Who is written down in the register: members, those who ask to be, those who were. */
export class Persons {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  /** Writes somebody down; answers who they are. Refuses with E_TEXT, E_PERSON, E_IBAN, E_DATE, E_KEY_REUSED. */
  async add(
    _actor: Actor,
    a: { readonly details: PersonDetails; readonly account?: number; readonly key: string },
  ): Promise<Person> {
    const terms = termsOf(this.#house);
    demandKey(a.key);
    const details = checkDetails(a.details, terms.today);
    const account = a.account ?? 0;
    const body = { add: details, account };
    const number = await this.#house.database.call(operations.registerPersonAdd, {
      ...{ terms, key: a.key, body, details, account },
    });
    return this.demand(number);
  }

  /** Changes what is known of somebody. `version`: the one that was read; E_VERSION where there is another one since. */
  async change(
    _actor: Actor,
    a: {
      readonly number: number;
      readonly version?: number;
      readonly change: Partial<PersonDetails & { readonly account: number }>;
      readonly key: string;
    },
  ): Promise<Person> {
    const terms = termsOf(this.#house);
    demandKey(a.key);
    const change = checkDetails(a.change, terms.today);
    const { number, version = 0, key } = a;
    const body = { change, number, version };
    await this.#house.database.call(operations.registerPersonChange, {
      ...{ terms, key, body, number, version, change },
    });
    return this.demand(number);
  }

  find(number: number): Promise<Person | null> {
    return this.#house.database.call(operations.registerPerson, { number });
  }

  ofAccount(account: number): Promise<Person | null> {
    return this.#house.database.call(operations.registerPersonOfAccount, { account });
  }

  /** E_NOT_FOUND where there is none. */
  async demand(number: number): Promise<Person> {
    const person = await this.find(number);
    if (person === null) throw refusal('E_NOT_FOUND', `there is no person ${number}`, { person: number });
    return person;
  }

  /** One page, in the order of their numbers, after one. */
  list({
    after = 0,
    standing = null,
  }: {
    after?: number;
    standing?: Standing | null;
  } = {}): Promise<readonly Person[]> {
    return this.#house.database.call(operations.registerPersons, { after, standing });
  }
}
