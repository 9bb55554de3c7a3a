import { z } from 'zod';
import { publicAccount } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { everyone, expandRights, type Grant, type GrantMode, withObsolete } from '../../stores/mail/index.ts';
import { adminCommand } from '../admin/index.ts';
import { table } from '../text.ts';
import { memberAt } from './member.ts';

const command = adminCommand<Rooms>();
const name = {
  name: 'name',
  summary: "such as News, levels separated by '/'; members see it as Public/News",
};

/** Whom IMAP calls so too (RFC 4314 §2). */
const anyone = 'anyone';

async function lines({ accounts: { accounts } }: Rooms, grants: readonly Grant[]) {
  const shown: { who: string; rights: string }[] = [];
  for (const { grantee, rights, denied } of grants) {
    const who = grantee === everyone ? anyone : (await accounts.member(grantee))?.address;
    if (who === undefined) continue;
    if (rights !== '') shown.push({ who, rights: withObsolete(rights) });
    if (denied !== '') shown.push({ who: `-${who}`, rights: withObsolete(denied) });
  }
  return shown;
}

const add = command({
  name: ['folder', 'add'],
  summary: 'make a mail folder of the co-op; nobody but administrators sees it until rights are granted',
  parameters: [name],
  schema: z.strictObject({ name: z.string() }),
  async run(rooms, { name: wanted }) {
    if (/^inbox(\/|$)/i.test(wanted)) throw new StoreError('invalid', 'a folder of the co-op is no INBOX');
    const made = await rooms.mail.create(publicAccount, wanted);
    return { text: `added ${made.name}`, json: { name: made.name } };
  },
});

const list = command({
  name: ['folder', 'list'],
  summary: "list the co-op's mail folders, and who may do what there",
  schema: z.strictObject({}),
  async run(rooms) {
    const folders: { name: string; messages: number; rights: { who: string; rights: string }[] }[] = [];
    for (const { mailbox } of await rooms.mail.list(publicAccount)) {
      if (mailbox === null) continue;
      const rights = await lines(rooms, await rooms.mail.sharing.grants(publicAccount, mailbox.id));
      folders.push({ name: mailbox.name, messages: mailbox.messages, rights });
    }
    const rows = folders.map((each) => [
      each.name,
      String(each.messages),
      each.rights.map(({ who, rights }) => `${who} ${rights}`).join(', '),
    ]);
    return { text: table(rows), json: folders };
  },
});

const remove = command({
  name: ['folder', 'remove'],
  summary: 'delete a mail folder of the co-op with all that is in it',
  parameters: [name],
  schema: z.strictObject({ name: z.string() }),
  async run(rooms, { name: wanted }) {
    await rooms.mail.remove(publicAccount, wanted);
    return { text: `removed ${wanted}`, json: { name: wanted } };
  },
});

/** `lrs` sets, `+s` adds, `none` takes all away. */
function readChange(text: string): { mode: GrantMode; rights: string } {
  const letters = text === 'none' ? '' : text.replace(/^\+/, '');
  const { rights, unknown } = expandRights(letters);
  if (unknown !== null)
    throw new StoreError('invalid', `'${unknown}' is no right; they are l r s w i p k x t e a`);
  return { mode: text.startsWith('+') ? 'add' : 'replace', rights };
}

const grant = command({
  name: ['folder', 'grant'],
  summary: 'say what a member, or everybody, may do in a mail folder of the co-op',
  parameters: [
    name,
    { name: 'address', summary: `a member's, or '${anyone}' for all members` },
    {
      name: 'rights',
      summary: "'lrs' to read, 'lrswite' to work in it, '+k' to add one, 'none' to take all away",
    },
  ],
  schema: z.strictObject({ name: z.string(), address: z.string(), rights: z.string() }),
  async run(rooms, { name: wanted, address, rights: text }) {
    const change = readChange(text);
    const mailbox = await rooms.mail.find(publicAccount, wanted);
    const member = address === anyone ? null : await memberAt(rooms, address);
    const grantee = member?.id ?? everyone;
    const where = { account: publicAccount, mailbox: mailbox.id };
    await rooms.mail.sharing.grant({ ...where, grantee, ...change, negative: false });
    const who = member?.address ?? anyone;
    const now = await lines(rooms, await rooms.mail.sharing.grants(publicAccount, mailbox.id));
    const mine = now.find((line) => line.who === who)?.rights ?? '';
    const said = mine === '' ? `${who} is granted nothing` : `${who} is granted ${mine}`;
    return { text: `${said} in ${mailbox.name}`, json: { name: mailbox.name, who, rights: mine } };
  },
});

export const folderCommands = [add, list, remove, grant];
