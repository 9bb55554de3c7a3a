import { type Iban, readIban } from '../../../formats/iban/index.ts';
import { isSepaName } from '../../../formats/iso20022/index.ts';
import { numbers, one, run, type Script } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import type { NewAct } from '../../acts/types.ts';
import { dayIn } from '../../days.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { type LeftOut, type Purpose, purposes } from '../types.ts';

export interface Prepare {
  readonly act: NewAct;
  readonly by: string;
  readonly currency: string;
  readonly purpose: Purpose;
  readonly about: string;
  /** Whose run it is where it is of one member, else 0. */
  readonly member: number;
  /** What is less waits. */
  readonly least: number;
  /** Transfers that one file takes. */
  readonly most: number;
  /** Days are those of the co-op. */
  readonly timeZone: string;
}

/** What a run takes for a member. */
interface Due {
  readonly member: number;
  readonly amount: number;
  readonly parts: readonly { readonly account: string; readonly amount: number }[];
}

/** Puts what is owed into a run: each cent of it stands in one run that may still be paid, and no more. Answers its number. */
export function* prepare(q: CoopQueries, a: Prepare): Script<number> {
  return yield* once(q, a.act, function* (): Script<number> {
    const { taken } = yield* choose(q, a);
    if (taken.length === 0) throw refusal('E_NOTHING_DUE', 'nobody is to be paid who can be');
    const total = taken.reduce((sum, { amount }) => sum + amount, 0);
    if (!Number.isSafeInteger(total)) throw refusal('E_AMOUNT', 'the run is more money than can be counted');
    const { purpose, about, by } = a;
    const made = { purpose, about, by, total, count: taken.length, now: a.act.now };
    const { id } = one(yield* run(q.payoutsRunAdd, made));
    const items = taken.map(({ member, amount, name, iban, changed }, at) => ({
      ...{ run: id, n: at + 1, member, amount, name, iban, endToEndId: `RUN-${id}-${at + 1}` },
      ...{
        ibanChanged: changed === 0 ? '' : dayIn(a.timeZone, changed),
        settled: '',
        returned: '',
        reason: '',
      },
    }));
    yield* run(q.payoutsItemsAdd, { rows: items });
    const parts = taken.flatMap(({ parts: own }, at) => own.map((part) => ({ run: id, n: at + 1, ...part })));
    yield* run(q.payoutsPartsAdd, { rows: parts });
    return id;
  });
}

type Choice = Pick<Prepare, 'currency' | 'purpose' | 'member' | 'least' | 'most'>;

/** Who is owed something that a run would leave out, and why. */
export function* leftOut(q: CoopQueries, a: Choice): Script<readonly LeftOut[]> {
  return (yield* choose(q, a)).left;
}

function* choose(q: CoopQueries, a: Choice) {
  const { waits } = purposes[a.purpose];
  const dues = yield* duesOf(q, a);
  const left: LeftOut[] = [];
  const taken: (Due & { name: string; iban: Iban; changed: number })[] = [];
  const members = numbers(dues.map(({ member }) => member));
  const payees = new Map((yield* run(q.payoutsPayees, { members })).map((row) => [row.member, row]));
  const back = new Set(
    (yield* run(q.payoutsCameBack, { members })).map(({ member, iban }) => `${member} ${iban}`),
  );
  for (const due of dues) {
    const { member, amount } = due;
    const payee = payees.get(member);
    const iban = ibanOf(payee?.iban ?? '');
    if (waits && amount < a.least && !due.parts.some(({ account }) => account === 'redemption'))
      left.push({ member, amount, why: 'least-payment' });
    else if (payee === undefined || iban === null) left.push({ member, amount, why: 'no-iban' });
    else if (back.has(`${member} ${iban}`)) left.push({ member, amount, why: 'came-back' });
    else if (!isSepaName(payee.holder || payee.name)) left.push({ member, amount, why: 'no-name' });
    else if (taken.length === a.most) left.push({ member, amount, why: 'next-run' });
    else taken.push({ ...due, name: payee.holder || payee.name, iban, changed: changedSince(payee) });
  }
  return { taken, left };
}

/** When the IBAN became another one than was paid last; who was never paid had a first one. 0: it did not. Ms since 1970. */
const changedSince = (payee: {
  readonly iban: string;
  readonly ibanChanged: number;
  readonly paidTo: string | null;
}): number => (payee.paidTo === payee.iban ? 0 : payee.ibanChanged);

function ibanOf(text: string): Iban | null {
  try {
    return readIban(text);
  } catch {
    return null;
  }
}

/** What is owed on the accounts of the purpose and stands in no run that is still to be paid, by member. */
function* duesOf(q: CoopQueries, a: Choice): Script<readonly Due[]> {
  const accounts: readonly string[] = purposes[a.purpose].accounts;
  const reserved = new Map<string, number>();
  for (const { member, account, amount } of yield* run(q.payoutsReserved, {})) {
    const name = `${account}:${member}`;
    reserved.set(name, (reserved.get(name) ?? 0) + amount);
  }
  const dues = new Map<number, Due>();
  for (const { member, account: name, amount: owed } of yield* run(q.payoutsOwed, {
    ...{ member: a.member, asset: a.currency },
  })) {
    const account = name.slice(0, name.indexOf(':'));
    const amount = owed - (reserved.get(name) ?? 0);
    if (!accounts.includes(account) || amount <= 0) continue;
    const before = dues.get(member) ?? { member, amount: 0, parts: [] };
    const parts = [...before.parts, { account, amount }];
    dues.set(member, { member, amount: before.amount + amount, parts });
  }
  return [...dues.values()];
}
