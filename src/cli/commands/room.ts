import { z } from 'zod';
import { StoreError } from '../../base/index.ts';
import { firstRoomConfig } from '../../chat/index.ts';
import { prepareLocal } from '../../formats/jid/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { adminCommand } from '../admin/index.ts';
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
  summary: 'list the rooms that everybody finds; with a group, those that follow it',
  options: [{ name: 'group', value: 'ADDRESS', summary: 'the rooms of this group' }],
  schema: z.strictObject({ group: z.string().optional() }),
  async run(rooms, { group }) {
    const store = rooms.conversations.rooms;
    const binding = group === undefined ? null : await rooms.accounts.accounts.group(group);
    if (group !== undefined && binding === null)
      throw new StoreError('not-found', `no group has the address ${group}`);
    const found = binding === null ? await listed(rooms) : await store.roomsBoundTo(binding);
    const shown = found.map(({ local, service, config, binding: of }) => ({
      ...{ address: `${local}@${service}`, title: config.name, group: of },
    }));
    const rows = shown.map(({ address, title, group: of }) => [address, title, of ?? '']);
    return { text: table(rows), json: shown };
  },
});

async function listed(rooms: Rooms) {
  const all = [];
  for (let after: string | undefined; ; ) {
    const page = await rooms.conversations.rooms.listed(serviceOf(rooms), {
      ...(after === undefined ? {} : { after }),
      max: 100,
    });
    all.push(...page.rooms);
    after = page.rooms.at(-1)?.local;
    if (page.complete || after === undefined) return all;
  }
}

export const chatRoomCommands = [add, list];
