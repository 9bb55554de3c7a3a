import { Readable } from 'node:stream';
import { parseComponents } from '../../formats/icalendar/index.ts';
import type { Attachment } from '../../stores/collections/index.ts';
import {
  Bare,
  type DavPrivilege,
  nothing,
  type Resource,
  type Space,
  type Visit,
} from '../../webdav/index.ts';
import { isPrivate } from '../collections/busy-only.ts';
import type { CaldavHouse } from '../house.ts';

/** `/dav/attachments/<member>/<managed id>/<filename>`: for who may read the event that it belongs to, and its attendees here. */
export function attachmentsSpace(house: CaldavHouse): Space {
  return {
    name: 'attachments',
    async find(visit, path) {
      const [handle, managedId, filename, ...more] = path;
      if (handle === undefined || managedId === undefined || filename === undefined || more.length > 0)
        return nothing;
      const owner = await house.accounts.byName(handle);
      const attachment = owner && (await house.collections.attachments.find(owner.id, managedId));
      if (!attachment || !(await mayRead(house, visit, attachment))) return nothing;
      return { resource: new AttachmentResource(house, path, attachment), parent: null, name: filename };
    },
  };
}

async function mayRead(
  { collections }: CaldavHouse,
  { visitor }: Visit,
  { account, item }: Attachment,
): Promise<boolean> {
  if (visitor.kind !== 'member') return false;
  const { id, address } = visitor.member;
  if (id === account) return true;
  const bytes = await collections.bytes(account, item);
  const components = bytes
    ? parseComponents(bytes, Number.POSITIVE_INFINITY).flatMap((calendar) => calendar.components())
    : [];
  const attendees = components.flatMap((each) => each.properties('ATTENDEE'));
  if (attendees.some(({ value }) => value.toLowerCase() === `mailto:${address.toLowerCase()}`)) return true;
  const uid = components.find(({ name }) => name !== 'VTIMEZONE')?.text('UID') ?? '';
  const row = (await collections.byUid(account, 'calendars', uid)).find((each) => each.id === item);
  // What is private is its owner's, and who is busy says no more.
  if (!row || isPrivate(row.digest)) return false;
  const { sharing } = collections;
  const delegated = await sharing.delegatedTo(id, visitor.groups);
  if (delegated.some((each) => each.account === account)) return true;
  const rights = await sharing.rightsIn(id, visitor.groups, account, row.collection);
  return rights === 'read' || rights === 'write';
}

class AttachmentResource extends Bare implements Resource {
  readonly kind = 'attachment';
  readonly isCollection = false;
  // Ranges would read all that is before them.
  readonly wholeOnly = true;
  readonly #house: CaldavHouse;
  readonly #attachment: Attachment;

  constructor(house: CaldavHouse, path: readonly string[], attachment: Attachment) {
    super(['attachments', ...path]);
    this.#house = house;
    this.#attachment = attachment;
  }

  override get etag(): string {
    return `"${this.#attachment.hash.slice(0, 32)}"`;
  }

  override get length(): number {
    return this.#attachment.size;
  }

  override get type(): string {
    return this.#attachment.type;
  }

  may(privilege: DavPrivilege): boolean {
    return privilege === 'read' || privilege === 'read-current-user-privilege-set';
  }

  /** A browser that is led here runs nothing of it. */
  headers(): Readonly<Record<string, string>> {
    return {
      'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(this.#attachment.filename)}`,
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': 'sandbox',
    };
  }

  open(): Readable {
    return Readable.from(this.#house.collections.attachments.open(this.#attachment));
  }
}
