import { z } from 'zod';
import { formatSize, StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { TrashEntry } from '../../stores/files/index.ts';
import { adminCommand } from '../admin/index.ts';
import { UsageError } from '../exit.ts';
import { filesPageRows } from '../limits.ts';
import { table } from '../text.ts';
import { coop, nodeAt, quotaOf, treeOf } from './file-places.ts';

const command = adminCommand<Rooms>();
const owner = { name: 'address', summary: `whose files: user@domain, or '${coop}' for the co-op's own` };
const number = z.coerce.number().int().positive();

async function trashOf({ files }: Rooms, account: number): Promise<TrashEntry[]> {
  const all: TrashEntry[] = [];
  for (let after = 0; ; ) {
    const page = await files.trash(account, after, filesPageRows);
    all.push(...page);
    const last = page.at(-1);
    if (!last || page.length < filesPageRows) return all;
    after = last.node.id;
  }
}

const trash = command({
  name: ['files', 'trash'],
  summary: 'list what a member removed, put one back where it was, or empty the trash for good',
  parameters: [
    { name: 'verb', summary: 'list, restore or empty' },
    owner,
    { name: 'id', summary: "of one thing, as 'list' shows it", optional: true },
  ],
  schema: z.strictObject({
    verb: z.enum(['list', 'restore', 'empty']),
    address: z.string(),
    id: number.optional(),
  }),
  async run(rooms, { verb, address, id }) {
    const { account, name } = await treeOf(rooms, address);
    const { files } = rooms;
    if (verb === 'restore') {
      if (id === undefined) throw new UsageError('say which one: its id');
      const node = await files.restoreTrash(account, id, { member: account, tokens: [] });
      return { text: `restored ${node.name}`, json: { id, name: node.name } };
    }
    if (verb === 'empty') {
      await files.emptyTrash(account, id);
      return { text: `emptied the trash of ${name}`, json: { address: name, id: id ?? null } };
    }
    const entries = (await trashOf(rooms, account)).map(({ node, from, removedMs }) => ({
      id: node.id,
      path: [...from, node.name].join('/'),
      size: node.size,
      removed: new Date(removedMs).toISOString(),
    }));
    const rows = entries.map((each) => [
      String(each.id),
      each.path,
      formatSize(each.size),
      each.removed.slice(0, 10),
    ]);
    return { text: table(rows), json: entries };
  },
});

const versions = command({
  name: ['files', 'versions'],
  summary: 'list what a file was before, or make it that again',
  parameters: [
    { name: 'verb', summary: 'list or restore' },
    owner,
    { name: 'path', summary: "below the owner's home" },
    { name: 'number', summary: "of one version, as 'list' shows it", optional: true },
  ],
  schema: z.strictObject({
    verb: z.enum(['list', 'restore']),
    address: z.string(),
    path: z.string(),
    number: number.optional(),
  }),
  async run(rooms, { verb, address, path, number: wanted }) {
    const { account } = await treeOf(rooms, address);
    const node = await nodeAt(rooms, account, path);
    if (node.kind === 'folder') throw new StoreError('invalid', `${path} is a folder; files have versions`);
    if (verb === 'restore') {
      if (wanted === undefined) throw new UsageError('say which one: its number');
      await rooms.files.restoreVersion(account, node.id, wanted, { member: account, tokens: [] });
      return { text: `${path} is as it was in version ${wanted}`, json: { path, number: wanted } };
    }
    const found = (await rooms.files.versions(account, node.id)).map((each) => ({
      number: each.number,
      size: each.size,
      modified: new Date(each.modifiedMs).toISOString(),
      replaced: new Date(each.replacedMs).toISOString(),
    }));
    const rows = found.map((each) => [
      String(each.number),
      formatSize(each.size),
      each.modified,
      `until ${each.replaced}`,
    ]);
    return { text: table(rows), json: found };
  },
});

const quota = command({
  name: ['files', 'quota'],
  summary: "show what a member's files take and may take, or set it",
  parameters: [
    owner,
    { name: 'size', summary: "such as 20GiB, or 'usual' for what the settings say", optional: true },
  ],
  schema: z.strictObject({ address: z.string(), size: z.string().optional() }),
  async run(rooms, { address, size }) {
    const { account, name } = await treeOf(rooms, address);
    if (size !== undefined) await rooms.files.setQuota(account, quotaOf(size));
    const usage = await rooms.files.usage(account);
    const { used, quota: most, kept, files, folders } = usage;
    const of = most === null ? '' : ` of ${formatSize(most)}`;
    const text = `${name}: ${formatSize(used)}${of} in ${files} files and ${folders} folders; trash and versions ${formatSize(kept)}`;
    return { text, json: { address: name, ...usage } };
  },
});

export const fileKeepingCommands = [trash, versions, quota];
