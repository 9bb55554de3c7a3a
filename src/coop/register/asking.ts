import { newAct } from '../acts/new-act.ts';
import { demand, may } from '../acts/privileges.ts';
import type { Actor, Privilege } from '../acts/types.ts';
import type { Telling } from '../house.ts';
import type { Day } from '../ledger/types.ts';
import { demandKey, demandPast } from './check.ts';
import type { Keyed } from './scripts/once.ts';
import { termsOf } from './terms.ts';

/** Under which key something is done, and on which day it is: today where nothing is said. */
export interface When {
  readonly key: string;
  readonly on?: Day;
}

/** What is asked of the register: by whom, by what right, of whom, and what exactly. */
export interface Asking {
  readonly actor: Actor;
  readonly privilege: Privilege;
  /** A member may do this to themselves without the privilege. */
  readonly own?: number;
  readonly verb: string;
  readonly subject: string;
  readonly when: When;
  readonly body: Readonly<Record<string, string | number | boolean>>;
}

/** What is kept of somebody is shown to them, and by `register.read`. Refuses with E_PRIVILEGE. */
export function demandOwn(actor: Actor, person: number): void {
  if (!may(actor, 'own', person)) demand(actor, 'register.read');
}

/** Judges who asks and when, and makes what scripts take. Refuses with E_PRIVILEGE, E_TEXT, E_DATE. */
export function asked(
  house: Telling,
  { actor, privilege, own = 0, verb, subject, when, body }: Asking,
): Keyed & { readonly on: Day } {
  if (own === 0 || !may(actor, 'own', own)) demand(actor, privilege);
  const terms = termsOf(house);
  const { key, on = terms.today } = when;
  demandKey(key);
  demandPast(on, terms.today);
  // The day is part of what is asked only where it was said: a repetition on the next day is the same.
  const asking = when.on === undefined ? body : { ...body, on };
  return { terms, act: newAct(house, actor, { verb, subject, key, body: asking }), on };
}
