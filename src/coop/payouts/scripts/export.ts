import { keepBlob, one, run, type Script, type StoredBlob } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import { didBefore } from '../../acts/scripts/same-person.ts';
import type { NewAct } from '../../acts/types.ts';
import type { Told } from '../../house.ts';
import { seal } from '../../ledger/scripts/seal.ts';
import type { Day } from '../../ledger/types.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { demandRun } from './decide.ts';

/** The verb of the act that makes a file. */
export const exportVerb = 'run.export';

/** What a run pays and the bank has not booked yet. */
export const transitOf = (id: number) => `transit:run-${id}`;

export interface ExportRun extends Told {
  readonly act: NewAct;
  readonly run: number;
  readonly by: string;
  /** Today. */
  readonly today: Day;
  /** On which the bank is to pay. */
  readonly day: Day;
  readonly file: string;
  /** The file, which is durable already. */
  readonly blob: StoredBlob;
}

/** Takes what a run pays out of the members' accounts, and keeps its file: from here on the file may be carried to the bank. */
export function* exportRun(q: CoopQueries, a: ExportRun): Script<number> {
  return yield* once(q, a.act, function* (): Script<number> {
    const { total, hash } = yield* demandRun(q, a.run, ['approved', 'exported', 'settled', 'failed']);
    if (hash !== '')
      throw refusal('E_EXPORTED', `run ${a.run} has its file, and gets no other`, { run: a.run });
    const parts = yield* run(q.payoutsParts, { run: a.run });
    const postings = parts.map(({ member, account, amount }) => ({
      ...{ account: `${account}:${member}`, asset: a.currency, amount },
    }));
    yield* demandOwed(q, a, postings);
    const draft = {
      ...{ key: `run:${a.run}`, date: a.today, kind: 'payout.exported', memo: `file ${a.blob.hash}` },
      postings: [...postings, { account: transitOf(a.run), asset: a.currency, amount: -total }],
    };
    const entry = one(yield* seal(q, a, [draft]));
    yield* keepBlob(q, a.blob);
    yield* run(q.payoutsRunExported, {
      ...{ run: a.run, now: a.now, by: a.by, file: a.file, day: a.day },
      ...{ hash: a.blob.hash, size: a.blob.size, entry: entry?.seq ?? 0 },
    });
    return a.run;
  });
}

/** Nobody is paid what they are not owed any more: what was approved may have been reversed since. */
function* demandOwed(
  q: CoopQueries,
  a: ExportRun,
  postings: readonly { readonly account: string; readonly amount: number }[],
): Script<void> {
  const owed = yield* run(q.payoutsOwed, { member: 0, asset: a.currency });
  const balances = new Map(owed.map(({ account, amount }) => [account, amount]));
  const short = postings.find(({ account, amount }) => amount > (balances.get(account) ?? 0));
  if (short !== undefined)
    throw refusal('E_NOT_OWED', `run ${a.run} would pay more than is owed on ${short.account}: cancel it`, {
      run: a.run,
    });
}

/**
 * Says that the bank took nothing of a file: what it would have paid is owed again. By another person than who made the file; and
 * where the bank books any of it all the same, that is put before a person.
 */
export function* failRun(
  q: CoopQueries,
  a: Told & { readonly act: NewAct; readonly run: number; readonly by: string; readonly today: Day },
): Script<number> {
  return yield* once(q, a.act, function* (n): Script<number> {
    const { count, total } = yield* demandRun(q, a.run, ['exported']);
    if (yield* didBefore(q, { act: a.act, n, verb: exportVerb, subject: a.act.subject }))
      throw refusal('E_APPROVED', 'who made the file does not say alone that the bank took none of it', {
        run: a.run,
      });
    const left = one(yield* run(q.payoutsUnsettled, { run: a.run }));
    const back = one(yield* run(q.payoutsReturned, { run: a.run }));
    if (left.count !== count || back.count > 0)
      throw refusal('E_STATE', `the bank booked some of run ${a.run}`, { run: a.run });
    const parts = yield* run(q.payoutsParts, { run: a.run });
    const owed = parts.map(({ member, account, amount }) => ({
      ...{ account: `${account}:${member}`, asset: a.currency, amount: -amount },
    }));
    const postings = [{ account: transitOf(a.run), asset: a.currency, amount: total }, ...owed];
    const draft = { key: `run:${a.run}:failed`, date: a.today, kind: 'payout.failed', memo: '', postings };
    yield* seal(q, a, [draft]);
    yield* run(q.payoutsRunState, { run: a.run, state: 'failed' });
    return a.run;
  });
}
