import { FormatError, StoreError } from '../../base/index.ts';
import type { Attachment } from '../../stores/collections/index.ts';
import {
  DavError,
  type DavMethod,
  type Exchange,
  ItemResource,
  type Resource,
  type Visit,
} from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import type { CaldavHouse } from '../house.ts';
import { attachmentBytesMax } from '../limits.ts';
import { kinds } from '../names.ts';
import {
  type Instances,
  type ManagedAttach,
  names,
  withAttachment,
  withOther,
  withoutAttachment,
} from './edit.ts';

const isObject = (resource: Resource | null): resource is ItemResource =>
  resource instanceof ItemResource && resource.kind === kinds.item;

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
      const instances = instancesIn(query.get('rid'));
      const managedId = query.get('managed-id') ?? '';
      const action = query.get('action');
      if (action === 'attachment-add') return add(exchange, house, resource, instances);
      if (action !== 'attachment-update' && action !== 'attachment-remove')
        throw refusal('valid-action', 'an attachment is added, updated or removed');
      if (!names(await resource.bytes(), managedId))
        throw refusal('valid-managed-id', 'it has no such attachment');
      if (action === 'attachment-remove') return remove(exchange, house, resource, managedId, instances);
      if (instances !== null) throw refusal('valid-rid', 'all instances are updated');
      await update(exchange, house, resource, managedId);
    },
  };
}

function instancesIn(rid: string | null): Instances {
  return rid === null ? null : rid.split(',').map((each) => each.trim());
}

/** The bytes of the request, kept; DavError with the precondition that does not hold. */
async function keep(exchange: Exchange, house: CaldavHouse, { row }: ItemResource): Promise<Attachment> {
  const type =
    exchange.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase() || 'application/octet-stream';
  const content = { body: exchange.body, type, filename: filenameIn(exchange.header('content-disposition')) };
  const tooLarge = () =>
    refusal('max-attachment-size', `an attachment has at most ${attachmentBytesMax} bytes`);
  if (exchange.length !== null && exchange.length > attachmentBytesMax) throw tooLarge();
  try {
    return await house.collections.attachments.add(row.account, row.id, content, attachmentBytesMax);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (error.reason === 'too-large') throw tooLarge();
    if (error.reason === 'limit') throw refusal('max-attachments-per-resource', error.message);
    throw error;
  }
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

async function attachOf(house: CaldavHouse, visit: Visit, attachment: Attachment): Promise<ManagedAttach> {
  const { account, managedId, type, filename, size } = attachment;
  const owner = await house.accounts.member(account);
  if (!owner) throw new DavError(404, 'there is nothing here');
  const path = ['attachments', house.accounts.handleOf(owner), managedId, filename];
  const url = visit.origin + visit.href({ path, isCollection: false });
  return { url, managedId, type, filename, size };
}

/** Writes the object as any other change of it: who is invited hears of it. */
async function write(exchange: Exchange, resource: ItemResource, bytes: Buffer): Promise<Resource> {
  const body = (async function* () {
    yield bytes;
  })();
  // What came meanwhile is not written over.
  const options = { ...exchange.write, seen: exchange.write.seen ?? { etag: resource.etag } };
  const content = { body, length: bytes.length, type: 'text/calendar', modifiedMs: null };
  return (await resource.put(content, options)).resource;
}

async function add(
  exchange: Exchange,
  house: CaldavHouse,
  resource: ItemResource,
  instances: Instances,
): Promise<void> {
  const attachment = await keep(exchange, house, resource);
  const { account, managedId } = attachment;
  try {
    const attach = await attachOf(house, exchange.visit, attachment);
    const written = await write(
      exchange,
      resource,
      withAttachment(await resource.bytes(), attach, instances),
    );
    await answer(exchange, written, 201, managedId);
  } catch (error) {
    await house.collections.attachments.remove(account, managedId);
    throw error;
  }
}

async function update(
  exchange: Exchange,
  house: CaldavHouse,
  resource: ItemResource,
  before: string,
): Promise<void> {
  const attachment = await keep(exchange, house, resource);
  const { account, managedId } = attachment;
  let written: Resource;
  try {
    const attach = await attachOf(house, exchange.visit, attachment);
    written = await write(exchange, resource, withOther(await resource.bytes(), before, attach));
  } catch (error) {
    await house.collections.attachments.remove(account, managedId);
    throw error;
  }
  await house.collections.attachments.remove(account, before);
  await answer(exchange, written, 200, managedId);
}

async function remove(
  exchange: Exchange,
  house: CaldavHouse,
  resource: ItemResource,
  managedId: string,
  instances: Instances,
): Promise<void> {
  const bytes = withoutAttachment(await resource.bytes(), managedId, instances);
  const written = await write(exchange, resource, bytes);
  if (!names(bytes, managedId)) await house.collections.attachments.remove(resource.row.account, managedId);
  await answer(exchange, written, 204, null);
}

/** RFC 8607 §3.4: the object is answered where that is preferred, since the server wrote into it. */
async function answer(
  exchange: Exchange,
  written: Resource,
  status: number,
  managedId: string | null,
): Promise<void> {
  const id: Record<string, string> = managedId === null ? {} : { 'Cal-Managed-ID': managedId };
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
