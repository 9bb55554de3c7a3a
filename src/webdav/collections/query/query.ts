import type { XmlElement } from '../../../formats/xml/index.ts';
import type { ItemRow } from '../../../stores/collections/index.ts';
import { sendRows } from '../../properties/rows.ts';
import { type ReportPlan, reportPlanOf } from '../../reports/plan.ts';
import { truncatedRow } from '../../reports/rows.ts';
import { preferencesApplied } from '../../server/headers.ts';
import type { Exchange, MultiStatus, Resource, Visit } from '../../types.ts';
import type { CollectionResource } from '../collection.ts';
import { ItemResource } from '../item.ts';
import { queryRowsMax } from './limits.ts';
import { collectionsAt } from './scope.ts';

/** What a protocol says of one query. */
export interface ItemQuery {
  /** Items that the client wants at most. */
  readonly max?: number;
  /** What lies in a collection is meant even where Depth says 0. */
  readonly inside?: boolean;
  /** What may be it, without its bytes. */
  pages(collection: CollectionResource): AsyncIterable<readonly ItemRow[]>;
  judgeOf(collection: CollectionResource): ItemJudge;
  /** Whether too much was looked at already for more to be looked at. */
  isSpent?(): boolean;
}

/** Says of the items of one collection whether they are what is looked for, as their visitor sees them. */
export interface ItemJudge {
  /** By what is known without its bytes; null: they say. */
  row(row: ItemRow): boolean | null;
  /** Of one whose row did not say; it holds its bytes. */
  item(item: ItemResource): boolean;
}

/** calendar-query and addressbook-query (RFC 4791 §7.8, RFC 6352 §8.6) */
export async function answerQuery(
  exchange: Exchange,
  resource: Resource,
  body: XmlElement,
  query: ItemQuery,
): Promise<void> {
  const { visit } = exchange;
  const plan = reportPlanOf(exchange, resource, body);
  const collections = await collectionsAt(exchange, resource, query.inside);
  const answer = exchange.multiStatus(preferencesApplied(exchange));
  const run = { visit, plan, query, answer, left: Math.min(query.max ?? queryRowsMax, queryRowsMax) };
  if (resource instanceof ItemResource) {
    const { collection, row } = resource;
    await answerPage(run, collection, query.judgeOf(collection), [row]);
  }
  for (const collection of collections) {
    await answerCollection(run, collection);
    if (isSpent(run)) break;
  }
  // RFC 6352 §8.6.2: for the request URI, beside what is answered.
  if (isSpent(run)) await answer.response(visit.href(resource), truncatedRow);
  await answer.end();
}

interface Run {
  readonly visit: Visit;
  readonly plan: ReportPlan;
  readonly query: ItemQuery;
  readonly answer: MultiStatus;
  /** Items that may still be answered; below 0: there were more. */
  left: number;
}

const isSpent = ({ left, plan, query }: Run): boolean =>
  left < 0 || plan.isSpent() || query.isSpent?.() === true;

async function answerCollection(run: Run, collection: CollectionResource): Promise<void> {
  const judge = run.query.judgeOf(collection);
  for await (const page of run.query.pages(collection)) {
    await answerPage(run, collection, judge, page);
    if (isSpent(run)) return;
  }
}

async function answerPage(
  run: Run,
  collection: CollectionResource,
  judge: ItemJudge,
  page: readonly ItemRow[],
): Promise<void> {
  const sure = new Set<number>();
  const judged: ItemResource[] = [];
  for (const row of page) {
    const verdict = judge.row(row);
    const rest = run.answer.rest();
    if (rest !== null) await rest;
    if (isSpent(run)) break;
    if (verdict === false) continue;
    if (verdict) sure.add(row.id);
    judged.push(collection.item(row));
  }
  const { content } = run.plan;
  if (!content)
    await send(
      run,
      judged.filter(({ row }) => sure.has(row.id)),
    );
  const unread = content ? judged : judged.filter(({ row }) => !sure.has(row.id));
  if (isSpent(run)) return;
  for await (const batch of collection.withContent(unread)) {
    for (const item of batch) {
      if (sure.has(item.row.id) || judge.item(item)) await send(run, [item]);
      const rest = run.answer.rest();
      if (rest !== null) await rest;
      if (isSpent(run)) return;
    }
  }
}

async function send(run: Run, items: readonly ItemResource[]): Promise<void> {
  const sent = items.slice(0, Math.max(0, run.left));
  run.left -= items.length;
  await sendRows(run.answer, run.visit, run.plan, sent);
}
