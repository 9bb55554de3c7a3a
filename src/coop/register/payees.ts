import type { Actor } from '../acts/types.ts';
import type { CoopHouse } from '../house.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { asked } from './asking.ts';
import { Notices } from './notices.ts';
import { termsOf } from './terms.ts';
import type { PayeeChange } from './types.ts';

/** Changes of where members are paid and which account is theirs: what somebody else asked for waits for a second person. */
export class Payees {
  readonly #house: CoopHouse;
  readonly #notices: Notices;

  constructor(house: CoopHouse, notices = new Notices(house)) {
    this.#house = house;
    this.#notices = notices;
  }

  /** A page of what waits, in the order in which it was asked for. */
  waiting({ after = 0 } = {}): Promise<readonly PayeeChange[]> {
    const { today } = termsOf(this.#house);
    return this.#house.database.call(operations.registerPayeeChangesWaiting, { after, today });
  }

  /** All of one person, the last one first. */
  of(person: number): Promise<readonly PayeeChange[]> {
    return this.#house.database.call(operations.registerPayeeChangesOf, { person });
  }

  find(id: number): Promise<PayeeChange | null> {
    return this.#house.database.call(operations.registerPayeeChange, { id });
  }

  /** E_NOT_FOUND where there is none. */
  async demand(id: number): Promise<PayeeChange> {
    const change = await this.find(id);
    if (change === null) throw refusal('E_NOT_FOUND', `there is no change ${id}`, { change: id });
    return change;
  }

  /**
   * It counts from now on. Privilege: `pay.approve`, and the member themselves; not who asked. Refuses with E_NOT_FOUND, E_STATE,
   * E_SAME_PERSON, E_PERSON.
   */
  confirm(actor: Actor, a: { readonly change: number; readonly key: string }): Promise<PayeeChange> {
    return this.#decide(actor, 'confirm', a);
  }

  /** All stays as it was. Privilege: `pay.approve`, and the member themselves. Refuses with E_NOT_FOUND, E_STATE. */
  refuse(actor: Actor, a: { readonly change: number; readonly key: string }): Promise<PayeeChange> {
    return this.#decide(actor, 'refuse', a);
  }

  async #decide(
    actor: Actor,
    what: 'confirm' | 'refuse',
    { change: id, key }: { readonly change: number; readonly key: string },
  ): Promise<PayeeChange> {
    const { person } = await this.demand(id);
    const keyed = asked(this.#house, {
      ...{ actor, privilege: 'pay.approve', own: person, when: { key } },
      ...{ verb: `payee.${what}`, subject: `member:${person}`, body: { change: id } },
    });
    const operation = what === 'confirm' ? operations.registerPayeeConfirm : operations.registerPayeeRefuse;
    await this.#house.database.call(operation, { ...keyed, id });
    await this.#notices.deliver();
    return this.demand(id);
  }
}
