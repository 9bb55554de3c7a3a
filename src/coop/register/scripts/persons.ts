import { one, run, type Script } from '../../../storage/index.ts';
import type { ActsQueries } from '../../acts/queries.ts';
import { saltsFor } from '../../hash.ts';
import { refusal } from '../../refusals.ts';
import { personCommitment } from '../chain.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Person, PersonDetails } from '../types.ts';
import { type Keyed, lockedHead, once } from './once.ts';
import { demandFree, movePayee } from './payees.ts';
import { type PersonRow, personRow, type Queries } from './record.ts';

export const personOf = ({ salt: _, shown: __, created: ___, ...row }: PersonRow): Person =>
  ({ ...row }) as Person;

/** Writes somebody down; answers their number. */
export function* addPerson(
  q: RegisterQueries & ActsQueries,
  a: Keyed & { readonly details: PersonDetails; readonly account: number },
): Script<number> {
  return yield* once(q, a, function* () {
    yield* demandFree(q, a.account, 0);
    const number = (yield* lockedHead(q, a.terms)).persons + 1;
    const salt = one(saltsFor([`person:${number}`], a.terms.saltSeed));
    const shown = personCommitment(salt, number);
    yield* run(q.registerPersonAdd, {
      ...{ ...a.details, number, account: a.account, salt, shown, now: a.terms.now },
    });
    yield* run(q.registerNumbered, { persons: number });
    return number;
  });
}

/** Changes what is known of somebody; where they are paid may wait. `version` is the one that was read, 0: whichever there is. */
export function* changePerson(
  q: Queries,
  a: Keyed & {
    readonly number: number;
    readonly version: number;
    readonly change: Partial<PersonDetails & { readonly account: number }>;
  },
): Script<number> {
  return yield* once(q, a, function* () {
    const row = yield* personRow(q, a.number);
    if (row.erased > 0) throw refusal('E_STATE', `person ${a.number} is erased`);
    if (a.version > 0 && a.version !== row.version)
      throw refusal('E_VERSION', `person ${a.number} was changed since`, { version: row.version });
    const { account = row.account } = a.change;
    yield* demandFree(q, account, a.number);
    const { kind, name, address, country, birth, iban, holder } = { ...row, ...a.change };
    const known = { kind, name, address, country, birth };
    const moved = yield* movePayee(q, a, row, { iban, holder, account });
    yield* run(q.registerPersonChange, { number: a.number, ...known, ...moved });
    return a.number;
  });
}
