import { Acts } from './acts/acts.ts';
import type { CoopHouse } from './house.ts';
import { Ledger } from './ledger/ledger.ts';
import { Payouts } from './payouts/payouts.ts';
import { Persons } from './register/persons.ts';
import { Register } from './register/register.ts';
import type { Rules } from './rules/types.ts';

/** The rooms of one co-operative over one database. */
export interface Coop {
  readonly rules: Rules;
  readonly acts: Acts;
  readonly ledger: Ledger;
  readonly persons: Persons;
  readonly register: Register;
  readonly payouts: Payouts;
}

/** Opens them; nothing runs by itself. */
export function openCoop(house: CoopHouse): Coop {
  const { rules, database, clock, coop, secret } = house;
  const ledger = new Ledger({ database, clock, coop, secret, chart: rules.chart });
  const acts = new Acts(house);
  const persons = new Persons(house);
  const register = new Register(house);
  const payouts = new Payouts(house);
  return { rules, acts, ledger, persons, register, payouts };
}
