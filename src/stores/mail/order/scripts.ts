import { numbers, run, type Script } from '../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { MailQueries } from '../queries.ts';
import type { OrderColumn, OrderKey, Threading } from '../types.ts';
import { compareKeys, messageKeyChars } from './order.ts';

interface OrderScan {
  readonly account: number;
  readonly mailbox: number;
  readonly key: OrderKey;
  /** Null for the whole mailbox. */
  readonly uids: readonly number[] | null;
}

type Row = { readonly uid: number; readonly value: number | string };

/** The ranks of the messages by one key. */
export function* order(q: MailQueries, a: OrderScan): Script<OrderColumn> {
  const rows = a.uids === null ? yield* allRows(q, a) : yield* fewRows(q, a, a.uids);
  const ranked = new Uint32Array(rows.length);
  let rank = 0;
  for (const [at, { value }] of rows.entries()) {
    if (at > 0 && value !== rows[at - 1]?.value) rank++;
    ranked[at] = rank;
  }
  const uidAt = (place: number) => rows[place]?.uid ?? 0;
  const places = Uint32Array.from(rows, (_, place) => place).sort((a, b) => uidAt(a) - uidAt(b));
  return { uids: places.map(uidAt), ranks: places.map((place) => ranked[place] ?? 0) };
}

const wholeQueries = {
  arrival: (q: MailQueries) => q.orderArrival,
  size: (q: MailQueries) => q.orderSize,
  date: (q: MailQueries) => q.orderDate,
  from: (q: MailQueries) => q.orderFrom,
  to: (q: MailQueries) => q.orderTo,
  cc: (q: MailQueries) => q.orderCc,
  displayFrom: (q: MailQueries) => q.orderFromDisplay,
  displayTo: (q: MailQueries) => q.orderToDisplay,
  subject: (q: MailQueries) => q.orderSubject,
} as const;

function* allRows(q: MailQueries, { account, mailbox, key }: OrderScan): Script<readonly Row[]> {
  const query = wholeQueries[key](q);
  return yield* run(query as typeof q.orderSubject, { account, mailbox });
}

function* fewRows(
  q: MailQueries,
  { account, mailbox, key }: OrderScan,
  uids: readonly number[],
): Script<readonly Row[]> {
  const found = yield* run(q.orderAmong, { account, mailbox, uids: numbers(uids) });
  const rows = found.map((row): Row => ({ uid: row.uid, value: row[key] }));
  return rows.sort(({ value: x }, { value: y }) =>
    typeof x === 'string' || typeof y === 'string' ? compareKeys(String(x), String(y)) : x - y,
  );
}

interface ThreadRow {
  readonly uid: number;
  readonly sent: number;
  readonly subject: string;
  readonly isReply: number;
  readonly message: string | null;
  readonly parents: string;
}

interface ThreadScan {
  readonly account: number;
  readonly mailbox: number;
  readonly uids: readonly number[] | null;
}

/** What threads are made of, ids and subjects as numbers. */
export function* threading(q: MailQueries, { account, mailbox, uids }: ThreadScan): Script<Threading> {
  const gathered = new Gathered(limits.threadIdsMax);
  if (uids !== null) {
    for (const row of yield* run(q.threadAmong, { account, mailbox, uids: numbers(uids) })) gathered.add(row);
    return gathered.result;
  }
  const limit = limits.threadPageRows;
  for (let from = 1; ; ) {
    const rows = yield* run(q.threadPage, { account, mailbox, from, limit });
    for (const row of rows) gathered.add(row);
    const last = rows.at(-1);
    if (!last || rows.length < limit) return gathered.result;
    from = last.uid + 1;
  }
}

/** Rows of messages -> arrays; of `idsMax` message ids on only nearest ancestors are taken up. */
export class Gathered {
  readonly #idsMax: number;
  readonly #uids: number[] = [];
  readonly #sent: number[] = [];
  readonly #subjects: number[] = [];
  readonly #replies: number[] = [];
  readonly #messages: number[] = [];
  readonly #starts: number[] = [0];
  readonly #parents: number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #known = new Map<string, number>([['', 0]]);

  constructor(idsMax: number) {
    this.#idsMax = idsMax;
  }

  add(row: ThreadRow): void {
    this.#uids.push(row.uid);
    this.#sent.push(row.sent);
    this.#subjects.push(number(this.#known, row.subject));
    this.#replies.push(row.isReply);
    this.#messages.push(row.message === null ? -1 : number(this.#ids, row.message));
    const { parents } = row;
    // Who makes up ids without end gets shorter ancestries, not our memory.
    const isFull = this.#ids.size >= this.#idsMax;
    const first = isFull ? Math.max(0, parents.length - messageKeyChars) : 0;
    for (let at = first; at < parents.length; at += messageKeyChars) {
      this.#parents.push(number(this.#ids, parents.slice(at, at + messageKeyChars)));
    }
    this.#starts.push(this.#parents.length);
  }

  get result(): Threading {
    return {
      uids: Uint32Array.from(this.#uids),
      sent: ranksOf(this.#sent),
      subjects: Uint32Array.from(this.#subjects),
      replies: Uint8Array.from(this.#replies),
      messages: Int32Array.from(this.#messages),
      parentStarts: Uint32Array.from(this.#starts),
      parents: Uint32Array.from(this.#parents),
      idCount: this.#ids.size,
    };
  }
}

function ranksOf(values: readonly number[]): Uint32Array {
  const sorted = Float64Array.from(values).sort();
  let count = 0;
  for (const value of sorted) if (count === 0 || value !== sorted[count - 1]) sorted[count++] = value;
  return Uint32Array.from(values, (value) => {
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

function number(known: Map<string, number>, text: string): number {
  const seen = known.get(text);
  if (seen !== undefined) return seen;
  known.set(text, known.size);
  return known.size - 1;
}

/** Every email has its keys, and no keys are without their email. */
export function* orderFaults(q: MailQueries, account: number): Script<string[]> {
  const missing = yield* run(q.ordersMissing, { account });
  const lost = yield* run(q.ordersLost, { account });
  return [
    ...missing.map(({ id }) => `content ${id}: has no keys to sort by`),
    ...lost.map(({ id }) => `content ${id}: is missing, though it has keys to sort by`),
  ];
}

/** Keys that are missing can only be read from the message; until it comes again it sorts as if it said nothing. */
export function* mendOrders(q: MailQueries, account: number): Script<string[]> {
  const lost = (yield* run(q.ordersLost, { account })).map(({ id }) => id);
  if (lost.length > 0) yield* run(q.emailOrderRemove, { account, emails: numbers(lost) });
  return lost.map((id) => `content ${id}: its keys to sort by removed`);
}
