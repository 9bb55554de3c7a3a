import { type CalendarObject, managedIdsIn, readCalendar } from '../../formats/icalendar/index.ts';
import type { Attachment, NewAttachment } from '../../stores/collections/index.ts';
import type { Arriving, Visit } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import type { CaldavHouse } from '../house.ts';
import { roleIn } from '../scheduling/role.ts';
import { readKept } from '../scheduling/shelf.ts';
import { selfIn } from '../scheduling/users.ts';
import { attachmentsName, attachOf } from './attach-of.ts';
import { demandCount } from './count.ts';
import { withOther } from './edit.ts';
import { mayRead } from './may-read.ts';

/** Attachments that an object names, settled before it is kept. */
export interface Settled {
  /** In place of those that came; null: they are kept as they came. */
  readonly bytes: Buffer | null;
  readonly brought: readonly NewAttachment[];
}

/**
 * An object may name what is attached to another one (RFC 8607 §3.7), where who writes it may read that; then both have it.
 * Of what is another account's this one gets its own, so that it stays when the other goes, but where it is the organiser's:
 * who is invited sees what the organiser attaches as long as they do. `ids`: what it names. DavError valid-managed-id.
 */
export async function settleAttachments(
  house: CaldavHouse,
  arriving: Arriving,
  bytes: Buffer,
  ids: readonly string[],
): Promise<Settled> {
  const { collection, brought = [], scene } = arriving;
  const taken: NewAttachment[] = [...brought];
  if (ids.length === 0) return { bytes: null, brought: taken };
  demandCount(ids.length);
  const known = new Set([...(await namedBefore(house, arriving)), ...brought.map((each) => each.managedId)]);
  const { attachments } = house.collections;
  let object: CalendarObject | null = null;
  let changed: Buffer | null = null;
  for (const id of ids.filter((each) => !known.has(each))) {
    const own = await attachments.find(collection.account, id);
    if (own !== null) {
      await demandReadable(house, scene.visit, own);
      continue;
    }
    object ??= readKept(bytes);
    const place = placeOf(object, id, scene.visit);
    const other = place === null ? null : await attachmentAt(house, place.handle, id);
    if (place === null || (other === null && !place.isHere)) continue;
    const self = await selfIn(house.accounts, collection.account, [object]);
    if (roleIn(object, self) === 'attendee') continue;
    if (other === null) throw refusal('valid-managed-id', 'there is no such attachment');
    await demandReadable(house, scene.visit, other);
    const copy = attachments.copyOf(other);
    taken.push(copy);
    changed = withOther(object, id, await attachOf(house, scene.visit, collection.account, copy));
    object = readCalendar(changed, { bytesMax: Number.POSITIVE_INFINITY });
  }
  return { bytes: changed, brought: taken };
}

async function namedBefore(house: CaldavHouse, { existing }: Arriving): Promise<readonly string[]> {
  const bytes = existing === null ? null : await house.collections.bytes(existing.account, existing.id);
  return bytes === null ? [] : managedIdsIn(readKept(bytes).calendar);
}

async function demandReadable(house: CaldavHouse, visit: Visit, attachment: Attachment): Promise<void> {
  if (!(await mayRead(house, visit, attachment)))
    throw refusal('valid-managed-id', 'there is no such attachment');
}

/** Whose it is by its address; null where that is none of ours. `isHere`: it is on this server without doubt. */
function placeOf(
  object: CalendarObject,
  id: string,
  { origin, base }: Visit,
): { readonly handle: string; readonly isHere: boolean } | null {
  for (const component of object.instances) {
    const attach = component.properties('ATTACH').find((each) => each.parameter('MANAGED-ID') === id);
    const url = attach === undefined ? null : URL.parse(attach.value, origin);
    const [handle, named] = url?.pathname.split(`${base}/${attachmentsName}/`)[1]?.split('/') ?? [];
    if (url && handle !== undefined && named === id)
      return { handle: decoded(handle), isHere: url.origin === origin };
  }
  return null;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

async function attachmentAt(house: CaldavHouse, handle: string, id: string): Promise<Attachment | null> {
  const owner = await house.accounts.byName(handle);
  return owner && house.collections.attachments.find(owner.id, id);
}
