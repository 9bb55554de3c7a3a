import { z } from 'zod';
import { StoreError } from '../../base/index.ts';
import { firstRoomConfig } from '../../chat/index.ts';
import { prepareLocal } from '../../formats/jid/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { adminCommand } from '../admin/index.ts';
import { roomReasonCharactersMax } from '../limits.ts';
import { table } from '../text.ts';

const command = adminCommand<Rooms>();

const serviceOf = (rooms: Rooms) => `rooms.${rooms.settings.value.coop.domain}`;

const add = command({
  name: ['room', 'add'],
  summary: 'open a room to talk in, which stays; administrators own it',
  parameters: [{ name: 'name', summary: 'the part of its address before the @' }],
  options: [
    {
      name: 'group',
      value: 'ADDRESS',
      summary: 'for those alone who are in this group, as long as they are',
    },
    { name: 'title', value: 'TEXT', summary: 'its name for people' },
    { name: 'public', summary: 'whoever lists the rooms finds it' },
  ],
  schema: z.strictObject({
    name: z.string(),
    group: z.string().optional(),
    title: z.string().optional(),
    public: z.boolean().optional(),
  }),
  async run(rooms, { name, group, title = '', public: isPublic = false }) {
    const binding = group === undefined ? null : await rooms.accounts.accounts.group(group);
    if (group !== undefined && binding === null)
      throw new StoreError('not-found', `no group has the address ${group}`);
    const config = {
      ...firstRoomConfig,
      ...{ name: title, persistent: true, public: isPublic, membersOnly: binding !== null },
      // Members know each other, and what is encrypted needs to know for whom.
      ...(binding === null ? {} : ({ whois: 'anyone', allowInvites: false } as const)),
    };
    const { service, local } = await rooms.conversations.rooms.create({
      ...{ service: serviceOf(rooms), local: prepareLocal(name), config, creator: 0, owners: [], binding },
    });
    const address = `${local}@${service}`;
    return { text: `opened ${address}`, json: { address, group: binding } };
  },
});

const list = command({
  name: ['room', 'list'],
  summary: 'list all rooms, hidden ones too; with a group, those that follow it',
  options: [{ name: 'group', value: 'ADDRESS', summary: 'the rooms of this group' }],
  schema: z.strictObject({ group: z.string().optional() }),
  async run(rooms, { group }) {
    const store = rooms.conversations.rooms;
    const binding = group === undefined ? null : await rooms.accounts.accounts.group(group);
    if (group !== undefined && binding === null)
      throw new StoreError('not-found', `no group has the address ${group}`);
    const found = binding === null ? await all(rooms) : await store.roomsBoundTo(binding);
    const shown = found.map(({ local, service, config, binding: of }) => ({
      ...{ address: `${local}@${service}`, title: config.name, group: of },
      ...{ public: config.public, stays: config.persistent },
    }));
    const rows = shown.map(({ address, title, group: of, public: isPublic, stays }) => [
      ...[address, title, of ?? ''],
      [isPublic ? '' : 'hidden', stays ? '' : 'while somebody is there'].filter(Boolean).join(', '),
    ]);
    return { text: table(rows), json: shown };
  },
});

/** By address. */
async function all({ conversations }: Rooms) {
  const found = [];
  for await (const page of conversations.rooms.all()) found.push(...page);
  return found.sort((one, other) => (one.local < other.local ? -1 : 1));
}

const nameParameter = { name: 'name', summary: 'the part of its address before the @' };

/** Throws StoreError. */
async function demandRoom(rooms: Rooms, name: string) {
  const local = prepareLocal(name);
  const room = await rooms.conversations.rooms.room({ service: serviceOf(rooms), local });
  if (room === null) throw new StoreError('not-found', `there is no room ${local}@${serviceOf(rooms)}`);
  return room;
}

const show = command({
  name: ['room', 'show'],
  summary: 'show what a room is, and who governs it; not what is said there',
  parameters: [nameParameter],
  schema: z.strictObject({ name: z.string() }),
  async run(rooms, { name }) {
    const { id, local, service, config, binding, createdMs, activeMs, creator } = await demandRoom(
      rooms,
      name,
    );
    const by = new Map<string, string[]>();
    for await (const page of rooms.conversations.rooms.members(id))
      for (const { jid, affiliation } of page) by.set(affiliation, [...(by.get(affiliation) ?? []), jid]);
    const [owners, admins] = [by.get('owner') ?? [], by.get('admin') ?? []];
    const maker = creator === 0 ? null : await rooms.accounts.accounts.member(creator);
    const shown = {
      ...{ address: `${local}@${service}`, title: config.name, group: binding, owners, admins },
      ...{ members: by.get('member')?.length ?? 0, outcasts: by.get('outcast')?.length ?? 0 },
      ...{ public: config.public, membersOnly: config.membersOnly, stays: config.persistent },
      ...{ made: new Date(createdMs).toISOString(), madeBy: maker?.address ?? null },
      active: new Date(activeMs).toISOString(),
    };
    const rows = Object.entries(shown).map(([what, is]) => [
      what,
      Array.isArray(is) ? is.join(' ') : String(is ?? ''),
    ]);
    return { text: table(rows), json: shown };
  },
});

const destroy = command({
  name: ['room', 'destroy'],
  summary: 'end a room for good, with all that was said in it; who is there is told',
  parameters: [nameParameter],
  options: [
    {
      name: 'reason',
      value: 'TEXT',
      summary: 'told to who is there and to who comes; the name is not given again',
    },
  ],
  schema: z.strictObject({ name: z.string(), reason: z.string().max(roomReasonCharactersMax).optional() }),
  async run(rooms, { name, reason = '' }) {
    const { id, local, service } = await demandRoom(rooms, name);
    const isTold = (await rooms.running?.talk.destroy(local, reason)) ?? false;
    if (!isTold) {
      const { rooms: kept, archive } = rooms.conversations;
      await kept.destroy(id, reason === '' ? null : { reason, alternate: '' });
      await archive.erase({ kind: 'room', owner: id });
    }
    const address = `${local}@${service}`;
    return { text: `destroyed ${address}`, json: { destroyed: address } };
  },
});

const owner = command({
  name: ['room', 'owner'],
  summary: 'make a member own a room; with --remove, own it no more',
  parameters: [nameParameter, { name: 'member', summary: "the member's address" }],
  options: [{ name: 'remove', summary: 'the member owns it no more; somebody else has to' }],
  schema: z.strictObject({ name: z.string(), member: z.string(), remove: z.boolean().optional() }),
  async run(rooms, { name, member: wanted, remove = false }) {
    const { id, local, service } = await demandRoom(rooms, name);
    const member = await rooms.accounts.accounts.byName(wanted);
    if (member === null) throw new StoreError('not-found', `nobody has the address ${wanted}`);
    const change = {
      ...{ jid: member.address, account: member.id },
      affiliation: remove ? ('member' as const) : ('owner' as const),
    };
    const before = await rooms.conversations.rooms.member(id, member.address);
    if (remove && before?.affiliation !== 'owner')
      throw new StoreError('not-found', `${member.address} does not own it`);
    const isTold = (await rooms.running?.talk.affiliate(local, change)) ?? false;
    if (!isTold) await rooms.conversations.rooms.setAffiliations(id, [change]);
    const address = `${local}@${service}`;
    const text = `${member.address} ${remove ? 'owns no more' : 'owns'} ${address}`;
    return { text, json: { room: address, member: member.address, owner: !remove } };
  },
});

export const chatRoomCommands = [add, list, show, destroy, owner];
