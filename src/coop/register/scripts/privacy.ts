import { numbers, run, type Script } from '../../../storage/index.ts';
import { eraseAnswers } from '../../api/scripts/answers.ts';
import { erasePerson as eraseAccounts } from '../../ledger/scripts/read.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import type { Consent, PersonFile, Standing } from '../types.ts';
import { applicationOf } from './applications.ts';
import { callOf } from './calls.ts';
import { type Keyed, once } from './once.ts';
import { personOf } from './persons.ts';
import { personRow, type Queries } from './record.ts';

/** All that is kept of a person (GDPR art. 15 and 20): with the salts by which they find themselves in the chains. */
export function* personFile(q: CoopQueries, a: { readonly number: number }): Script<PersonFile> {
  const row = yield* personRow(q, a.number);
  const of = { person: a.number };
  const member = { member: a.number };
  const accounts = yield* run(q.ledgerAccountsOf, { owner: a.number });
  const ids = numbers(accounts.map(({ id }) => id));
  const postings = yield* run(q.registerPostingsOf, { ids });
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  return {
    person: personOf(row),
    chain: { shown: row.shown, salt: row.salt.toString('hex') },
    consents: yield* run(q.registerConsentsOf, of),
    payeeChanges: yield* run(q.registerPayeeChangesOf, of),
    applications: (yield* run(q.registerApplicationsOf, of)).map(applicationOf),
    calls: (yield* run(q.registerCallsOf, of)).map(callOf),
    requests: yield* run(q.registerRequestsOf, of),
    movements: yield* run(q.registerMovementsAllOf, of),
    accounts: accounts.map(({ name, shown, salt }) => ({ name, shown, salt: salt.toString('hex') })),
    postings: postings.map(({ account, ...row }) => ({ ...row, account: names.get(account) ?? '' })),
    pays: (yield* run(q.payoutsSharesAllOf, member)).map(({ salt, ...row }) => ({
      ...row,
      salt: salt.toString('hex'),
    })),
    interest: yield* run(q.payoutsInterestOf, member),
    transfers: yield* run(q.payoutsItemsAllOf, member),
  };
}

export function* consentsOf(q: Queries, a: { readonly person: number }): Script<readonly Consent[]> {
  return yield* run(q.registerConsentsOf, a);
}

/** A consent is given to a text, or taken back; what was given stays written down with its day. */
export function* consent(
  q: Queries,
  a: Keyed & {
    readonly person: number;
    readonly purpose: string;
    readonly text: string;
    readonly version: string;
    readonly isGiven: boolean;
  },
): Script<number> {
  return yield* once(q, a, function* () {
    const { person, purpose, text, version, terms } = a;
    const row = yield* personRow(q, person);
    if (row.erased > 0) throw refusal('E_STATE', `person ${person} is erased`);
    // Of one purpose one consent is in force: the last that was given.
    yield* run(q.registerConsentWithdraw, { person, purpose, now: terms.now });
    if (a.isGiven) yield* run(q.registerConsentAdd, { person, purpose, text, version, now: terms.now });
    return person;
  });
}

const mayBeErased: readonly Standing[] = ['known', 'left', 'refused', 'excluded', 'dead', 'cancelled'];

/**
 * Takes out who a person was (GDPR art. 17). What the accounts say stays (art. 17 §3 b), under a number that nothing leads back
 * from. Refused while they hold shares, ask for some, or anything is owed.
 */
export function* erasePerson(q: Queries, a: Keyed & { readonly number: number }): Script<number> {
  return yield* once(q, a, function* () {
    const { number, terms } = a;
    const row = yield* personRow(q, number);
    if (!mayBeErased.includes(row.standing) || row.shares > 0)
      throw refusal('E_STATE', `person ${number} is ${row.standing} and holds ${row.shares} shares`);
    yield* eraseAccounts(q, { owner: number });
    yield* run(q.registerPersonErase, { number, now: terms.now });
    yield* eraseAnswers(q, { account: row.account, person: number });
    yield* run(q.registerConsentsErase, { person: number });
    yield* run(q.registerNoticesErase, { person: number });
    yield* run(q.registerPayeeChangesErase, { person: number });
    yield* run(q.registerCertificatesErase, { person: number });
    return number;
  });
}
