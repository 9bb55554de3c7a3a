import type { Accounts } from '../../accounts/index.ts';
import { publicAccount } from '../../accounts/index.ts';
import { escapeXml } from '../../formats/xml/index.ts';
import type { Share, Sharing } from '../../stores/files/index.ts';
import { Entry, FileEntry, favouriteKey, numberOf, Removed, SharedFolder } from '../files/index.ts';
import type { LiveProperty, Ready, Resource, Visit, Xml } from '../types.ts';
import { favouritesIn } from './favourites.ts';
import { fileIdOf } from './identity.ts';
import { bitsOf, lettersOf } from './permissions.ts';

const owncloud = 'http://owncloud.org/ns';
const nextcloud = 'http://nextcloud.org/ns';
const collaboration = 'http://open-collaboration-services.org/ns';

export interface PropertyParts {
  readonly instance: string;
  readonly accounts: Pick<Accounts, 'member' | 'handleOf'>;
  readonly sharing: Pick<Sharing, 'sharesBy' | 'linksBy' | 'favouritesOf'>;
}

type Read<R extends Resource> = (resource: R, visit: Visit) => Ready<Xml | undefined>;
type Kind<R extends Resource> = (resource: Resource) => resource is R;

const isEntry: Kind<Entry> = (resource) => resource instanceof Entry;
const isFile: Kind<FileEntry> = (resource) => resource instanceof FileEntry;
const isShown: Kind<Entry | SharedFolder> = (resource): resource is Entry | SharedFolder =>
  resource instanceof Entry || resource instanceof SharedFolder;
const isRemoved: Kind<Removed> = (resource) => resource instanceof Removed;

function live<R extends Resource>(
  namespace: string,
  name: string,
  is: Kind<R>,
  read: Read<R>,
  more: Partial<Pick<LiveProperty, 'write'>> = {},
): LiveProperty {
  const prefix = namespace === nextcloud ? 'nc' : namespace === owncloud ? 'oc' : 'ocs';
  return {
    namespace,
    name,
    key: `${prefix}-${name}`,
    rfc: 'Nextcloud client APIs, WebDAV',
    privilege: 'read',
    allprop: false,
    on: is,
    read: (resource, visit) => (is(resource) ? read(resource, visit) : undefined),
    ...more,
  };
}

interface Known<Key, Value> {
  get(key: Key): Ready<Value> | undefined;
  set(key: Key, value: Ready<Value>): unknown;
}

/** Asks once, and has it at hand from the answer on. */
function remembered<Key, Value>(known: Known<Key, Value>, key: Key, ask: () => Promise<Value>): Ready<Value> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const answer = ask().then((value) => {
    known.set(key, value);
    return value;
  });
  known.set(key, answer);
  return answer;
}

/** What the visitor's listing asks of many rows is asked of the store once. */
function once<T>(ask: (visit: Visit) => Promise<T>): (visit: Visit) => Ready<T> {
  const asked = new WeakMap<Visit, Ready<T>>();
  return (visit) => remembered(asked, visit, () => ask(visit));
}

/** Waits only where there is something to wait for. */
function whenReady<T>(value: Ready<T>, make: (value: T) => Xml): Ready<Xml> {
  return value instanceof Promise ? value.then(make) : make(value);
}

/** 0: with a member, 1: with a group, 3: by link. */
function shareTypesOf({ sharing }: PropertyParts): Read<Entry> {
  const all = once(async ({ visitor }) => {
    const types = new Map<number, Set<number>>();
    if (visitor.kind !== 'member') return types;
    const add = (of: Pick<Share, 'account' | 'node'>, type: number) => {
      const number = numberOf({ account: of.account, id: of.node });
      types.set(number, (types.get(number) ?? new Set()).add(type));
    };
    for (const share of await sharing.sharesBy(visitor.member.id))
      add(share, share.to.kind === 'member' ? 0 : 1);
    for (const link of await sharing.linksBy(visitor.member.id)) add(link, 3);
    return types;
  });
  return ({ node }, visit) =>
    whenReady(all(visit), (types) =>
      [...(types.get(numberOf(node)) ?? [])]
        .sort()
        .map((type) => `<oc:share-type>${type}</oc:share-type>`)
        .join(''),
    );
}

interface Owner {
  readonly id: string;
  readonly name: string;
}

/** Whose tree it is; that a link leads into it is not for whoever has the link. */
function ownerOf({ accounts }: PropertyParts, which: keyof Owner): Read<Entry> {
  const asked = new WeakMap<Visit, Map<number, Ready<Owner>>>();
  const ask = async (account: number): Promise<Owner> => {
    const member = account === publicAccount ? null : await accounts.member(account);
    if (!member) return { id: '', name: '' };
    return { id: accounts.handleOf(member), name: member.name || member.address };
  };
  return ({ node: { account } }, visit) => {
    if (visit.visitor.kind === 'guest') return undefined;
    const owners = asked.get(visit) ?? new Map<number, Ready<Owner>>();
    asked.set(visit, owners);
    const owner = remembered(owners, account, () => ask(account));
    return whenReady(owner, (shown) => escapeXml(shown[which]));
  };
}

/** 1 where the visitor marked it; it tells nothing of the file, so who may read it may mark it. */
function favorite({ sharing }: PropertyParts): LiveProperty {
  const marked = once(async ({ visitor }) => {
    const all = visitor.kind === 'member' ? await sharing.favouritesOf(visitor.member.id) : [];
    return new Set(all.map(({ account, node }) => numberOf({ account, id: node })));
  });
  const write: LiveProperty['write'] = {
    privilege: 'read',
    parse: (value) => ['1', 'true', 'yes'].includes(value?.text.trim().toLowerCase() ?? ''),
  };
  const read: Read<Entry> = ({ node }, visit) =>
    whenReady(marked(visit), (all) => (all.has(numberOf(node)) ? '1' : '0'));
  return {
    ...live(owncloud, 'favorite', isEntry, read, { write }),
    key: favouriteKey,
    marked: (resource, visit) => favouritesIn(sharing, resource, visit),
  };
}

/** The numbers, letters and names that the apps read instead of DAV's own. */
export function nextcloudProperties(parts: PropertyParts): readonly LiveProperty[] {
  const { instance } = parts;
  const seconds = (ms: number): Xml => String(Math.floor(ms / 1000));
  return [
    live(owncloud, 'id', isEntry, ({ node }) => fileIdOf(node, instance)),
    live(owncloud, 'fileid', isEntry, ({ node }) => String(numberOf(node))),
    live(owncloud, 'permissions', isShown, lettersOf),
    live(owncloud, 'size', isShown, sizeOf),
    live(owncloud, 'checksums', isFile, ({ node }) =>
      node.checksum === '' ? undefined : `<oc:checksum>${escapeXml(node.checksum)}</oc:checksum>`,
    ),
    live(owncloud, 'owner-id', isEntry, ownerOf(parts, 'id')),
    live(owncloud, 'owner-display-name', isEntry, ownerOf(parts, 'name')),
    live(owncloud, 'share-types', isEntry, shareTypesOf(parts)),
    favorite(parts),
    live(owncloud, 'comments-unread', isEntry, () => '0'),
    live(owncloud, 'data-fingerprint', isShown, () => ''),
    live(collaboration, 'share-permissions', isShown, (resource) =>
      String(bitsOf(lettersOf(resource) ?? '')),
    ),
    live(nextcloud, 'has-preview', isShown, () => 'false'),
    live(nextcloud, 'is-encrypted', isShown, () => '0'),
    live(nextcloud, 'mount-type', isShown, (resource) =>
      resource instanceof Entry && resource.scene.reach.right === 'own' ? '' : 'shared',
    ),
    live(nextcloud, 'creation_time', isEntry, ({ node }) => seconds(node.createdMs)),
    live(nextcloud, 'upload_time', isEntry, ({ node }) => seconds(node.createdMs)),
    live(nextcloud, 'trashbin-filename', isRemoved, ({ entry }) => escapeXml(entry.node.name)),
    live(nextcloud, 'trashbin-original-location', isRemoved, ({ entry }) =>
      escapeXml([...entry.from, entry.node.name].join('/')),
    ),
    live(nextcloud, 'trashbin-deletion-time', isRemoved, ({ entry }) => seconds(entry.removedMs)),
  ];
}

function sizeOf(resource: Entry | SharedFolder): Xml {
  if (resource instanceof Entry) return String(resource.node.size);
  return String(resource.received.reduce((sum, { node }) => sum + node.size, 0));
}
