import { numbers, run, type Script, texts } from '../../../storage/index.ts';
import type { LedgerQueries } from '../../ledger/queries.ts';
import { personCommitment, registerLink, registerStart } from '../chain.ts';
import { pageRows } from '../limits.ts';
import type { RegisterQueries } from '../queries.ts';

interface Found {
  readonly faults: readonly string[];
  readonly next: number | null;
}
interface Step {
  readonly after: number;
}

type Queries = LedgerQueries & RegisterQueries;
type Movement = Awaited<ReturnType<RegisterQueries['registerMovements']['execute']>>[number];
type Person = Awaited<ReturnType<RegisterQueries['registerPersons']['execute']>>[number];

/** Movements have no gap, and each is the link after the one before; the head is the last of them. */
export function* checkMovements(q: Queries, a: Step): Script<Found> {
  const after = Math.max(a.after, 0);
  const [head] = yield* run(q.registerHeadRead, {});
  const rows = yield* run(q.registerMovements, { after });
  const shown = yield* shownOf(q, rows);
  const faults: string[] = [];
  let before = yield* linkBefore(q, after);
  let expected = after + 1;
  for (const row of rows) {
    if (row.seq !== expected) faults.push(`register: movements ${expected} to ${row.seq - 1} are missing`);
    const person = shown.get(row.person) ?? '';
    const other = row.other > 0 ? (shown.get(row.other) ?? '') : null;
    const link = registerLink(Buffer.from(before, 'hex'), { ...row, person, other });
    if (link.toString('hex') !== row.hash)
      faults.push(`register movement ${row.seq}: is not what its hash says`);
    if (row.entry > 0) faults.push(...(yield* faultsOfEntry(q, row)));
    before = row.hash;
    expected = row.seq + 1;
  }
  const last = rows.at(-1)?.seq ?? after;
  if (rows.length === pageRows) return { faults, next: last };
  if (head && (head.seq !== last || (last > 0 && head.hash !== before)))
    faults.push(`register: the head says movement ${head.seq}, the last one is ${last}`);
  if (!head && last > 0) faults.push('register: there are movements and no head');
  return { faults, next: null };
}

function* linkBefore(q: Queries, seq: number): Script<string> {
  if (seq > 0) return (yield* run(q.registerMovement, { seq }))[0]?.hash ?? '';
  const [ledger] = yield* run(q.ledgerHeadRead);
  return registerStart(ledger?.coop ?? '').toString('hex');
}

function* shownOf(q: Queries, rows: readonly Movement[]): Script<ReadonlyMap<number, string>> {
  const ids = new Set(rows.flatMap(({ person, other }) => [person, other]));
  const persons = yield* run(q.registerPersonsNumbered, { numbers: numbers(ids) });
  return new Map(persons.map(({ number, shown }) => [number, shown]));
}

/** The entry of a movement carries its link, so that the signed tree of the ledger holds the register as well. */
function* faultsOfEntry(q: Queries, row: Movement): Script<readonly string[]> {
  const [entry] = yield* run(q.ledgerEntry, { seq: row.entry });
  if (entry === undefined)
    return [`register movement ${row.seq}: its entry ${row.entry} is not in the ledger`];
  return entry.memo === `${row.seq} ${row.hash}`
    ? []
    : [`register movement ${row.seq}: entry ${row.entry} of the ledger says something else`];
}

/** What each person has is what their lines come to, what waits in the queue, and what their accounts say (COOP.md §1, A1). */
export function* checkPersons(q: Queries, a: Step): Script<Found> {
  const rows = yield* run(q.registerPersons, { after: Math.max(a.after, 0) });
  const [head] = yield* run(q.registerHeadRead, {});
  const ids = numbers(rows.map(({ number }) => number));
  const lines = new Map((yield* run(q.registerLineSums, { numbers: ids })).map((row) => [row.person, row]));
  const queued = new Map(
    (yield* run(q.registerQueuedSums, { numbers: ids })).map((row) => [row.person, row.left]),
  );
  const names = rows.flatMap(({ number }) => [`capital:${number}`, `uncalled:${number}`]);
  const balances = yield* run(q.registerBalances, { names: texts(names) });
  const amounts = new Map(balances.map(({ name, amount }) => [name, amount]));
  const faults: string[] = [];
  for (const row of rows) {
    const say = (what: string) => faults.push(`person ${row.number}: ${what}`);
    const sums = lines.get(row.number) ?? { shares: 0, uncalled: 0, queued: 0, votes: 0 };
    for (const what of ['shares', 'uncalled', 'queued'] as const)
      if (row[what] !== sums[what]) say(`has ${row[what]} ${what}, and movements come to ${sums[what]}`);
    if (row.queued !== (queued.get(row.number) ?? 0))
      say(`has ${row.queued} shares in the queue, and it says other`);
    if (sums.votes !== (row.standing === 'active' ? 1 : 0))
      say(`is ${row.standing} and has ${sums.votes} votes`);
    if ((amounts.get(`capital:${row.number}`) ?? 0) !== 0 - row.shares * (head?.nominal ?? 0))
      say('has shares of another worth than the ledger says');
    if ((amounts.get(`uncalled:${row.number}`) ?? 0) !== row.uncalled)
      say('has not paid up another amount than the ledger says');
    faults.push(...faultsOfIdentity(row));
  }
  const last = rows.at(-1)?.number ?? 0;
  return { faults, next: rows.length === pageRows ? last : null };
}

function faultsOfIdentity(row: Person): readonly string[] {
  if (row.erased > 0)
    return row.salt.length === 0 && row.name === ''
      ? []
      : [`person ${row.number}: is erased and still known`];
  return personCommitment(row.salt, row.number) === row.shown
    ? []
    : [`person ${row.number}: is not who the chain says`];
}

/** The head adds up, and knows the most that capital ever was: what the floor is a part of. */
export function* checkHead(q: Queries, _: Step): Script<Found> {
  const [head] = yield* run(q.registerHeadRead, {});
  const [sums] = yield* run(q.registerTotalsOn, { day: '9999-12-31' });
  const [most] = yield* run(q.registerHighest, { nominal: head?.nominal ?? 0 });
  const [last] = yield* run(q.registerPersonLast, {});
  if (head === undefined) {
    return { next: null, faults: (last?.number ?? 0) > 0 ? ['register: there are persons and no head'] : [] };
  }
  const faults = (yield* run(q.registerLineFaults, {})).map(
    ({ seq }) => `register movement ${seq}: its lines say something else`,
  );
  const compare = (what: string, said: number, is: number) => {
    if (said !== is) faults.push(`register: the head says ${what} ${said}, and it is ${is}`);
  };
  compare('shares', head.shares, sums?.shares ?? 0);
  compare('uncalled', head.uncalled, sums?.uncalled ?? 0);
  compare('the highest capital', head.highest, Math.max(0, most?.highest ?? 0));
  compare('persons', head.persons, last?.number ?? 0);
  return { faults, next: null };
}
