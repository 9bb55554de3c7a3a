import { FormatError } from '../../base/index.ts';
import { factsOf, readDigest, readKept } from '../../formats/vcard/index.ts';
import { childOf, type XmlElement } from '../../formats/xml/index.ts';
import type { ItemRow } from '../../stores/collections/index.ts';
import {
  CollectionResource,
  type DavReport,
  HomeResource,
  ItemResource,
  type MultiStatus,
  preferencesApplied,
  type Resource,
  readDepth,
  sendRows,
  truncatedRow,
  type Visit,
} from '../../webdav/index.ts';
import { type DataPlan, dataPlanOf } from '../address-data/property.ts';
import { judge } from '../filter/judge.ts';
import { readFilter } from '../filter/parse.ts';
import type { CardFilter } from '../filter/types.ts';
import { batchItemsMax, queryRowsMax } from '../limits.ts';
import { carddav } from '../names.ts';
import { inScope } from './multiget.ts';

/** RFC 6352 §8.6 */
export const addressbookQuery: DavReport = {
  namespace: carddav,
  name: 'addressbook-query',
  rfc: '6352 §8.6',
  on: inScope,
  privilege: 'read',
  async run(exchange, resource, body) {
    const { visit } = exchange;
    const element = body.children.find(({ namespace, name }) => namespace === carddav && name === 'filter');
    if (element === undefined) throw new FormatError('an addressbook-query has a CARDDAV:filter');
    const filter = readFilter(element);
    const max = readLimit(body);
    const query = { visit, filter, wish: dataPlanOf(body, visit), left: max };
    const books = await booksOf(resource, readDepth(exchange) ?? '1');
    const answer = exchange.multiStatus(preferencesApplied(exchange));
    if (resource instanceof ItemResource)
      await answerRows(query, answer, resource.collection, [resource.row]);
    for (const book of books) {
      await searchBook(query, answer, book);
      if (query.left < 0) break;
    }
    // §8.6.1, §8.6.2: for the request URI, beside what is answered
    if (query.left < 0) await answer.response(visit.href(resource), truncatedRow);
    await answer.end();
  },
};

interface Query {
  readonly visit: Visit;
  readonly filter: CardFilter;
  readonly wish: DataPlan;
  /** Cards that may still be answered; below 0: there were more. */
  left: number;
}

/** CARDDAV:limit (§10.6) */
function readLimit(body: XmlElement): number {
  const limit = body.children.find(({ namespace, name }) => namespace === carddav && name === 'limit');
  const text = limit && childOf(limit, 'nresults')?.text.trim();
  if (text === undefined) return queryRowsMax;
  if (!/^\d{1,15}$/.test(text)) throw new FormatError('CARDDAV:nresults is a number');
  return Math.min(Number(text), queryRowsMax);
}

/** Without a Depth it is what lies in the address book, as clients mean it. */
async function booksOf(resource: Resource, depth: string): Promise<readonly CollectionResource[]> {
  if (depth === '0') return [];
  if (resource instanceof CollectionResource) return [resource];
  if (!(resource instanceof HomeResource) || depth !== 'infinity') return [];
  const books: CollectionResource[] = [];
  for await (const page of resource.members({ dead: false })) {
    for (const each of page) if (each instanceof CollectionResource && each.may('read')) books.push(each);
  }
  return books;
}

async function searchBook(query: Query, answer: MultiStatus, book: CollectionResource): Promise<void> {
  const { collections } = book.scene.house;
  const { account, id } = book.row;
  for await (const page of collections.items(account, id)) {
    await answerRows(query, answer, book, page);
    if (query.left < 0) return;
  }
}

/** The digest says what is; bytes are read for what stands nowhere else, and for what is answered. */
async function answerRows(
  query: Query,
  answer: MultiStatus,
  book: CollectionResource,
  page: readonly ItemRow[],
): Promise<void> {
  const judged = page.flatMap((row) => {
    const facts = readDigest(row.digest);
    const verdict = facts === null && query.filter.props.length > 0 ? null : judgeOf(query.filter, facts);
    return verdict === false ? [] : [{ row, sure: verdict === true }];
  });
  const send = async (items: readonly ItemResource[]) => {
    const sent = items.slice(0, Math.max(0, query.left));
    query.left -= items.length;
    await sendRows(answer, query.visit, query.wish.plan, sent);
  };
  if (!query.wish.data && judged.every(({ sure }) => sure)) {
    return send(judged.map(({ row }) => book.item(row)));
  }
  for (let at = 0; at < judged.length && query.left >= 0; at += batchItemsMax) {
    const batch = judged.slice(at, at + batchItemsMax);
    const unsure = new Set(batch.filter(({ sure }) => !sure).map(({ row }) => row.id));
    const items = await book.itemsNamed(batch.map(({ row }) => row.name));
    const kept: ItemResource[] = [];
    for (const item of items) {
      if (unsure.has(item.row.id) && !(await judgeCard(query.filter, item))) continue;
      kept.push(item);
    }
    await send(kept);
  }
}

function judgeOf(filter: CardFilter, facts: ReturnType<typeof readDigest>): boolean | null {
  return facts === null ? true : judge(filter, facts);
}

async function judgeCard(filter: CardFilter, item: ItemResource): Promise<boolean> {
  return judge(filter, factsOf(readKept(await item.bytes()))) === true;
}
