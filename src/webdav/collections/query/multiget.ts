import { FormatError } from '../../../base/index.ts';
import type { XmlElement } from '../../../formats/xml/index.ts';
import type { Home } from '../../../stores/collections/index.ts';
import { textOf } from '../../prefixes.ts';
import type { Plan } from '../../properties/index.ts';
import { sendRows } from '../../properties/rows.ts';
import { reportPlanOf } from '../../reports/plan.ts';
import { missingRow } from '../../reports/rows.ts';
import { preferencesApplied } from '../../server/headers.ts';
import type { DavReport, Exchange, MultiStatus, QName, Resource } from '../../types.ts';
import { nextItems } from '../batches.ts';
import { CollectionResource } from '../collection.ts';
import { ItemResource } from '../item.ts';
import { batchBytesMax, batchItemsMax, firstItemsMax } from '../limits.ts';
import { multigetHrefsMax } from './limits.ts';
import { inHome } from './scope.ts';

/** calendar-multiget and addressbook-multiget (RFC 4791 §7.9, RFC 6352 §8.7) */
export function multigetReport(name: QName & { readonly rfc: string }, home: Home): DavReport {
  return {
    ...name,
    on: inHome(home),
    privilege: 'read',
    run: (exchange, resource, body) =>
      answerMultiget(exchange, resource, body, reportPlanOf(exchange, resource, body)),
  };
}

/** One name of a multiget, as it was written and where it leads. */
interface Wanted {
  readonly href: string;
  /** Null: not to us. */
  readonly path: readonly string[] | null;
}

/** What the body names, in as few reads as can be; 404 for each that is not there. */
export async function answerMultiget(
  exchange: Exchange,
  resource: Resource,
  body: XmlElement,
  plan: Plan,
): Promise<void> {
  const wanted = readHrefs(exchange, body);
  const answer = exchange.multiStatus(preferencesApplied(exchange));
  const isLarge = resource instanceof CollectionResource && resource.row.bytes > batchBytesMax;
  let items = isLarge ? firstItemsMax : batchItemsMax;
  for (let at = 0; at < wanted.length; ) {
    const bytes = await answerBatch(exchange, answer, resource, wanted.slice(at, at + items), plan);
    at += items;
    items = nextItems(items, bytes);
  }
  await answer.end();
}

function readHrefs(exchange: Exchange, { children }: XmlElement): readonly Wanted[] {
  const hrefs = new Set(
    children
      .filter(({ namespace, name }) => namespace === 'DAV:' && name === 'href')
      .map(({ text }) => text.trim()),
  );
  if (hrefs.size === 0) throw new FormatError('a multiget has a DAV:href');
  if (hrefs.size > multigetHrefsMax)
    throw new FormatError(`a multiget has at most ${multigetHrefsMax} names`);
  return [...hrefs].map((href) => ({ href, path: pathOf(exchange, href) }));
}

function pathOf(exchange: Exchange, href: string): readonly string[] | null {
  try {
    const path = exchange.locate(href);
    return typeof path === 'string' ? null : path;
  } catch {
    // What is no URL of ours leads nowhere; the others are answered all the same.
    return null;
  }
}

async function answerBatch(
  exchange: Exchange,
  answer: MultiStatus,
  resource: Resource,
  batch: readonly Wanted[],
  plan: Plan,
): Promise<number> {
  const { visit } = exchange;
  let bytes = 0;
  const found = await findAll(exchange, resource, batch);
  for (const { href, path } of batch) {
    const item = path && found.get(path.join('/'));
    bytes += item?.row.size ?? 0;
    if (item) await sendRows(answer, visit, plan, [item]);
    else await answer.response(textOf(href), missingRow);
  }
  return bytes;
}

/** By path. Of the collection itself all are read at once; others, which a home may be asked for, one by one. */
async function findAll(
  exchange: Exchange,
  resource: Resource,
  batch: readonly Wanted[],
): Promise<ReadonlyMap<string, ItemResource>> {
  const found = new Map<string, ItemResource>();
  const add = (path: readonly string[], item: Resource | null | undefined) => {
    if (item instanceof ItemResource && item.may('read')) found.set(path.join('/'), item);
  };
  const paths = batch.flatMap(({ path }) => (path === null ? [] : [path]));
  const here = resource instanceof CollectionResource ? resource : null;
  const inside = here ? paths.filter((path) => isIn(here, path)) : [];
  if (here && inside.length > 0) {
    const names = inside.map((path) => (path.at(-1) ?? '').normalize('NFC'));
    const items = new Map((await here.itemsNamed(names)).map((item) => [item.row.name, item]));
    inside.forEach((path, at) => {
      add(path, items.get(names[at] ?? ''));
    });
  }
  const asked = new Set(inside);
  for (const path of paths) {
    if (asked.has(path)) continue;
    // What is not below the request URI is not asked for here (RFC 4791 §7.9).
    if (path.length > resource.path.length && startsWith(path, resource.path))
      add(path, (await exchange.find(path)).resource);
    else if (path.join('/') === resource.path.join('/')) add(path, resource);
  }
  return found;
}

const startsWith = (path: readonly string[], start: readonly string[]) =>
  start.every((name, at) => path[at] === name);

const isIn = ({ path }: Resource, item: readonly string[]) =>
  item.length === path.length + 1 && startsWith(item, path);
