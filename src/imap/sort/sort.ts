import type { OrderColumn, OrderKey } from '../../stores/mail/index.ts';
import { Gone } from '../errors.ts';
import type { Session } from '../session/session.ts';
import type { SortCriterion, SortKey } from '../wire/index.ts';
import { byRank, ranksFor } from './ranks.ts';

/** RFC 5256 §3, RFC 5957 §3. */
const orderKeys: Readonly<Record<SortKey, OrderKey>> = {
  ARRIVAL: 'arrival',
  CC: 'cc',
  DATE: 'date',
  DISPLAYFROM: 'displayFrom',
  DISPLAYTO: 'displayTo',
  FROM: 'from',
  SIZE: 'size',
  SUBJECT: 'subject',
  TO: 'to',
};

/**
 * `uids`, ascending, of the selected mailbox -> the same in the order of the criteria; where all of them are equal, in
 * the order of the mailbox (RFC 5256 §3). The database sorts each key, here only ranks are put together.
 */
export async function sortUids(
  session: Session,
  uids: readonly number[],
  criteria: readonly SortCriterion[],
): Promise<readonly number[]> {
  if (uids.length < 2) return uids;
  const slices = session.slices();
  const columns = await columnsOf(session, uids, criteria);
  let places: Uint32Array = new Uint32Array(uids.length);
  for (let at = 0; at < places.length; at++) places[at] = at;
  // The least criterion first: a stable sort keeps its order where a weightier one says nothing.
  for (const { key, reverse } of criteria.toReversed()) {
    const column = columns.get(key);
    if (!column) continue;
    places = byRank(places, await slices.drive(ranksFor(uids, column)), reverse);
    if (session.gone) throw new Gone();
  }
  const sorted: number[] = [];
  for (let at = 0; at < places.length; at++) sorted.push(uids[places[at] as number] as number);
  return sorted;
}

async function columnsOf(
  session: Session,
  uids: readonly number[],
  criteria: readonly SortCriterion[],
): Promise<ReadonlyMap<SortKey, OrderColumn>> {
  const { mail, mailbox, limits } = session;
  const few = uids.length <= limits.sortedFewMax ? uids : null;
  const keys = [...new Set(criteria.map(({ key }) => key))];
  const columns = await Promise.all(
    keys.map((key) => mail.order(mailbox.account, mailbox.id, orderKeys[key], few)),
  );
  return new Map(keys.map((key, at) => [key, columns[at] as OrderColumn]));
}
