import type { Statement } from '../../../formats/iso20022/index.ts';
import { one, run, type Script, texts } from '../../../storage/index.ts';
import { once } from '../../acts/scripts/note.ts';
import type { NewAct } from '../../acts/types.ts';
import type { Told } from '../../house.ts';
import { refusal } from '../../refusals.ts';
import type { CoopQueries } from '../../store/queries.ts';
import { nameCharactersMax, remittanceCharactersMax } from '../limits.ts';
import type { ImportCounts, NewLine } from '../types.ts';
import { bookLine } from './book.ts';

export interface ImportFile {
  readonly house: Told;
  readonly act: NewAct;
  readonly hash: string;
  readonly size: number;
  readonly statements: readonly (Statement & { readonly account: string })[];
}

const nothing = { statements: 0, known: 0, matched: 0, queued: 0, repeated: 0, others: 0 };

/**
 * Takes a file whole or not at all. What is known by account, statement and the bank's reference is not taken again; the same
 * booking in another statement is kept as `repeated` and books nothing.
 */
export function* importFile(
  q: CoopQueries,
  a: ImportFile,
): Script<ImportCounts & { readonly isNew: boolean }> {
  const { hash, size, house, act } = a;
  return yield* once(q, act, function* () {
    const [file] = yield* run(q.bankFileAdd, { hash, size, now: house.now, by: act.actor.account });
    if (file === undefined) return { isNew: false, ...nothing };
    const counts = { ...nothing, statements: a.statements.length };
    for (const statement of a.statements) {
      const found = yield* importStatement(q, house, file.id, statement);
      for (const name of ['known', 'matched', 'queued', 'repeated', 'others'] as const)
        counts[name] += found[name];
    }
    return { isNew: true, ...counts };
  });
}

type Given = ImportFile['statements'][number];

function* importStatement(
  q: CoopQueries,
  house: Told,
  file: number,
  given: Given,
): Script<Omit<ImportCounts, 'statements'>> {
  const { account, id: name, others } = given;
  const lines = linesOf(given);
  const [known] = yield* run(q.bankStatementNamed, { account, name });
  const have = known === undefined ? [] : yield* run(q.bankLinesOf, { statement: known.id });
  const there = new Map(have.map((line) => [keyOf(line), line]));
  const fresh: NewLine[] = [];
  for (const line of lines) {
    const same = there.get(keyOf(line));
    if (same === undefined) fresh.push(line);
    else if (same.amount !== line.amount || same.day !== line.day)
      throw refusal(
        'E_STATEMENT',
        `statement ${name} was imported, and says something else of ${line.reference}`,
      );
  }
  const statement = yield* keepStatement(q, file, given, known);
  const elsewhere = yield* bookedElsewhere(q, account, statement, fresh);
  const counts = { matched: 0, queued: 0, repeated: 0 };
  for (const line of fresh)
    counts[
      yield* bookLine(q, house, { ...line, statement, account, isKnown: elsewhere.has(bookingOf(line)) })
    ]++;
  return { others, known: lines.length - fresh.length, ...counts };
}

function* keepStatement(
  q: CoopQueries,
  file: number,
  { account, id: name, from, until, opening, closing }: Given,
  known: { readonly id: number; readonly first: string; readonly last: string } | undefined,
): Script<number> {
  if (known === undefined)
    return one(
      yield* run(q.bankStatementAdd, { file, account, name, first: from, last: until, opening, closing }),
    ).id;
  const first = from < known.first ? from : known.first;
  // Of a statement that a bank gives while the day goes on the last one says where it ends.
  if (until >= known.last)
    yield* run(q.bankStatementGrow, { id: known.id, first, last: until, opening, closing });
  return known.id;
}

const keyOf = ({ reference, n }: { readonly reference: string; readonly n: number }) => `${n} ${reference}`;
const bookingOf = (line: { reference: string; n: number; day: string; amount: number }) =>
  `${line.day} ${line.amount} ${keyOf(line)}`;

/** Bookings of other statements of the account, of those that these lines may be. */
function* bookedElsewhere(
  q: CoopQueries,
  account: string,
  statement: number,
  lines: readonly NewLine[],
): Script<ReadonlySet<string>> {
  if (lines.length === 0) return new Set();
  const references = texts(new Set(lines.map(({ reference }) => reference)));
  const known = yield* run(q.bankLinesKnown, { account, references });
  return new Set(known.filter((line) => line.statement !== statement).map(bookingOf));
}

/** A line for each transaction; those that the bank calls the same are counted. */
function linesOf({ entries }: Statement): readonly NewLine[] {
  const counts = new Map<string, number>();
  return entries.flatMap(({ reference, day, isReversal, transactions }) =>
    transactions.map((transaction) => {
      const n = counts.get(reference) ?? 0;
      counts.set(reference, n + 1);
      const { amount, endToEndId, payment, count, references, remittance, name, iban, returned } =
        transaction;
      return {
        ...{ reference: cut(reference), n, day, amount, count, references, isReversal },
        ...{ endToEndId: cut(endToEndId), payment: cut(payment), returned: cut(returned ?? '') },
        ...{ remittance: cut(remittance, remittanceCharactersMax), name: cut(name), iban: cut(iban) },
      };
    }),
  );
}

const cut = (text: string, max = nameCharactersMax): string =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, max)
    .toWellFormed();
