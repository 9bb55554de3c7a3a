import { z } from 'zod';
import type { Member } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import { publishedPath } from '../../caldav/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { CollectionRow, Home, Share } from '../../stores/collections/index.ts';
import { webAddress } from '../../web/index.ts';
import { adminCommand } from '../admin/index.ts';
import { table } from '../text.ts';
import { memberAt } from './member.ts';

const command = adminCommand<Rooms>();
const owner = { name: 'address', summary: 'whose it is: user@domain' };
const withWhom = { name: 'with', summary: "a member's or a group's address" };

/** What the two are called on the command line. */
const kinds = {
  calendar: { home: 'calendars', word: 'calendar' },
  contacts: { home: 'contacts', word: 'address book' },
} as const satisfies Record<string, { readonly home: Home; readonly word: string }>;
type Kind = keyof typeof kinds;

/** By its name in addresses, or by the only one that is called so. StoreError 'not-found'. */
async function collectionAt(
  rooms: Rooms,
  kind: Kind,
  member: Member,
  wanted: string,
): Promise<CollectionRow> {
  const { home, word } = kinds[kind];
  const all = (await rooms.collections.collections(member.id, home)).filter((each) => each.kind !== 'inbox');
  const named = all.find(({ name }) => name === wanted);
  const called = all.filter(({ details }) => details.displayName === wanted);
  const found = named ?? (called.length === 1 ? called[0] : undefined);
  if (!found) throw new StoreError('not-found', `${member.address} has no ${word} ${wanted}`);
  return found;
}

/** A member or a group of this co-op. StoreError 'not-found'. */
async function receiverAt({ accounts: { accounts } }: Rooms, text: string) {
  const member = (await accounts.byAddress(text)) ?? (await accounts.byName(text));
  if (member) return { member: member.id, group: '' };
  const group = await accounts.group(text);
  if (group === null)
    throw new StoreError('not-found', `neither a member nor a group has the address ${text}`);
  return { member: 0, group };
}

const addressOf = async ({ accounts: { accounts } }: Rooms, id: number) =>
  (await accounts.member(id))?.address ?? `member ${id}`;

async function shownShare(rooms: Rooms, row: CollectionRow, share: Share) {
  return {
    name: row.name,
    with: share.member === 0 ? share.group : await addressOf(rooms, share.member),
    rights: share.rights,
    state: share.state,
  };
}

const shareOf = (kind: Kind) =>
  command({
    name: [kind, 'share'],
    summary: `share ${kinds[kind].word === 'calendar' ? 'a calendar' : 'an address book'} with a member or a group; again: change what they may`,
    parameters: [owner, { name: 'name', summary: `of the ${kinds[kind].word}, such as personal` }, withWhom],
    options: [
      {
        name: 'rights',
        value: 'RIGHTS',
        summary:
          kind === 'calendar'
            ? "'read', 'write', or 'busy' for times alone; else read"
            : "'read' or 'write'; else read",
      },
      { name: 'accepted', summary: 'it stands in their home at once, without their answer' },
    ],
    schema: z.strictObject({
      address: z.string(),
      name: z.string(),
      with: z.string(),
      rights: z.enum(kind === 'calendar' ? ['read', 'write', 'busy'] : ['read', 'write']).default('read'),
      accepted: z.boolean().default(false),
    }),
    async run(rooms, { address, name, with: receiver, rights, accepted }) {
      const member = await memberAt(rooms, address);
      const row = await collectionAt(rooms, kind, member, name);
      const to = await receiverAt(rooms, receiver);
      const wish = { rights, summary: '', accepted };
      const share = await rooms.collections.sharing.give(member.id, row.id, to, wish);
      const json = await shownShare(rooms, row, share);
      return { text: `${json.with} may ${json.rights} ${json.name} (${json.state})`, json };
    },
  });

const unshareOf = (kind: Kind) =>
  command({
    name: [kind, 'unshare'],
    summary: 'end a share',
    parameters: [owner, { name: 'name', summary: `of the ${kinds[kind].word}` }, withWhom],
    schema: z.strictObject({ address: z.string(), name: z.string(), with: z.string() }),
    async run(rooms, { address, name, with: receiver }) {
      const member = await memberAt(rooms, address);
      const row = await collectionAt(rooms, kind, member, name);
      const to = await receiverAt(rooms, receiver);
      if (!(await rooms.collections.sharing.takeBack(member.id, row.id, to)))
        throw new StoreError('not-found', `${row.name} is not shared with ${receiver}`);
      return { text: `${receiver} has ${row.name} no more`, json: { name: row.name, with: receiver } };
    },
  });

const listOf = (kind: Kind) =>
  command({
    name: [kind, 'list'],
    summary: `list a member's ${kinds[kind].word}s, who has them too, and what others share with them`,
    parameters: [owner],
    schema: z.strictObject({ address: z.string() }),
    async run(rooms, { address }) {
      const member = await memberAt(rooms, address);
      const { sharing } = rooms.collections;
      const own = [];
      for (const row of await rooms.collections.collections(member.id, kinds[kind].home)) {
        if (row.kind === 'inbox') continue;
        const given = (await sharing.sharesOf(member.id, row.id)).filter(
          (share) => share.member === 0 || share.group === '',
        );
        const shares = await Promise.all(given.map((share) => shownShare(rooms, row, share)));
        const publication = await sharing.publicationOf(member.id, row.id);
        own.push({
          name: row.name,
          title: row.details.displayName ?? row.name,
          items: row.items,
          shares,
          published: publication ? urlOf(rooms, publication.token) : null,
        });
      }
      const groups = await rooms.accounts.accounts.groupsOf(member.id);
      const received = [];
      for (const { collection, share } of await sharing.received(member.id, groups, kinds[kind].home)) {
        const from = await addressOf(rooms, collection.account);
        received.push({ name: collection.name, owner: from, rights: share.rights, state: share.state });
      }
      const rows = own.flatMap((each) => [
        [each.name, each.title, `${each.items} items`, each.published ?? ''],
        ...each.shares.map((share) => [`  ${share.with}`, share.rights, share.state, '']),
      ]);
      for (const each of received) rows.push([`${each.name} of ${each.owner}`, each.rights, each.state, '']);
      return { text: table(rows), json: { own, received } };
    },
  });

const urlOf = (rooms: Rooms, token: string) => webAddress(rooms.settings.value, publishedPath(token));

const publish = command({
  name: ['calendar', 'publish'],
  summary: 'publish a calendar to whoever has its address, and print that',
  parameters: [owner, { name: 'name', summary: 'of the calendar' }],
  options: [{ name: 'busy', summary: 'what is when, and nothing of what it is' }],
  schema: z.strictObject({ address: z.string(), name: z.string(), busy: z.boolean().default(false) }),
  async run(rooms, { address, name, busy }) {
    const member = await memberAt(rooms, address);
    const row = await collectionAt(rooms, 'calendar', member, name);
    const { sharing } = rooms.collections;
    const { token, rights } = await sharing.publish(member.id, row.id, busy ? 'busy' : 'read');
    const url = urlOf(rooms, token);
    // Programs that know this scheme subscribe, where a browser would save a file.
    const webcal = url.replace(/^https?:/, 'webcal:');
    return { text: `${url}\n${webcal}`, json: { name: row.name, rights, url, webcal } };
  },
});

const unpublish = command({
  name: ['calendar', 'unpublish'],
  summary: 'take the address of a published calendar back, at once',
  parameters: [owner, { name: 'name', summary: 'of the calendar' }],
  schema: z.strictObject({ address: z.string(), name: z.string() }),
  async run(rooms, { address, name }) {
    const member = await memberAt(rooms, address);
    const row = await collectionAt(rooms, 'calendar', member, name);
    if (!(await rooms.collections.sharing.unpublish(member.id, row.id)))
      throw new StoreError('not-found', `${row.name} is not published`);
    return { text: `${row.name} is published no more`, json: { name: row.name } };
  },
});

export const collectionSharingCommands = [
  shareOf('calendar'),
  unshareOf('calendar'),
  listOf('calendar'),
  publish,
  unpublish,
  shareOf('contacts'),
  unshareOf('contacts'),
  listOf('contacts'),
];
