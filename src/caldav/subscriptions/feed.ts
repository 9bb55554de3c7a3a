import { createHash } from 'node:crypto';
import {
  assemble,
  type Component,
  durationMs,
  Property,
  readDuration,
  splitCalendar,
  writeComponent,
} from '../../formats/icalendar/index.ts';
import type { CollectionRow, NewItem } from '../../stores/collections/index.ts';
import { DavError } from '../../webdav/index.ts';
import { readObject } from '../collections/prepare.ts';
import type { CalendarSettings } from '../house.ts';
import { feedEveryMs, feedEveryMsMax, feedEveryMsMin, feedItemsMax, feedZonesAnewMax } from '../limits.ts';
import { FeedZones } from './feed-zones.ts';

/** What a feed says now. */
export interface Feed {
  /** By name. */
  readonly items: ReadonlyMap<string, NewItem>;
  /** Of components that could not be kept. */
  readonly refused: number;
  readonly everyMs: number;
}

/** A feed that is not one; what was read before it stays. */
export class FeedError extends Error {
  override readonly name = 'FeedError';
}

/** Octets -> items, each UID one, under names that stay the same. FeedError. */
export async function readFeed(
  bytes: Buffer,
  calendar: CollectionRow,
  settings: CalendarSettings,
): Promise<Feed> {
  const head = bytes.subarray(0, 4_096).toString('utf8');
  if (!/^\uFEFF?\s*BEGIN:VCALENDAR/i.test(head)) throw new FeedError('what is there is no calendar');
  if (!/END:VCALENDAR\s*$/i.test(bytes.subarray(-64).toString('utf8')))
    throw new FeedError('what is there is cut off');
  const objects = new Map<string, { readonly anew: number; readonly components: Component[] }>();
  const zones = new FeedZones();
  let refused = 0;
  for await (const piece of splitCalendar([bytes])) {
    if (piece.type === 'zone') {
      zones.take(piece.tzid, piece.component);
      if (zones.anew > feedZonesAnewMax)
        throw new FeedError(`it says more than ${feedZonesAnewMax} times anew what a zone is`);
    } else if (piece.type === 'refused') refused++;
    else {
      const { component, uid } = identified(piece.component, piece.uid);
      const same = objects.get(uid);
      if (same) same.components.push(component);
      else objects.set(uid, { anew: zones.anew, components: [component] });
      if (objects.size > feedItemsMax) throw new FeedError(`it has more than ${feedItemsMax} objects`);
    }
  }
  const items = new Map<string, NewItem>();
  for (const [uid, { anew, components }] of objects) {
    const item = itemOf(components, zones.at(anew), calendar, settings);
    if (item) items.set(nameOf(uid), item);
    else refused++;
  }
  if (items.size === 0 && refused > 0) throw new FeedError('nothing of what is there can be kept');
  return { items, refused, everyMs: everyOf(head) };
}

/** Some feeds have no UIDs; those are made of what they say. */
function identified(component: Component, uid: string | null) {
  if (uid !== null && uid !== '') return { component, uid };
  const made = hashOf(canonical(writeComponent(component)));
  return { component: component.with(Property.of('UID', made)), uid: made };
}

const hashOf = (text: string | Buffer) => createHash('sha256').update(text).digest('hex').slice(0, 40);
const nameOf = (uid: string) => `${hashOf(uid)}.ics`;

function itemOf(
  components: readonly Component[],
  zones: ReturnType<FeedZones['at']>,
  calendar: CollectionRow,
  settings: CalendarSettings,
): NewItem | null {
  const bytes = Buffer.from(writeComponent(assemble(components, zones)));
  try {
    return { ...readObject(bytes, calendar, settings), bytes, scheduleTag: 'none' };
  } catch (error) {
    if (error instanceof DavError) return null;
    throw error;
  }
}

/** Many servers write the time of the answer into everything: that alone is no change. */
export const canonical = (text: string): string => text.replace(/^DTSTAMP[:;][^\r\n]*\r?\n/gm, '');

/** RFC 7986 §5.7, and what was before it. */
function everyOf(head: string): number {
  const written = /^(?:REFRESH-INTERVAL|X-PUBLISHED-TTL)[^:\r\n]*:(\S+)/im.exec(head)?.[1];
  if (written === undefined) return feedEveryMs;
  try {
    return Math.min(Math.max(durationMs(readDuration(written)), feedEveryMsMin), feedEveryMsMax);
  } catch {
    return feedEveryMs;
  }
}
