import { one, run, type Script } from '../../../storage/index.ts';
import type { ActsQueries } from '../../acts/queries.ts';
import type { ApiQueries } from '../../api/queries.ts';
import type { BankQueries } from '../../bank/queries.ts';
import type { LedgerQueries } from '../../ledger/queries.ts';
import { openDay } from '../../ledger/scripts/append.ts';
import { seal } from '../../ledger/scripts/seal.ts';
import type { Posting } from '../../ledger/types.ts';
import { refusal } from '../../refusals.ts';
import { registerLink } from '../chain.ts';
import type { RegisterQueries } from '../queries.ts';
import type { Line, Movement, MovementKind, Standing, Writing } from '../types.ts';
import { lockedHead } from './once.ts';

export type Queries = ActsQueries & ApiQueries & BankQueries & LedgerQueries & RegisterQueries;
export type PersonRow = Awaited<ReturnType<RegisterQueries['registerPerson']['execute']>>[number];

/** What a movement is, before it has its number. */
export interface NewMovement {
  readonly kind: MovementKind;
  readonly effective: string;
  readonly decision: string;
  readonly person: number;
  readonly other?: number;
  readonly shares: number;
  readonly amount: number;
  readonly cancels?: number;
  readonly about?: number;
  /** Nothing where no money moves. */
  readonly postings?: readonly Posting[];
  /** The entry that its own one undoes. */
  readonly reverses?: number;
  readonly lines: readonly Line[];
  readonly standings: Readonly<Record<number, { readonly standing: Standing; readonly admission?: string }>>;
}

export function* personRow(q: RegisterQueries, number: number): Script<PersonRow> {
  const [row] = yield* run(q.registerPerson, { number });
  if (row === undefined) throw refusal('E_NOT_FOUND', `there is no person ${number}`, { person: number });
  return row;
}

/** Seals an entry of the register's; in an open month where its own day lies in one that is closed. */
export function* post(
  q: Queries,
  terms: Writing,
  entry: {
    readonly key: string;
    readonly kind: string;
    readonly date: string;
    readonly memo: string;
    readonly reverses?: number;
  },
  postings: readonly Posting[],
): Script<number> {
  const date = yield* openDay(q, entry.date);
  const moved = postings.filter(({ amount }) => amount !== 0);
  return one(yield* seal(q, terms, [{ ...entry, date, postings: moved }])).seq;
}

/** Writes a movement down: its entry, its link, its lines, and what they come to. */
export function* record(q: Queries, terms: Writing, movement: NewMovement): Script<Movement> {
  const head = yield* lockedHead(q, terms);
  const { kind, effective, decision, person, other = 0, shares, amount, cancels = 0, about = 0 } = movement;
  const seq = head.seq + 1;
  const rows = new Map<number, PersonRow>();
  for (const number of [person, ...(other > 0 ? [other] : [])]) rows.set(number, yield* personRow(q, number));
  const shown = rows.get(person)?.shown ?? '';
  const link = { seq, kind, effective, recorded: terms.now, decision, shares, amount, cancels };
  const hash = registerLink(Buffer.from(head.hash, 'hex'), {
    ...link,
    ...{ person: shown, other: rows.get(other)?.shown ?? null },
  }).toString('hex');
  const entry = movement.postings?.some((posting) => posting.amount !== 0)
    ? yield* post(
        q,
        terms,
        // The chain of the ledger holds the link of the register's.
        {
          key: `register:${seq}`,
          kind: `share.${kind}`,
          date: effective,
          memo: `${seq} ${hash}`,
          ...(movement.reverses && { reverses: movement.reverses }),
        },
        movement.postings,
      )
    : 0;
  const made: Movement = { ...link, person, other, entry, hash };
  yield* run(q.registerMovementAdd, { ...made, about });
  yield* run(q.registerLinesAdd, { rows: movement.lines.map((line) => ({ ...line, seq })) });
  for (const row of rows.values()) yield* movePerson(q, terms, row, movement);
  const total = (of: 'shares' | 'uncalled') => movement.lines.reduce((sum, line) => sum + line[of], head[of]);
  const [held, uncalled] = [total('shares'), total('uncalled')];
  const highest = Math.max(head.highest, held * terms.nominal - uncalled);
  yield* run(q.registerHeadMove, { seq, hash, shares: held, uncalled, highest });
  return made;
}

function* movePerson(
  q: RegisterQueries,
  terms: Writing,
  row: PersonRow,
  { lines, standings, effective }: NewMovement,
): Script<void> {
  const own = lines.filter(({ person }) => person === row.number);
  const total = (of: 'shares' | 'uncalled' | 'queued') => own.reduce((sum, line) => sum + line[of], row[of]);
  const [shares, uncalled, queued] = [total('shares'), total('uncalled'), total('queued')];
  if (shares > terms.maxPerMember)
    throw refusal(
      'E_SHARE_CAP',
      `nobody holds more than ${terms.maxPerMember} shares, and that would be ${shares}`,
    );
  if (shares < 0 || queued < 0 || queued > shares || uncalled < 0 || uncalled > shares * terms.nominal)
    throw refusal(
      'E_SHARES',
      `person ${row.number} has ${row.shares} shares, ${row.queued} of them asked back`,
    );
  if (effective < row.moved)
    throw refusal('E_DATE', `the register of person ${row.number} goes to ${row.moved} already`);
  const { standing = row.standing, admission = row.admission } = standings[row.number] ?? {};
  const moved = { standing, admission, moved: effective, shares, uncalled, queued };
  yield* run(q.registerPersonMove, { number: row.number, ...moved });
}

/** A line that changes nothing but what is named. */
export const line = (person: number, on: string, change: Partial<Line>): Line => ({
  ...{ person, on, shares: 0, uncalled: 0, queued: 0, votes: 0 },
  ...change,
});

/** Capital of one person: what is held, and what was not paid up of it. */
export const capitalPostings = (
  terms: Writing,
  person: number,
  change: { readonly shares: number; readonly uncalled: number },
): readonly Posting[] => [
  { account: `capital:${person}`, asset: terms.currency, amount: -change.shares * terms.nominal },
  { account: `uncalled:${person}`, asset: terms.currency, amount: change.uncalled },
];
