import { z } from 'zod';
import { publicAccount } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { type FileNode, type Link, pathTo, rootFolder, type Share } from '../../stores/files/index.ts';
import { webAddress } from '../../web/index.ts';
import { adminCommand } from '../admin/index.ts';
import type { Call } from '../command.ts';
import { readStdinLine } from '../io.ts';
import { date, table } from '../text.ts';
import { coop, nodeAt, treeOf, untilOf } from './file-places.ts';

const command = adminCommand<Rooms>();
const owner = { name: 'address', summary: `whose file it is: user@domain, or '${coop}' for the co-op's own` };
const path = { name: 'path', summary: "below the owner's home, such as Letters/2026" };
const until = { name: 'until', value: 'DAY', summary: 'the last day on which it holds, such as 2027-01-31' };

const addressOf = async ({ accounts: { accounts } }: Rooms, member: number) =>
  member === publicAccount ? coop : ((await accounts.member(member))?.address ?? `member ${member}`);

const untilShown = (expiresMs: number) => (expiresMs === 0 ? '' : `until ${date(expiresMs)}`);

async function shownShare(rooms: Rooms, share: Share) {
  const { id, account, node, to, rights, by, expiresMs } = share;
  return {
    id,
    owner: await addressOf(rooms, account),
    path: await pathTo(rooms.files, account, node),
    with: to.kind === 'group' ? to.address : await addressOf(rooms, to.member),
    rights,
    by: await addressOf(rooms, by),
    until: expiresMs === 0 ? null : date(expiresMs),
  };
}

async function shownLink(rooms: Rooms, link: Link) {
  const { token, account, node, rights, label, hasPassword, expiresMs, downloads, downloadsLeft } = link;
  return {
    token,
    url: webAddress(rooms.settings.value, `/s/${token}`),
    owner: await addressOf(rooms, account),
    path: await pathTo(rooms.files, account, node),
    rights,
    label,
    password: hasPassword,
    until: expiresMs === 0 ? null : date(expiresMs),
    downloads,
    downloadsLeft,
  };
}

async function give(
  rooms: Rooms,
  node: FileNode,
  receiver: string,
  rights: Share['rights'],
  expiresMs: number,
) {
  const to = await rooms.sharing.receiver(receiver);
  if (!to) throw new StoreError('not-found', `neither a member nor a group has the address ${receiver}`);
  return rooms.sharing.grant({
    account: node.account,
    node: node.id,
    to,
    rights,
    by: node.account,
    expiresMs,
  });
}

const share = command({
  name: ['files', 'share'],
  summary: 'share a file or folder with a member or a group; again: change what they may',
  parameters: [owner, path, { name: 'with', summary: "a member's or a group's address" }],
  options: [
    {
      name: 'rights',
      value: 'RIGHTS',
      summary: "'read', 'write', or 'reshare' to share it on too; else read",
    },
    until,
  ],
  schema: z.strictObject({
    address: z.string(),
    path: z.string(),
    with: z.string(),
    rights: z.enum(['read', 'write', 'reshare']).default('read'),
    until: z.string().optional(),
  }),
  async run(rooms, { address, path: wanted, with: receiver, rights, until: day }) {
    const { account } = await treeOf(rooms, address);
    const node = await nodeAt(rooms, account, wanted);
    const json = await shownShare(rooms, await give(rooms, node, receiver, rights, untilOf(day)));
    return { text: `${json.with} may ${rights} ${json.path} (share ${json.id})`, json };
  },
});

const unshare = command({
  name: ['files', 'unshare'],
  summary: 'end a share, and what was shared on from it',
  parameters: [{ name: 'id', summary: "its number, as 'files list' shows it" }],
  schema: z.strictObject({ id: z.coerce.number().int().positive() }),
  async run(rooms, { id }) {
    if (!(await rooms.sharing.share(id))) throw new StoreError('not-found', `there is no share ${id}`);
    await rooms.sharing.revoke(id);
    return { text: `ended share ${id}`, json: { id } };
  },
});

const list = command({
  name: ['files', 'list'],
  summary: 'list what a member shares with whom, what is shared with them, and their links',
  parameters: [owner],
  schema: z.strictObject({ address: z.string() }),
  async run(rooms, { address }) {
    const { account } = await treeOf(rooms, address);
    const { sharing } = rooms;
    const shares = [];
    for (const each of await sharing.sharesBy(account)) shares.push(await shownShare(rooms, each));
    const links = [];
    for (const each of await sharing.linksBy(account)) links.push(await shownLink(rooms, each));
    const groups = account === publicAccount ? [] : await rooms.accounts.accounts.groupsOf(account);
    const received = [];
    for (const { share: by, name, rights } of await sharing.receivedBy(account, groups))
      received.push({ share: by.id, name, rights, owner: await addressOf(rooms, by.account) });
    const rows = [
      ...shares.map((one) => [
        `share ${one.id}`,
        one.path ?? '(gone)',
        one.with,
        one.rights,
        one.until ?? '',
      ]),
      ...links.map((one) => ['link', one.path ?? '(gone)', one.url, one.rights, one.until ?? '']),
      ...received.map((one) => [`received ${one.share}`, one.name, one.owner, one.rights, '']),
    ];
    return { text: table(rows), json: { shares, links, received } };
  },
});

async function withPassword({ args, io }: Call): Promise<Record<string, unknown>> {
  const { passwordStdin, ...rest } = args;
  return passwordStdin === true ? { ...rest, password: await readStdinLine(io) } : rest;
}

const link = command({
  name: ['files', 'link'],
  summary: 'make a public link to a file or folder, and print its address',
  parameters: [owner, path],
  options: [
    { name: 'rights', value: 'RIGHTS', summary: "'read', 'write', or 'drop' to send files in; else read" },
    { name: 'label', value: 'TEXT', summary: 'for whoever made it' },
    { name: 'downloads', value: 'N', summary: 'how often it may be downloaded' },
    { name: 'password-stdin', summary: 'read a password for it from standard input, one line' },
    until,
  ],
  schema: z.strictObject({
    address: z.string(),
    path: z.string(),
    rights: z.enum(['read', 'write', 'drop']).default('read'),
    label: z.string().optional(),
    downloads: z.coerce.number().int().positive().optional(),
    password: z.string().optional(),
    until: z.string().optional(),
  }),
  gather: withPassword,
  async run(rooms, { address, path: wanted, rights, label, downloads, password, until: day }) {
    const { account } = await treeOf(rooms, address);
    const node = await nodeAt(rooms, account, wanted);
    const made = await rooms.sharing.createLink({
      account,
      node: node.id,
      by: account,
      rights,
      expiresMs: untilOf(day),
      ...(label === undefined ? {} : { label }),
      ...(downloads === undefined ? {} : { downloadsMax: downloads }),
      ...(password === undefined ? {} : { password }),
    });
    const json = await shownLink(rooms, made);
    return { text: [json.url, untilShown(made.expiresMs)].filter(Boolean).join('  '), json };
  },
});

const unlink = command({
  name: ['files', 'unlink'],
  summary: 'take a public link back, at once',
  parameters: [{ name: 'link', summary: 'its address, or what stands behind /s/ in it' }],
  schema: z.strictObject({ link: z.string() }),
  async run(rooms, { link: wanted }) {
    const token = /([a-z2-7]+)\/?$/.exec(wanted)?.[1] ?? '';
    if (!(await rooms.sharing.link(token))) throw new StoreError('not-found', 'there is no such link');
    await rooms.sharing.revokeLink(token);
    return { text: 'the link leads nowhere now', json: { token } };
  },
});

const folder = command({
  name: ['files', 'folder'],
  summary: "make a folder of the co-op that a group's members find below Shared/",
  parameters: [
    { name: 'verb', summary: 'add' },
    { name: 'name', summary: 'such as House' },
  ],
  options: [
    { name: 'group', value: 'ADDRESS', summary: "the group's, or a member's" },
    { name: 'write', summary: 'they may work in it; else they read' },
  ],
  schema: z.strictObject({
    verb: z.literal('add'),
    name: z.string(),
    group: z.string(),
    write: z.boolean().optional(),
  }),
  async run(rooms, { name, group, write }) {
    const { files } = rooms;
    await files.root(publicAccount);
    const { chain, missing } = await files.find(publicAccount, [name]);
    const there = missing.length === 0 ? chain.at(-1) : undefined;
    const place = { account: publicAccount, folder: rootFolder, name };
    const by = { member: publicAccount, tokens: [] };
    // Whoever is to have it must be there before it is made.
    if (!(await rooms.sharing.receiver(group)))
      throw new StoreError('not-found', `neither a member nor a group has the address ${group}`);
    const node = there ?? (await files.makeFolder(place, { by }));
    const json = await shownShare(rooms, await give(rooms, node, group, write ? 'write' : 'read', 0));
    return { text: `${json.with} may ${json.rights} ${json.path} (share ${json.id})`, json };
  },
});

export const fileSharingCommands = [share, unshare, list, link, unlink, folder];
