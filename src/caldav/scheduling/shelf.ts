import { createHash } from 'node:crypto';
import { FormatError, randomToken, StoreError } from '../../base/index.ts';
import {
  addressOf,
  type CalendarObject,
  type Component,
  indexOf,
  mailOf,
  objectOf,
  readCalendar,
  writeCalendar,
  writeComponent,
} from '../../formats/icalendar/index.ts';
import {
  type CollectionRow,
  type Item,
  type KeepOptions,
  collectionsLimits as limits,
  type NewItem,
  type NewJob,
} from '../../stores/collections/index.ts';
import { inboxName } from '../../webdav/index.ts';
import { personalCalendar } from '../names.ts';
import { calendarComponents } from '../properties/4791-calendar.ts';
import { floatingZoneOf } from '../zones.ts';
import type { SchedulingHouse } from './house.ts';
import { inboxItemsMax } from './limits.ts';

/** What was taken once is read whatever the limits are now. */
export const readKept = (bytes: Buffer): CalendarObject =>
  readCalendar(bytes, { bytesMax: Number.POSITIVE_INFINITY, attendeesMax: Number.POSITIVE_INFINITY });

/** What an account has of an object. */
export interface Kept {
  readonly item: Item;
  readonly object: CalendarObject;
}

/** The copy of an account; null where it has none. Of two, which only imports can make, a scheduling object. */
export async function keptOf(
  { collections }: SchedulingHouse,
  account: number,
  uid: string,
): Promise<Kept | null> {
  const found = await collections.byUid(account, 'calendars', uid);
  // What is read from elsewhere is no copy of theirs.
  const rows = found.length === 0 ? [] : await collections.collections(account, 'calendars');
  const fed = new Set(rows.filter(({ details }) => details.source !== undefined).map(({ id }) => id));
  const items = found.filter(({ collection }) => !fed.has(collection));
  const item = items.find(({ scheduleTag }) => scheduleTag !== '') ?? items[0];
  return item === undefined ? null : { item, object: readKept(item.bytes) };
}

/** All calendars of an account and its inbox, made where there are none yet. */
export async function shelvesOf(
  { collections }: SchedulingHouse,
  account: number,
): Promise<readonly CollectionRow[]> {
  const rows = await collections.collections(account, 'calendars');
  if (rows.length > 0) return rows;
  try {
    await collections.makeCollection(account, { home: 'calendars', kind: 'calendar', ...personalCalendar });
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'exists') throw error;
  }
  return collections.collections(account, 'calendars');
}

export const takesInvitations = (
  { kind, details }: CollectionRow,
  component: Component['name'] = 'VEVENT',
): boolean =>
  kind === 'calendar' &&
  details.source === undefined &&
  (details.components ?? calendarComponents).some((name) => name === component);

/** Where invitations go (RFC 6638 §9.2): what its owner says, or the first calendar that holds such things. */
export function defaultCalendar(
  rows: readonly CollectionRow[],
  component: Component['name'] = 'VEVENT',
): CollectionRow | null {
  const wanted = rows.find(({ kind }) => kind === 'inbox')?.details.defaultCalendar;
  const holding = rows.filter((row) => takesInvitations(row, component));
  return holding.find(({ id }) => id === wanted) ?? holding[0] ?? null;
}

/** A message that its receiver is to see, and who sent it. */
export interface News {
  readonly message: CalendarObject;
  readonly from: string;
}

export interface Keeping {
  readonly tag: 'new' | 'keep';
  readonly jobs?: readonly NewJob[];
  readonly news?: News;
  /** As in `put`. */
  readonly unmovedSince?: number;
}

/**
 * Keeps a copy as the server itself makes it, what follows from it and the news of it, in one transaction. StoreError as
 * `put`: 'conflict' or 'exists' where somebody was faster.
 */
export async function keep(
  house: SchedulingHouse,
  account: number,
  kept: Kept | null,
  object: CalendarObject,
  { tag, jobs = [], news, unmovedSince }: Keeping,
): Promise<void> {
  const { collections } = house;
  const beside = news && (await placeOfNews(house, account, news));
  const more = {
    jobs,
    ...(beside === undefined ? {} : { beside }),
    ...(unmovedSince === undefined ? {} : { unmovedSince }),
  };
  if (kept !== null) {
    const collection = await collections.collectionById(account, kept.item.collection);
    if (collection === null) throw new StoreError('conflict', 'its calendar went');
    await collections.put(account, collection.id, kept.item.name, itemOf(house, object, collection, tag), {
      ...more,
      expected: { hash: kept.item.hash },
    });
    if (beside !== undefined) tellOf(house, account, news);
    return;
  }
  const collection = defaultCalendar(await shelvesOf(house, account), object.kind);
  if (collection === null) {
    if (news !== undefined) await announce(house, account, news);
    return;
  }
  await collections.put(
    account,
    collection.id,
    `${randomToken(130)}.ics`,
    itemOf(house, object, collection, tag),
    { ...more, expected: { hash: null }, uniqueInHome: true },
  );
  if (beside !== undefined) tellOf(house, account, news);
}

/** News of something that changes nothing that is kept. */
export async function announce(house: SchedulingHouse, account: number, news: News): Promise<void> {
  const beside = await placeOfNews(house, account, news);
  if (beside === undefined) return;
  await house.collections.put(account, beside.collection, beside.name, beside.item);
  tellOf(house, account, news);
}

/** Somebody beside the calendar may tell the member. */
function tellOf(house: SchedulingHouse, account: number, news: News | undefined): void {
  if (house.heard === undefined || news === undefined) return;
  const { message, from } = news;
  const [first] = message.instances;
  const method = message.calendar.text('METHOD') ?? '';
  const title = (message.master ?? first)?.text('SUMMARY') ?? '';
  house.heard({ account, method: method.toUpperCase(), from: mailOf(addressOf(from)) ?? from, title });
}

/** What was put together is judged as what a client brings: it must stay what a client can bring again. */
function itemOf(
  { settings }: SchedulingHouse,
  object: CalendarObject,
  { details }: CollectionRow,
  scheduleTag: 'new' | 'keep',
): NewItem {
  const { objectBytesMax: bytesMax, attendeesMax } = settings;
  const bytes = Buffer.from(writeCalendar(object));
  if (bytes.length > bytesMax) throw new FormatError(`it would be longer than ${bytesMax} bytes`);
  const index = indexOf(objectOf(object.calendar, { bytesMax, attendeesMax }), floatingZoneOf(details));
  if (Buffer.byteLength(index.digest) > limits.digestBytesMax)
    throw new FormatError('there would be too many dates in it');
  return { ...index, bytes, scheduleTag };
}

/**
 * A message as news in the inbox (RFC 6638 §4.1): the last of each sender about each object. It is for clients to show and
 * take away; an inbox that nobody looks at loses its oldest.
 */
async function placeOfNews(
  house: SchedulingHouse,
  account: number,
  { message, from }: News,
): Promise<KeepOptions['beside']> {
  const rows = await shelvesOf(house, account);
  const inbox = rows.find(({ kind, name }) => kind === 'inbox' || name === inboxName);
  if (inbox === undefined) return undefined;
  if (inbox.items >= inboxItemsMax) await forgetOldest(house, inbox);
  const name = createHash('sha256')
    .update(`${addressOf(from)}\n${message.uid}`)
    .digest('hex')
    .slice(0, 40);
  const bytes = Buffer.from(writeComponent(message.calendar));
  const item = { ...indexOf(message), bytes, scheduleTag: 'none' } as const;
  return { collection: inbox.id, name: `${name}.ics`, item };
}

async function forgetOldest({ collections }: SchedulingHouse, { account, id }: CollectionRow): Promise<void> {
  let oldest: { readonly name: string; readonly modseq: number } | null = null;
  for await (const page of collections.items(account, id)) {
    for (const item of page) if (oldest === null || item.modseq < oldest.modseq) oldest = item;
  }
  if (oldest === null) return;
  await collections.remove(account, id, oldest.name).catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.reason !== 'not-found') throw error;
  });
}
