import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Received } from '../../stores/collections/index.ts';
import { Bare, bareFolder, looksOnly, nothing } from '../bare.ts';
import { prefixDeclarations, textOf } from '../prefixes.ts';
import { memberPath } from '../principals/principal.ts';
import { hrefElement } from '../properties/live.ts';
import type { Collection, DavPrivilege, LiveProperty, Resource, Space, Visit, Xml } from '../types.ts';
import type { SharingHouse } from './house.ts';
import { calendarServer, notificationsName, serverName } from './names.ts';
import { accessOf, answerOf, cs, mailto, organizerOf, ownersPath } from './properties.ts';

/**
 * `/dav/notifications/<member>/`: what a member was given and has not answered (caldav-sharing §4). It is made of the
 * shares themselves: an answer, or its end, takes an invitation away.
 */
export function notificationsSpace(house: SharingHouse): Space {
  return {
    name: notificationsName,
    async find(visit, [handle, name, ...more]) {
      const { visitor } = visit;
      if (visitor.kind !== 'member') return nothing;
      const own = async () => notificationsOf(visit, await invitations(house, visit));
      if (handle === undefined) return { ...nothing, resource: rootOf(own) };
      // What others were given is nobody else's business.
      if (handle !== visitor.handle || more.length > 0) return nothing;
      const folder = await own();
      if (name === undefined) return { resource: folder, parent: null, name: '' };
      const resource = folder.all.find(({ path }) => path.at(-1) === name) ?? null;
      return { resource, parent: folder, name };
    },
  };
}

function rootOf(own: () => Promise<Collection>): Collection {
  return {
    ...bareFolder([notificationsName]),
    kind: 'space',
    may: looksOnly,
    async *members() {
      yield [await own()];
    },
  };
}

async function invitations(house: SharingHouse, visit: Visit): Promise<readonly Notification[]> {
  const { visitor } = visit;
  if (visitor.kind !== 'member') return [];
  const { sharing } = house.collections;
  const found: Notification[] = [];
  for (const home of ['calendars', 'contacts'] as const) {
    for (const received of await sharing.received(visitor.member.id, visitor.groups, home)) {
      if (received.share.state !== 'invited') continue;
      const xml = await invitationXml(house, visit, received);
      if (xml !== null) found.push(new Notification(house, visit, received, xml));
    }
  }
  return found;
}

const sharedType = ({ collection }: Received) =>
  collection.home === 'calendars' ? 'calendar' : 'addressbook';

const uidOf = ({ collection: { account, id } }: Received) => `invite-${account}-${id}`;

const invitationTag = (received: Received) => `CS:invite-notification shared-type="${sharedType(received)}"`;

/** caldav-sharing §6.15 */
async function invitationXml(house: SharingHouse, visit: Visit, received: Received): Promise<Xml | null> {
  const { visitor } = visit;
  const { collection, share } = received;
  const host = await ownersPath(house, collection);
  if (host === null || visitor.kind !== 'member') return null;
  const summary = share.summary || (collection.details.displayName ?? collection.name);
  const components = (collection.details.components ?? []).map((name) => `<C:comp name="${name}"/>`);
  const inner = [
    cs('uid', uidOf(received)),
    mailto(visitor.member.address),
    answerOf(share),
    accessOf(share.rights),
    cs('hosturl', hrefElement(visit, host)),
    await organizerOf(house, collection.account),
    cs('summary', textOf(summary)),
    components.length === 0
      ? ''
      : `<C:supported-calendar-component-set>${components.join('')}</C:supported-calendar-component-set>`,
  ].join('');
  const stamp = `${new Date(share.createdMs).toISOString().replace(/[-:]|\.\d+/g, '')}`;
  return (
    `<?xml version="1.0" encoding="utf-8"?>\n<CS:notification${prefixDeclarations}><CS:dtstamp>${stamp}</CS:dtstamp>` +
    `<${invitationTag(received)}>${inner}</CS:invite-notification></CS:notification>\n`
  );
}

class Notification extends Bare implements Resource {
  readonly kind = 'notification';
  readonly isCollection = false;
  readonly tag: Xml;
  readonly #bytes: Buffer;
  readonly #decline: () => Promise<void>;
  readonly #createdMs: number;
  readonly #owner: readonly string[] | null;

  constructor(house: SharingHouse, visit: Visit, received: Received, xml: Xml) {
    const { visitor } = visit;
    super([notificationsName, visitor.kind === 'member' ? visitor.handle : '', `${uidOf(received)}.xml`]);
    this.tag = `<${invitationTag(received)}/>`;
    this.#bytes = Buffer.from(xml);
    this.#createdMs = received.share.createdMs;
    this.#owner = visitor.kind === 'member' ? memberPath(visitor) : null;
    const { account, id } = received.collection;
    this.#decline = async () => {
      if (visitor.kind !== 'member') return;
      const declined = { state: 'declined' } as const;
      await house.collections.sharing.answer(visitor.member.id, visitor.groups, account, id, declined);
    };
  }

  override get etag(): string {
    return `"${createHash('sha256').update(this.#bytes).digest('hex').slice(0, 32)}"`;
  }

  override get length(): number {
    return this.#bytes.length;
  }

  override get type(): string {
    return 'application/xml; charset=utf-8';
  }

  override get modifiedMs(): number {
    return this.#createdMs;
  }

  override get owner(): readonly string[] | null {
    return this.#owner;
  }

  may(privilege: DavPrivilege): boolean {
    return looksOnly(privilege) || privilege === 'unbind';
  }

  open(range?: readonly [start: number, end: number]): Readable {
    return Readable.from([range ? this.#bytes.subarray(...range) : this.#bytes]);
  }

  /** Who throws an invitation away does not want what it is for. */
  remove(): Promise<void> {
    return this.#decline();
  }
}

function notificationsOf(visit: Visit, all: readonly Notification[]) {
  const { visitor } = visit;
  const handle = visitor.kind === 'member' ? visitor.handle : '';
  const state = createHash('sha256').update(all.map(({ etag }) => etag).join());
  return {
    ...bareFolder([notificationsName, handle]),
    kind: 'notifications',
    types: [serverName('notification')],
    owner: visitor.kind === 'member' ? memberPath(visitor) : null,
    etag: `"${state.digest('hex').slice(0, 32)}"`,
    may: (privilege: DavPrivilege) => looksOnly(privilege) || privilege === 'unbind',
    all,
    async *members() {
      yield all;
    },
  } as const satisfies Collection & { readonly all: readonly Notification[] };
}

/** caldav-sharing §4.2.1 */
export const notificationType: LiveProperty = {
  namespace: calendarServer,
  name: 'notificationtype',
  key: 'CS:notificationtype',
  rfc: 'caldav-sharing §4.2.1',
  on: (resource) => resource.kind === 'notification',
  privilege: 'read',
  allprop: false,
  read: (resource) => (resource instanceof Notification ? resource.tag : undefined),
};
