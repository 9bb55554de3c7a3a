import type { Actor } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import type { Day } from '../ledger/types.ts';
import { coopOperations as operations } from '../store/module.ts';
import { demandCount, demandDecision, demandKey, demandPast } from './check.ts';
import { termsOf } from './terms.ts';
import type { Application, Holding, MembershipChange, Movement, Received, Terms, Totals } from './types.ts';

/** Under which key something is done, and on which day it is: today where nothing is said. */
export interface When {
  readonly key: string;
  readonly on?: Day;
}

/**
 * Who holds which shares since when. Movements are numbered without a gap and never changed; each is one transaction with the
 * entry of the ledger that says so.
 */
export class Register {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  #when(when: When): { readonly terms: Terms; readonly key: string; readonly on: Day } {
    const terms = termsOf(this.#house);
    const { key, on = terms.today } = when;
    demandKey(key);
    demandPast(on, terms.today);
    return { terms, key, on };
  }

  /** Asks for shares. Refuses with E_SHARE_CAP, E_SHARE_MIN, E_STATE, E_AMOUNT, E_DATE, E_NOT_FOUND, E_KEY_REUSED. */
  async apply(_actor: Actor, a: When & { person: number; shares: number }): Promise<Application> {
    const { terms, key, on } = this.#when(a);
    demandCount('a number of shares', a.shares);
    const { person, shares } = a;
    const body = { apply: person, shares, on };
    return this.#house.database.call(operations.registerApply, { terms, key, body, person, shares, on });
  }

  /** Admits or refuses an application, by a decision. Refuses with E_STATE, E_TEXT, E_DATE, E_SHARE_CAP. */
  async decide(
    _actor: Actor,
    a: When & { application: number; isAdmitted: boolean; decision: string },
  ): Promise<Application> {
    const { terms, key, on } = this.#when(a);
    demandDecision(a.decision);
    const { application: id, isAdmitted, decision } = a;
    const body = { decide: id, isAdmitted, decision, on };
    return this.#house.database.call(operations.registerDecide, {
      ...{ terms, key, body, id, isAdmitted, decision, on },
    });
  }

  /** Takes an application back that has not taken effect. */
  async withdrawApplication(_actor: Actor, a: When & { application: number }): Promise<Application> {
    const { terms, key } = this.#when(a);
    const id = a.application;
    const args = { terms, key, body: { withdrawApplication: id }, id };
    return this.#house.database.call(operations.registerApplicationWithdraw, args);
  }

  /** Money for an application, said by a person: what the bank says comes by its import. */
  async receive(_actor: Actor, application: number, received: Received): Promise<Application> {
    const { terms } = this.#when(received);
    demandCount('an amount', received.amount);
    return this.#house.database.call(operations.registerApplicationPaid, {
      terms,
      id: application,
      received,
    });
  }

  application(id: number): Promise<Application | null> {
    return this.#house.database.call(operations.registerApplication, { id });
  }

  /** One page of those in a state, in the order in which they were made. */
  applications(state: Application['state'], after = 0): Promise<readonly Application[]> {
    return this.#house.database.call(operations.registerApplications, { state, after });
  }

  /** One page, of all or of one person, in their order. */
  movements({
    after = 0,
    person = null,
  }: {
    after?: number;
    person?: number | null;
  } = {}): Promise<readonly Movement[]> {
    return this.#house.database.call(operations.registerMovements, { after, person });
  }

  /** What somebody held at the end of a day. */
  holding(person: number, day: Day): Promise<Holding> {
    return this.#house.database.call(operations.registerHolding, { person, day });
  }

  /** One page of the register as it was at the end of a day. */
  holdings(day: Day, after = 0): Promise<readonly Holding[]> {
    return this.#house.database.call(operations.registerHoldings, { day, after });
  }

  /** What all held at the end of a day. */
  totals(day: Day): Promise<Totals> {
    const { nominal } = this.#house.rules.shares;
    return this.#house.database.call(operations.registerTotals, { day, nominal });
  }

  /** Who became a member, or ceased to be one, after a movement; the same order whoever asks. */
  memberships(after: number): Promise<readonly MembershipChange[]> {
    return this.#house.database.call(operations.registerMemberships, { after });
  }
}
