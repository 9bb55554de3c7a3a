import type { Zone } from '../../formats/icalendar/index.ts';
import type { ItemRow } from '../../stores/collections/index.ts';
import {
  type CollectionResource,
  type DavReport,
  type Exchange,
  type ItemResource,
  type MultiStatus,
  preferencesApplied,
  sendRows,
  truncatedRow,
} from '../../webdav/index.ts';
import { type DataPlan, dataPlanOf } from '../calendar-data/property.ts';
import { refusal } from '../conditions.ts';
import { judgeBytes, rangeHolds } from '../filter/in-time.ts';
import { readFilter } from '../filter/parse.ts';
import { type FilterPlan, planFilter } from '../filter/plan.ts';
import type { CaldavHouse } from '../house.ts';
import { batchBytesMax, batchItemsMax, queryRowsMax } from '../limits.ts';
import { caldav } from '../names.ts';
import { floatingZoneOf, zoneOfQuery } from '../zones.ts';
import { renderingOf } from './rendering.ts';
import { inScope, scopeOf } from './scope.ts';

/** RFC 4791 §7.8 */
export function calendarQuery(house: CaldavHouse): DavReport {
  return {
    namespace: caldav,
    name: 'calendar-query',
    rfc: '4791 §7.8',
    on: inScope,
    privilege: 'read',
    async run(exchange, resource, body) {
      const element = body.children.find(({ namespace, name }) => namespace === caldav && name === 'filter');
      if (element === undefined) throw refusal('valid-filter', 'a calendar-query has a filter');
      const rendering = renderingOf(house, exchange, body, resource);
      const query: Query = {
        exchange,
        filter: planFilter(readFilter(element)),
        wish: dataPlanOf(body, exchange.visit, rendering),
        budget: rendering.budget,
        zone: zoneOfQuery(body),
        left: queryRowsMax,
      };
      const { collections, item } = await scopeOf(exchange, resource);
      const answer = exchange.multiStatus(preferencesApplied(exchange));
      if (item) await answerRows(query, answer, item.collection, [item.row]);
      for (const collection of collections) {
        await queryCollection(query, answer, collection);
        if (isSpent(query)) break;
      }
      // RFC 4791 §7.8: what is answered is not all.
      if (isSpent(query)) await answer.response(exchange.visit.href(resource), truncatedRow);
      await answer.end();
    },
  };
}

interface Query {
  readonly exchange: Exchange;
  readonly filter: FilterPlan;
  readonly wish: DataPlan;
  readonly zone: Zone | undefined;
  /** Objects that may still be answered; below 0: there were more. */
  left: number;
  readonly budget: { readonly instances: number };
}

const isSpent = ({ left, budget }: Query): boolean => left < 0 || budget.instances < 0;

/** The index finds what can be; the digest says what is; bytes are read only for what stands nowhere else. */
async function queryCollection(
  query: Query,
  answer: MultiStatus,
  collection: CollectionResource,
): Promise<void> {
  const { collections } = collection.scene.house;
  const { account, id } = collection.row;
  for await (const page of collections.within(account, id, query.filter.span)) {
    await answerRows(query, answer, collection, page);
    if (isSpent(query)) return;
  }
}

async function answerRows(
  query: Query,
  answer: MultiStatus,
  collection: CollectionResource,
  page: readonly ItemRow[],
): Promise<void> {
  const { filter, wish, exchange } = query;
  const zone = query.zone ?? floatingZoneOf(collection.details);
  const rows = page.filter(
    (row) => filter.row(row) && filter.ranges.every((test) => rangeHolds(row.digest, test, zone)),
  );
  const { visit } = exchange;
  const send = async (items: readonly ItemResource[]) => {
    const sent = items.slice(0, Math.max(0, query.left));
    query.left -= items.length;
    await sendRows(answer, visit, wish.plan, sent);
  };
  const { rest } = filter;
  if (rest === null && !wish.data) return send(rows.map((row) => collection.item(row)));
  for (const batch of batchesOf(rows)) {
    if (isSpent(query)) return;
    const items = await collection.itemsNamed(batch.map(({ name }) => name));
    await send(rest === null ? items : items.filter((item) => judgeBytes(rest, item, zone)));
  }
}

/** As many as may be held at once. */
function* batchesOf(rows: readonly ItemRow[]): Generator<readonly ItemRow[]> {
  let from = 0;
  let bytes = 0;
  for (const [at, { size }] of rows.entries()) {
    if (at > from && (at - from === batchItemsMax || bytes + size > batchBytesMax)) {
      yield rows.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < rows.length) yield rows.slice(from);
}
