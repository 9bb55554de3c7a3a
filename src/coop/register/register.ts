import type { Actor, Privilege } from '../acts/types.ts';
import { demandDay } from '../days.ts';
import type { CoopHouse } from '../house.ts';
import type { Day } from '../ledger/types.ts';
import { coopOperations as operations } from '../store/module.ts';
import { type Asking, asked, type When } from './asking.ts';
import { demandCount, demandDecision } from './check.ts';
import { registerLines } from './lines.ts';
import type {
  Application,
  CapitalCall,
  Holding,
  MembershipChange,
  Movement,
  Received,
  RedemptionRequest,
  Redemptions,
  Totals,
} from './types.ts';

export type { When } from './asking.ts';

/**
 * Who holds which shares since when. Movements are numbered without a gap and never changed; each is one transaction with the
 * entry of the ledger that says so. Every write refuses with E_PRIVILEGE, E_KEY_REUSED, E_TEXT, E_DATE, E_AMOUNT, E_NOT_FOUND,
 * E_PERIOD_CLOSED; what else it refuses with stands with it.
 */
export class Register {
  readonly #house: CoopHouse;

  constructor(house: CoopHouse) {
    this.#house = house;
  }

  #asked(actor: Actor, privilege: Privilege, asking: Omit<Asking, 'actor' | 'privilege'>) {
    return asked(this.#house, { actor, privilege, ...asking });
  }

  /** Asks for shares; a member may for themselves. Refuses with E_SHARE_CAP, E_SHARE_MIN, E_STATE. */
  async apply(actor: Actor, a: When & { person: number; shares: number }): Promise<Application> {
    const { person, shares } = a;
    demandCount('a number of shares', shares);
    const asking = { verb: 'share.apply', subject: `member:${person}`, when: a, body: { person, shares } };
    const keyed = this.#asked(actor, 'register.write', { ...asking, own: person });
    return this.#house.database.call(operations.registerApply, { ...keyed, person, shares });
  }

  /** Admits or refuses an application, by a decision. Refuses with E_STATE, E_SHARE_CAP. */
  async decide(
    actor: Actor,
    a: When & { application: number; isAdmitted: boolean; decision: string },
  ): Promise<Application> {
    const { application: id, isAdmitted, decision } = a;
    demandDecision(decision);
    const asking = { verb: 'share.decide', subject: `application:${id}`, when: a };
    const keyed = this.#asked(actor, 'admission.decide', { ...asking, body: { id, isAdmitted, decision } });
    return this.#house.database.call(operations.registerDecide, { ...keyed, id, isAdmitted, decision });
  }

  /** Takes an application back that has not taken effect. Refuses with E_STATE. */
  async withdrawApplication(actor: Actor, a: When & { application: number }): Promise<Application> {
    const { application: id } = a;
    const own = (await this.application(id))?.person ?? 0;
    const asking = { verb: 'share.withdraw', subject: `application:${id}`, when: a, body: { id } };
    const keyed = this.#asked(actor, 'register.write', { ...asking, own });
    return this.#house.database.call(operations.registerApplicationWithdraw, { ...keyed, id });
  }

  /** Money for an application, as a person says; what the bank says comes by its import. */
  async receive(actor: Actor, application: number, received: Received): Promise<Application> {
    const { amount, on, from, key } = received;
    demandCount('an amount', amount);
    const asking = { verb: 'share.receive', subject: `application:${application}`, when: { key, on } };
    const keyed = this.#asked(actor, 'bank.match', { ...asking, body: { application, amount, from } });
    return this.#house.database.call(operations.registerApplicationPaid, {
      ...{ ...keyed, id: application, received },
    });
  }

  /** Calls capital that is not paid up. Refuses with E_SHARES where it is more than that. */
  async call(
    actor: Actor,
    a: When & { person: number; amount: number; decision: string },
  ): Promise<CapitalCall> {
    const { person, amount, decision } = a;
    demandCount('an amount', amount);
    demandDecision(decision);
    const asking = { verb: 'share.call', subject: `member:${person}`, when: a };
    const keyed = this.#asked(actor, 'register.write', { ...asking, body: { person, amount, decision } });
    return this.#house.database.call(operations.registerCall, { ...keyed, person, amount, decision });
  }

  /** Shares go to another person, who is a member by it. Refuses with E_SHARES, E_SHARE_CAP, E_SHARE_MIN, E_STATE. */
  async transfer(
    actor: Actor,
    a: When & { from: number; to: number; shares: number; decision: string },
  ): Promise<Movement> {
    const { from, to, shares, decision } = a;
    demandCount('a number of shares', shares);
    demandDecision(decision);
    const asking = { verb: 'share.transfer', subject: `member:${from}`, when: a };
    const keyed = this.#asked(actor, 'admission.decide', { ...asking, body: { from, to, shares, decision } });
    return this.#house.database.call(operations.registerTransfer, { ...keyed, from, to, shares, decision });
  }

  /** Asks shares back; a member may for themselves. Refuses with E_SHARES, E_SHARE_MIN, E_STATE. */
  async request(actor: Actor, a: When & { person: number; shares: number }): Promise<RedemptionRequest> {
    const { person, shares } = a;
    demandCount('a number of shares', shares);
    const asking = { verb: 'share.request', subject: `member:${person}`, when: a, body: { person, shares } };
    const keyed = this.#asked(actor, 'register.write', { ...asking, own: person });
    return this.#house.database.call(operations.registerRequest, { ...keyed, person, shares });
  }

  /** Takes a request back of which nothing was paid; a member may take their own. Refuses with E_STATE. */
  async withdrawRequest(actor: Actor, a: When & { request: number }): Promise<RedemptionRequest> {
    const { request: id } = a;
    const own = (await this.redemptionRequest(id))?.person ?? 0;
    const asking = { verb: 'share.request.withdraw', subject: `request:${id}`, when: a, body: { id } };
    const keyed = this.#asked(actor, 'register.write', { ...asking, own });
    return this.#house.database.call(operations.registerRequestWithdraw, { ...keyed, id });
  }

  /** Redeems what is due, down to the floor. `uncoveredLoss` in minor units. Refuses with E_STATE. */
  async redeem(actor: Actor, a: When & { uncoveredLoss: number; decision: string }): Promise<Redemptions> {
    const { uncoveredLoss, decision } = a;
    if (uncoveredLoss !== 0) demandCount('a loss', uncoveredLoss);
    demandDecision(decision);
    const asking = { verb: 'share.redeem', subject: 'queue', when: a, body: { uncoveredLoss, decision } };
    const keyed = this.#asked(actor, 'pay.prepare', asking);
    return this.#house.database.call(operations.registerRedeem, { ...keyed, uncoveredLoss, decision });
  }

  /** Excludes a member; answers what waits of their shares. Refuses with E_STATE. */
  exclude(actor: Actor, a: When & { person: number; decision: string }): Promise<RedemptionRequest | null> {
    return this.#end(actor, 'exclusion', a);
  }

  /** A member died: their shares wait, to be redeemed or to go to heirs by `transfer`. Refuses with E_STATE. */
  death(actor: Actor, a: When & { person: number; decision: string }): Promise<RedemptionRequest | null> {
    return this.#end(actor, 'death', a);
  }

  async #end(
    actor: Actor,
    cause: 'exclusion' | 'death',
    a: When & { person: number; decision: string },
  ): Promise<RedemptionRequest | null> {
    const { person, decision } = a;
    demandDecision(decision);
    const asking = {
      verb: `share.${cause}`,
      subject: `member:${person}`,
      when: a,
      body: { person, decision },
    };
    const keyed = this.#asked(actor, 'admission.decide', asking);
    return this.#house.database.call(operations.registerEnd, { ...keyed, person, cause, decision });
  }

  /** Undoes the last movement of whom it concerns by another one. Refuses with E_STATE, E_REVERSED. */
  async cancel(actor: Actor, a: When & { seq: number; decision: string }): Promise<Movement> {
    const { seq, decision } = a;
    demandDecision(decision);
    const asking = { verb: 'share.cancel', subject: `movement:${seq}`, when: a, body: { seq, decision } };
    const keyed = this.#asked(actor, 'admission.decide', asking);
    return this.#house.database.call(operations.registerCancel, { ...keyed, seq, decision });
  }

  application(id: number): Promise<Application | null> {
    return this.#house.database.call(operations.registerApplication, { id });
  }

  /** One page of those in a state, in the order in which they were made. */
  applications(state: Application['state'], after = 0): Promise<readonly Application[]> {
    return this.#house.database.call(operations.registerApplications, { state, after });
  }

  /** All that somebody asked for, in the order in which it was. */
  applicationsOf(person: number): Promise<readonly Application[]> {
    return this.#house.database.call(operations.registerApplicationsOf, { person });
  }

  /** One page of what waits to be redeemed, in its order. */
  queue(after = 0): Promise<readonly RedemptionRequest[]> {
    return this.#house.database.call(operations.registerQueue, { after });
  }

  redemptionRequest(id: number): Promise<RedemptionRequest | null> {
    return this.#house.database.call(operations.registerRequestById, { id });
  }

  requestsOf(person: number): Promise<readonly RedemptionRequest[]> {
    return this.#house.database.call(operations.registerRequestsOf, { person });
  }

  callsOf(person: number): Promise<readonly CapitalCall[]> {
    return this.#house.database.call(operations.registerCallsOf, { person });
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

  /** What somebody held at the end of a day. Refuses with E_DATE. */
  async holding(person: number, day: Day): Promise<Holding> {
    demandDay(day);
    return this.#house.database.call(operations.registerHolding, { person, day });
  }

  /** One page of the register as it was at the end of a day. Refuses with E_DATE. */
  async holdings(day: Day, after = 0): Promise<readonly Holding[]> {
    demandDay(day);
    return this.#house.database.call(operations.registerHoldings, { day, after });
  }

  /**
   * The same as lines of CSV, the head first, whole; names and addresses are as they are known now. Amounts in minor units.
   * Refuses with E_DATE.
   */
  lines(day: Day): AsyncIterable<string> {
    return registerLines(this.#house, day);
  }

  /** What all held at the end of a day. Refuses with E_DATE. */
  async totals(day: Day): Promise<Totals> {
    demandDay(day);
    const { nominal } = this.#house.rules.shares;
    return this.#house.database.call(operations.registerTotals, { day, nominal });
  }

  /** Who became a member, or ceased to be one, after a movement; the same order whoever asks. */
  memberships(after: number): Promise<readonly MembershipChange[]> {
    return this.#house.database.call(operations.registerMemberships, { after });
  }
}
