import { todayOf } from '../days.ts';
import type { CoopHouse } from '../house.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { decisionBody } from './chain.ts';
import { checkDecision } from './check.ts';
import { newAct } from './new-act.ts';
import { demand } from './privileges.ts';
import { roleSubject, roleVerbs } from './scripts/roles.ts';
import { sameSubject, sameVerbs } from './scripts/same-person.ts';
import { type Act, type Actor, type Decision, decisionKinds, type Role, roles } from './types.ts';

/** Who is what in the co-op, and what was done by whom. */
export class Acts {
  readonly #house: Pick<CoopHouse, 'database' | 'clock' | 'rules'>;

  constructor(house: Pick<CoopHouse, 'database' | 'clock' | 'rules'>) {
    this.#house = house;
  }

  /** What an account is. */
  rolesOf(account: number): Promise<readonly Role[]> {
    return this.#house.database.call(operations.rolesOf, { account });
  }

  /** Everybody who is something, by account. */
  async roles(): Promise<readonly { readonly account: number; readonly role: Role }[]> {
    const rows = await this.#house.database.call(operations.roles, {});
    return rows.map(({ account, role }) => ({ account, role: role as Role }));
  }

  /**
   * Gives a role, or takes it (`give: false`). Answers what the account is then. At the server's own terminal the first
   * administrator may be made by anybody. Refuses with E_PRIVILEGE, E_ROLE, E_KEY_REUSED.
   */
  async changeRole(
    actor: Actor,
    a: { account: number; role: Role; give: boolean; key: string },
  ): Promise<readonly Role[]> {
    const { account, role, give, key } = a;
    if (!roles.includes(role)) throw refusal('E_ROLE', `the roles are ${roles.join(', ')}`);
    const asked = { account, role, give };
    const verb = give ? roleVerbs.grant : roleVerbs.revoke;
    const act = newAct(this.#house, actor, { key, verb, subject: roleSubject(account, role), body: asked });
    return this.#house.database.call(operations.changeRole, { act, ...asked });
  }

  /** Accounts that are one person's, as administrators said: those of one `person`. */
  same(): Promise<readonly { readonly account: number; readonly person: number }[]> {
    return this.#house.database.call(operations.actsSame, {});
  }

  /**
   * Says that two accounts are one person's, so that they decide together once; `other: 0`: that an account is nobody else's, which
   * is for another administrator to say. Privilege: `roles.grant`. Refuses with E_ROLE, E_NOT_FOUND, E_KEY_REUSED.
   */
  async declareSame(
    actor: Actor,
    { account, other, key }: { account: number; other: number; key: string },
  ): Promise<void> {
    if (account === other) throw refusal('E_ROLE', 'one account is one person');
    const verb = other === 0 ? sameVerbs.apart : sameVerbs.same;
    const subject = sameSubject(account, other);
    const act = newAct(this.#house, actor, { key, verb, subject, body: { account, other } });
    await this.#house.database.call(operations.declareSame, { act, account, other });
  }

  /**
   * Records what was decided. Privilege: `decision.record`. Refuses with E_REFERENCE where another decision has that reference,
   * E_DECISION for a kind that there is not or an assembly without minutes, E_DATE, E_TEXT.
   */
  async decide(actor: Actor, a: Omit<Decision, 'act'> & { readonly key: string }): Promise<Decision> {
    const { key, ...decision } = a;
    demand(actor, 'decision.record');
    checkDecision(decision, todayOf(this.#house));
    const subject = `decision:${decision.reference}`;
    const act = newAct(this.#house, actor, {
      ...{ key, verb: 'decision.record', subject, body: decisionBody(decision) },
    });
    return this.#house.database.call(operations.decide, { act, decision });
  }

  /** A decision by its reference; E_DECISION where there is none. */
  decision(reference: string): Promise<Decision> {
    return this.#house.database.call(operations.decision, { reference, kinds: decisionKinds });
  }

  /** All decisions in pages, in the order in which they were recorded. */
  async *decisions(after = 0): AsyncIterable<readonly Decision[]> {
    for (let from = after; ; ) {
      const page: readonly Decision[] = await this.#house.database.call(operations.decisions, {
        after: from,
      });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      from = last.act;
    }
  }

  /** Whether an account did something under a key. */
  wasDone(account: number, key: string): Promise<boolean> {
    return this.#house.database.call(operations.actDone, { account, key });
  }

  /** The log in pages, in order; of one subject where it is named. */
  async *log({ after = 0, subject = '' } = {}): AsyncIterable<readonly Act[]> {
    for (let from = after; ; ) {
      const page: readonly Act[] = await this.#house.database.call(operations.acts, { after: from, subject });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      from = last.n;
    }
  }
}
