import { createHmac } from 'node:crypto';
import { canonicalJson } from '../../formats/canonical-json/index.ts';
import type { Actor } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { asked } from './asking.ts';
import { checkDetails } from './check.ts';
import { Notices } from './notices.ts';
import { termsOf } from './terms.ts';
import type { Person, PersonDetails, Standing } from './types.ts';

/** What somebody may change of themselves; who they are is for the co-op to write down. */
const ownToChange: ReadonlySet<string> = new Set(['address', 'country', 'iban', 'holder']);
const isOwnToChange = (change: object): boolean => Object.keys(change).every((name) => ownToChange.has(name));

/** Who is written down in the register: members, those who ask to be, those who were. */
export class Persons {
  readonly #house: CoopHouse;
  readonly #notices: Notices;

  constructor(house: CoopHouse, notices = new Notices(house)) {
    this.#house = house;
    this.#notices = notices;
  }

  /** What the log of acts keeps of details: nobody can try names against it. */
  async #print(details: Readonly<Record<string, string | number>>): Promise<string> {
    const secret = Buffer.from(await this.#house.secret('register-details'), 'base64');
    return createHmac('sha256', secret).update(canonicalJson(details)).digest('hex');
  }

  /** Writes somebody down; answers who they are. Refuses with E_TEXT, E_PERSON, E_IBAN, E_DATE, E_KEY_REUSED. */
  async add(
    actor: Actor,
    a: { readonly details: PersonDetails; readonly account?: number; readonly key: string },
  ): Promise<Person> {
    const { today } = termsOf(this.#house);
    const details = checkDetails(a.details, today);
    const account = a.account ?? 0;
    const keyed = asked(this.#house, {
      ...{
        actor,
        privilege: 'register.write',
        verb: 'person.add',
        subject: 'register',
        when: { key: a.key },
      },
      body: { account, details: await this.#print({ ...details }) },
    });
    const number = await this.#house.database.call(operations.registerPersonAdd, {
      ...{ ...keyed, details, account },
    });
    return this.demand(number);
  }

  /**
   * Changes what is known of somebody. Where they are paid and which account is theirs waits for a second person where somebody
   * else says it (`Payees`). `version`: the one that was read; E_VERSION where there is another one since.
   */
  async change(
    actor: Actor,
    a: {
      readonly number: number;
      readonly version?: number;
      readonly change: Partial<PersonDetails & { readonly account: number }>;
      readonly key: string;
    },
  ): Promise<Person> {
    const change = checkDetails(a.change, termsOf(this.#house).today);
    const { number, version = 0, key } = a;
    const keyed = asked(this.#house, {
      ...{ actor, privilege: 'register.write', own: isOwnToChange(change) ? number : 0 },
      ...{ verb: 'person.change', subject: `member:${number}`, when: { key } },
      body: { change: await this.#print(change), number, version },
    });
    await this.#house.database.call(operations.registerPersonChange, { ...keyed, number, version, change });
    await this.#notices.deliver();
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
