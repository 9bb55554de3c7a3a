import { Acts } from './acts/acts.ts';
import type { Actor } from './acts/types.ts';
import { Bank } from './bank/bank.ts';
import { todayOf } from './days.ts';
import type { BankAccount, CoopHouse } from './house.ts';
import { ByHand } from './ledger/by-hand.ts';
import { Ledger } from './ledger/ledger.ts';
import type { Day } from './ledger/types.ts';
import { Parties } from './parties/parties.ts';
import { Payouts } from './payouts/payouts.ts';
import { Years } from './payouts/years.ts';
import { Certificates } from './register/certificates.ts';
import { Notices } from './register/notices.ts';
import { Payees } from './register/payees.ts';
import { Persons } from './register/persons.ts';
import { Privacy } from './register/privacy.ts';
import { Register } from './register/register.ts';
import type { Rules } from './rules/types.ts';

/** The rooms of one co-operative over one database. */
export interface Coop {
  readonly rules: Rules;
  readonly acts: Acts;
  readonly ledger: Ledger;
  /** What persons write into the ledger. */
  readonly books: ByHand;
  readonly persons: Persons;
  readonly payees: Payees;
  /** Mails that wait to be sent, for whoever looks now and then. */
  readonly notices: Notices;
  readonly register: Register;
  readonly certificates: Certificates;
  readonly privacy: Privacy;
  readonly bank: Bank;
  readonly parties: Parties;
  readonly payouts: Payouts;
  readonly years: Years;
  /** Whom members and sponsors pay, and where; null where the co-op named no account. */
  readonly payee: (BankAccount & { readonly holder: string }) | null;
  /** Who an account is when it acts: the one place where roles and membership are looked up for it. */
  actor(account: number, via: Actor['via']): Promise<Actor>;
  /** The day that it is where the co-op is: east of Greenwich it is tomorrow before UTC says so. */
  today(): Day;
}

/** Opens them; nothing runs by itself. */
export function openCoop(house: CoopHouse): Coop {
  const { rules } = house;
  const ledger = new Ledger(house);
  const books = new ByHand(house);
  const acts = new Acts(house);
  const notices = new Notices(house);
  const persons = new Persons(house, notices);
  const payees = new Payees(house, notices);
  const register = new Register(house);
  const privacy = new Privacy(house);
  const certificates = new Certificates(house, ledger.checkpoints);
  const payouts = new Payouts(house);
  const years = new Years(house);
  const actor = async (account: number, via: Actor['via']): Promise<Actor> => {
    const [roles, person] = await Promise.all([acts.rolesOf(account), persons.ofAccount(account)]);
    // Who asks to be a member, and who was one, has something of their own here too.
    const isSomebody = person !== null && person.erased === 0 && person.standing !== 'dead';
    return { account, member: isSomebody ? person.number : 0, roles, via };
  };
  const bank = new Bank(house);
  const parties = new Parties(house);
  const today = () => todayOf(house);
  const [account] = house.banks;
  const payee = account === undefined ? null : { ...account, holder: house.legal.name };
  const rooms = {
    acts,
    ledger,
    books,
    persons,
    payees,
    notices,
    register,
    certificates,
    privacy,
    bank,
    parties,
    payouts,
    years,
  };
  return { rules, ...rooms, payee, actor, today };
}
