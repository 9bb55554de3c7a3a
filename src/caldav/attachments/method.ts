import { FormatError, StoreError } from '../../base/index.ts';
import { type CalendarObject, managedIdsIn } from '../../formats/icalendar/index.ts';
import type { NewAttachment } from '../../stores/collections/index.ts';
import { type DavMethod, type Exchange, ItemResource, type Resource } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import type { CaldavHouse } from '../house.ts';
import { attachmentBytesMax } from '../limits.ts';
import { kinds } from '../names.ts';
import { readKept } from '../scheduling/shelf.ts';
import { attachOf } from './attach-of.ts';
import { demandCount } from './count.ts';
import {
  demandInstances,
  type ManagedAttach,
  names,
  withAttachment,
  withOther,
  withoutAttachment,
} from './edit.ts';

const isObject = (resource: Resource | null): resource is ItemResource =>
  resource instanceof ItemResource && resource.kind === kinds.item;

/** What a request asks for, as far as it can be judged without its body. */
interface Asked {
  readonly exchange: Exchange;
  readonly house: CaldavHouse;
  readonly resource: ItemResource;
  /** With the instances that `rid` names. */
  readonly object: CalendarObject;
  readonly isAsked: ReturnType<typeof demandInstances>['isAsked'];
  /** '' where none is named. */
  readonly managedId: string;
}

const actions: Readonly<Record<string, (asked: Asked) => Promise<void>>> = {
  'attachment-add': add,
  'attachment-update': update,
  'attachment-remove': remove,
};

/** POST of bytes to an event (RFC 8607 §3.4): the server keeps them and writes the ATTACH. */
export function attachmentsMethod(house: CaldavHouse): DavMethod {
  return {
    name: 'POST',
    rfc: '8607 §3.4',
    on: ({ resource }) => isObject(resource),
    demands: () => [{ on: 'resource', privilege: 'write-content' }],
    async run(exchange, { resource }) {
      if (!isObject(resource)) return;
      const query = new URLSearchParams(exchange.query);
      const act = actions[query.get('action') ?? ''];
      if (act === undefined) throw refusal('valid-action', 'an attachment is added, updated or removed');
      const managedId = query.get('managed-id') ?? '';
      const kept = readKept(await resource.bytes());
      // RFC 8607 §3.3.3: what is added has no name yet, and nothing else is done without one.
      const named = act === add ? !query.has('managed-id') : names(kept, managedId);
      if (!named) throw refusal('valid-managed-id', 'it has no such attachment');
      const rid = query.get('rid');
      if (rid !== null && act === update) throw refusal('valid-rid', 'all instances are updated');
      const { object, isAsked } = demandInstances(kept, rid);
      await act({ exchange, house, resource, object, isAsked, managedId });
    },
  };
}

const tooLarge = () =>
  refusal('max-attachment-size', `an attachment has at most ${attachmentBytesMax} bytes`);

/** What can be known of the bytes before they come; DavError with the precondition that does not hold. */
function demandRoom({ exchange, object }: Asked, more: 0 | 1): void {
  if (exchange.length !== null && exchange.length > attachmentBytesMax) throw tooLarge();
  demandCount(managedIdsIn(object.calendar).length + more);
}

/** The bytes of the request, kept and written of; what was kept for nothing goes. */
async function withBytes(
  asked: Asked,
  write: (attach: ManagedAttach) => Buffer,
  status: number,
): Promise<void> {
  const { exchange, house, resource } = asked;
  const { attachments } = house.collections;
  const { account } = resource.row;
  const brought = await keep(asked);
  try {
    const attach = await attachOf(house, exchange.visit, account, brought);
    const { resource: written } = await resource.rewrite(write(attach), [brought], exchange.write);
    await answer(exchange, written, status, attach);
  } finally {
    attachments.release(brought);
  }
}

async function keep({ exchange, house, resource }: Asked): Promise<NewAttachment> {
  const type =
    exchange.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase() || 'application/octet-stream';
  const content = { body: exchange.body, type, filename: filenameIn(exchange.header('content-disposition')) };
  try {
    return await house.collections.attachments.take(resource.row.account, content, attachmentBytesMax);
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'too-large') throw tooLarge();
    throw error;
  }
}

async function add(asked: Asked): Promise<void> {
  demandRoom(asked, 1);
  await withBytes(asked, (attach) => withAttachment(asked.object, attach, asked.isAsked), 201);
}

async function update(asked: Asked): Promise<void> {
  demandRoom(asked, 0);
  await withBytes(asked, (attach) => withOther(asked.object, asked.managedId, attach), 200);
}

async function remove({ exchange, resource, object, managedId, isAsked }: Asked): Promise<void> {
  const bytes = withoutAttachment(object, managedId, isAsked);
  const { resource: written } = await resource.rewrite(bytes, [], exchange.write);
  await answer(exchange, written, 204, null);
}

/** RFC 6266 §4.1; what is no name of a file becomes one. */
function filenameIn(disposition = ''): string {
  const plain = /;\s*filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition);
  const extended = /;\s*filename\*\s*=\s*utf-8''([^;\s]+)/i.exec(disposition)?.[1];
  let name = (plain?.[1]?.replace(/\\(.)/g, '$1') ?? plain?.[2] ?? '').trim();
  try {
    if (extended !== undefined) name = decodeURIComponent(extended);
  } catch {
    throw new FormatError('the name of the file is not UTF-8');
  }
  const last = (name.split(/[/\\]/).at(-1) ?? '').replace(/\p{Cc}/gu, '').trim();
  return last === '' || last === '.' || last === '..' ? 'attachment' : last;
}

/** RFC 8607 §3.4: the object is answered where that is preferred, since the server wrote into it. */
async function answer(
  exchange: Exchange,
  written: Resource,
  status: number,
  attach: ManagedAttach | null,
): Promise<void> {
  const id: Record<string, string> =
    attach === null ? {} : { 'Cal-Managed-ID': attach.managedId, Location: attach.url };
  if (exchange.visit.prefer.return !== 'representation' || !(written instanceof ItemResource))
    return exchange.send(status, id);
  const headers = {
    ...id,
    ...written.headers(),
    ETag: written.etag,
    'Content-Type': written.type,
    'Content-Location': exchange.visit.href(written),
    'Preference-Applied': 'return=representation',
  };
  exchange.send(status === 204 ? 200 : status, headers, await written.shownBytes());
}
