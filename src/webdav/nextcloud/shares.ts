import { createHash } from 'node:crypto';
import { publicAccount } from '../../accounts/index.ts';
import {
  type FileNode,
  type Link,
  namesDown,
  type Share,
  type ShareRights,
} from '../../stores/files/index.ts';
import { DavError } from '../errors.ts';
import { Entry, filesSpace, numberOf } from '../files/index.ts';
import type { Endpoint, OcsCall, OcsHouse } from './endpoints.ts';
import type { Data } from './ocs.ts';
import { bitsOf, lettersOf } from './permissions.ts';

const types = { member: 0, group: 1, link: 3 } as const;

/** `/apps/files_sharing/api/v1/shares`: shares and links, as numbers and letters. */
export const shares: Endpoint = (call, ocs) => {
  const { method, path } = call;
  const [apps, app, api, version, what, id, ...more] = path;
  if (apps !== 'apps' || app !== 'files_sharing' || api !== 'api' || version !== 'v1' || what !== 'shares')
    return null;
  if (more.length > 0) return null;
  if (id === undefined) {
    if (method === 'GET') return list(call, ocs);
    return method === 'POST' ? create(call, ocs) : null;
  }
  if (id === 'inherited' && method === 'GET') return Promise.resolve([]);
  if (!/^\d{1,16}$/.test(id)) return null;
  const number = Number(id);
  if (method === 'GET') return one(number, call, ocs);
  if (method === 'PUT') return change(number, call, ocs);
  return method === 'DELETE' ? revoke(number, call, ocs) : null;
};

/** Links have tokens where the apps want numbers: one beyond those of shares. */
const linkNumbersFrom = 2 ** 48;

function numberOfLink({ token }: Link): number {
  return linkNumbersFrom + Number.parseInt(createHash('sha256').update(token).digest('hex').slice(0, 12), 16);
}

/** A path below the visitor's home, `Shared/` among it. */
async function entryAt({ fields, visitor, visit }: OcsCall, { house }: OcsHouse): Promise<Entry> {
  const names = (fields.get('path') ?? '').split('/').filter((name) => name !== '');
  const { resource } = await filesSpace(house).find(visit, [visitor.handle, ...names]);
  if (!(resource instanceof Entry)) throw new DavError(404, 'there is no such file');
  return resource;
}

async function list(call: OcsCall, ocs: OcsHouse): Promise<Data> {
  const { fields, visitor } = call;
  const { sharing } = ocs.house;
  const shown: Data[] = [];
  if (fields.get('shared_with_me') === 'true') {
    for (const { share, name, node } of await sharing.receivedBy(visitor.member.id, visitor.groups))
      shown.push(await shareData(share, { node, path: `/${ocs.house.sharedName}/${name}` }, ocs));
    return shown;
  }
  const below = fields.has('path') ? (await entryAt(call, ocs)).node : null;
  const inFolder = fields.get('subfiles') === 'true';
  // Of most of them no node is read: what they are of says whether they are meant.
  const isMeant = (of: ShareOf) =>
    below === null || (of.account === below.account && (inFolder || of.node === below.id));
  const placed = async (of: ShareOf) => {
    const place = isMeant(of) ? await placeOf(of, call, ocs) : null;
    return below && inFolder && place?.node.parent !== below.id ? null : place;
  };
  for (const share of await sharing.sharesBy(visitor.member.id)) {
    const place = await placed(share);
    if (place) shown.push(await shareData(share, place, ocs));
  }
  for (const link of await sharing.linksBy(visitor.member.id)) {
    const place = await placed(link);
    if (place) shown.push(await linkData(link, place, call, ocs));
  }
  return shown;
}

type ShareOf = Pick<Share, 'account' | 'node'>;

/** A node, and where the visitor finds it. */
interface Place {
  readonly node: FileNode;
  readonly path: string;
}

/** Null where it is gone. Of what is another's by the visitor's own name for what was shared, and no more than that. */
async function placeOf(of: ShareOf, { visitor }: OcsCall, { house }: OcsHouse): Promise<Place | null> {
  const chain = await house.files.chain(of.account, of.node);
  const [node] = chain;
  if (!node) return null;
  const at = (...names: string[]): Place => ({ node, path: `/${names.join('/')}` });
  if (node.account === visitor.member.id) return at(...namesDown(chain));
  for (const { node: top, name } of await house.sharing.receivedBy(visitor.member.id, visitor.groups)) {
    const above = top.account === node.account ? chain.findIndex(({ id }) => id === top.id) : -1;
    if (above >= 0) return at(house.sharedName, name, ...namesDown(chain.slice(0, above)));
  }
  return at(...namesDown([node]));
}

interface Known {
  readonly share?: Share;
  readonly link?: Link;
  readonly place: Place;
}

/** Of the visitor's own making, or what they were given. */
async function known(number: number, call: OcsCall, ocs: OcsHouse): Promise<Known> {
  const { sharing } = ocs.house;
  const { visitor } = call;
  const mine = visitor.member.id;
  if (number >= linkNumbersFrom) {
    const link = (await sharing.linksBy(mine)).find((each) => numberOfLink(each) === number);
    const place = link && (await placeOf(link, call, ocs));
    if (link && place) return { link, place };
  } else {
    const share = await sharing.share(number);
    const isMine = share !== null && (share.by === mine || share.account === mine);
    const place = isMine ? await placeOf(share, call, ocs) : null;
    if (share && place) return { share, place };
  }
  throw new DavError(404, 'there is no such share');
}

async function one(number: number, call: OcsCall, ocs: OcsHouse): Promise<Data> {
  const { share, link, place } = await known(number, call, ocs);
  if (share) return [await shareData(share, place, ocs)];
  return link ? [await linkData(link, place, call, ocs)] : [];
}

async function create(call: OcsCall, ocs: OcsHouse): Promise<Data> {
  const { fields, visitor } = call;
  const entry = await entryAt(call, ocs);
  const { node } = entry;
  const by = visitor.member.id;
  const { sharing } = ocs.house;
  const type = Number(fields.get('shareType') ?? '-1');
  const expiresMs = expiryOf(fields.get('expireDate')) ?? 0;
  if (!(lettersOf(entry) ?? '').includes('R')) throw new DavError(403, 'it may not be shared on');
  if (type === types.link) {
    const password = fields.get('password') ?? '';
    const link = await sharing.createLink({
      account: node.account,
      node: node.id,
      by,
      rights: linkRights(fields, node),
      ...(password === '' ? {} : { password }),
      label: fields.get('label') ?? fields.get('name') ?? '',
      expiresMs,
    });
    return linkData(link, await madeAt(node, call, ocs), call, ocs);
  }
  const to = await receiverOf(type, fields.get('shareWith') ?? '', ocs);
  const bits = fields.get('permissions');
  const rights = bits === null ? 'read' : rightsOf(Number(bits));
  const share = await sharing.grant({ account: node.account, node: node.id, to, rights, by, expiresMs });
  return shareData(share, await madeAt(node, call, ocs), ocs);
}

/** Where it is now that it is shared; its own name where it went meanwhile. */
async function madeAt(node: FileNode, call: OcsCall, ocs: OcsHouse): Promise<Place> {
  const of = { account: node.account, node: node.id };
  return (await placeOf(of, call, ocs)) ?? { node, path: `/${node.name}` };
}

async function receiverOf(type: number, name: string, { accounts }: OcsHouse): Promise<Share['to']> {
  const member = type === types.member ? await accounts.byName(name) : null;
  if (member) return { kind: 'member', member: member.id };
  const address = type === types.group ? await accounts.group(name) : null;
  if (address === null) throw new DavError(404, 'nobody here has that name');
  return { kind: 'group', address };
}

async function change(number: number, call: OcsCall, ocs: OcsHouse): Promise<Data> {
  const { fields } = call;
  const { share, link, place } = await known(number, call, ocs);
  const { sharing } = ocs.house;
  const bits = fields.get('permissions');
  const expires = fields.has('expireDate') ? { expiresMs: expiryOf(fields.get('expireDate')) ?? 0 } : {};
  if (share) {
    const rights = bits === null ? {} : { rights: rightsOf(Number(bits)) };
    const changed = await sharing.changeShare(share.id, { ...rights, ...expires });
    return shareData(changed, place, ocs);
  }
  if (!link) return [];
  const password = fields.get('password');
  const label = fields.get('label');
  const changed = await sharing.changeLink(link.token, {
    ...(bits === null && !fields.has('publicUpload') ? {} : { rights: linkRights(fields, place.node) }),
    ...(label === null ? {} : { label }),
    ...(password === null ? {} : { password: password === '' ? null : password }),
    ...expires,
  });
  return linkData(changed, place, call, ocs);
}

async function revoke(number: number, call: OcsCall, ocs: OcsHouse): Promise<Data> {
  const { share, link } = await known(number, call, ocs).catch(
    async (error: unknown): Promise<Partial<Known>> => {
      if (await leave(number, call, ocs)) return {};
      throw error;
    },
  );
  if (share) await ocs.house.sharing.revoke(share.id);
  if (link) await ocs.house.sharing.revokeLink(link.token);
  return [];
}

/** Whom it was shared with may let it go from sight. */
async function leave(number: number, { visitor }: OcsCall, { house }: OcsHouse): Promise<boolean> {
  const received = await house.sharing.receivedBy(visitor.member.id, visitor.groups);
  if (!received.some(({ share }) => share.id === number)) return false;
  await house.sharing.leave(visitor.member.id, number);
  return true;
}

function rightsOf(bits: number): ShareRights {
  if (!Number.isInteger(bits) || bits < 1 || bits > 31)
    throw new DavError(400, 'there are no such permissions');
  if ((bits & 16) !== 0) return 'reshare';
  return (bits & (2 | 4 | 8)) === 0 ? 'read' : 'write';
}

function linkRights(fields: URLSearchParams, { kind }: FileNode): Link['rights'] {
  const bits = Number(fields.get('permissions') ?? (fields.get('publicUpload') === 'true' ? '15' : '1'));
  if (!Number.isInteger(bits) || bits < 1 || bits > 31)
    throw new DavError(400, 'there are no such permissions');
  if (kind === 'folder' && (bits & 1) === 0) return 'drop';
  return (bits & (2 | 4 | 8)) === 0 ? 'read' : 'write';
}

/** A day, to its end in UTC. */
function expiryOf(text: string | null): number | undefined {
  if (text === null || text === '') return undefined;
  const day = /^(\d{4}-\d{2}-\d{2})/.exec(text)?.[1];
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T23:59:59Z`);
  if (Number.isNaN(ms)) throw new DavError(400, 'the date cannot be read');
  return ms;
}

async function ownerData(
  account: number,
  by: number,
  { accounts }: OcsHouse,
): Promise<Readonly<Record<string, Data>>> {
  const owner = account === publicAccount ? null : await accounts.member(account);
  const sharer = await accounts.member(by);
  const shown = (member: typeof owner) => (member ? member.name || member.address : '');
  return {
    uid_owner: sharer ? accounts.handleOf(sharer) : '',
    displayname_owner: shown(sharer),
    uid_file_owner: owner ? accounts.handleOf(owner) : '',
    displayname_file_owner: shown(owner),
  };
}

function nodeData({ node, path }: Place): Readonly<Record<string, Data>> {
  const number = numberOf(node);
  return {
    path,
    item_type: node.kind,
    mimetype: node.kind === 'folder' ? 'httpd/unix-directory' : node.type,
    item_source: number,
    file_source: number,
    file_parent: numberOf({ account: node.account, id: node.parent }),
    file_target: path,
    storage: node.account,
    storage_id: `home::${node.account}`,
    item_size: node.size,
    item_mtime: Math.floor(node.modifiedMs / 1000),
    has_preview: false,
  };
}

const dayOf = (ms: number): string | null =>
  ms === 0 ? null : `${new Date(ms).toISOString().slice(0, 10)} 00:00:00`;

function commonData(expiresMs: number, createdMs: number): Readonly<Record<string, Data>> {
  return {
    stime: Math.floor(createdMs / 1000),
    parent: null,
    expiration: dayOf(expiresMs),
    note: '',
    mail_send: 0,
    hide_download: 0,
    can_edit: true,
    can_delete: true,
    attributes: null,
  };
}

async function shareData(share: Share, place: Place, ocs: OcsHouse): Promise<Data> {
  const { to } = share;
  const member = to.kind === 'member' ? await ocs.accounts.member(to.member) : null;
  const receiver = to.kind === 'group' ? to.address : member ? ocs.accounts.handleOf(member) : '';
  const inside = place.node.kind === 'folder' ? 'CK' : 'W';
  const letters = { read: 'G', write: `GDNV${inside}`, reshare: `RGDNV${inside}` }[share.rights];
  return {
    id: String(share.id),
    share_type: types[to.kind],
    permissions: bitsOf(letters),
    ...(await ownerData(share.account, share.by, ocs)),
    ...commonData(share.expiresMs, share.createdMs),
    ...nodeData(place),
    token: null,
    label: '',
    share_with: receiver,
    share_with_displayname: member ? member.name || member.address : receiver,
  };
}

async function linkData(link: Link, place: Place, call: OcsCall, ocs: OcsHouse): Promise<Data> {
  const inside = place.node.kind === 'folder' ? 'CK' : 'W';
  const letters = { read: 'G', write: `GDNV${inside}`, drop: 'C' }[link.rights];
  const secret = link.hasPassword ? '***' : null;
  return {
    id: String(numberOfLink(link)),
    share_type: types.link,
    permissions: link.rights === 'drop' ? 4 : bitsOf(letters),
    ...(await ownerData(link.account, link.by, ocs)),
    ...commonData(link.expiresMs, link.createdMs),
    ...nodeData(place),
    token: link.token,
    url: `${call.origin}/s/${link.token}`,
    label: link.label,
    name: link.label,
    share_with: secret,
    share_with_displayname: link.hasPassword ? '(password)' : '',
    password: secret,
    send_password_by_talk: false,
  };
}
