import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Member } from '../../accounts/index.ts';
import { StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { everyone } from '../../stores/mail/index.ts';
import { adminCommand, type Session } from '../admin/index.ts';
import type { Call } from '../command.ts';
import { exportMail } from '../transfer/export.ts';
import { exportFiles } from '../transfer/export-files.ts';
import { importMail } from '../transfer/import.ts';
import { importFiles } from '../transfer/import-files.ts';
import { readMaildir } from '../transfer/maildir.ts';
import { readMbox } from '../transfer/mbox.ts';
import { memberAt } from './member.ts';

const command = adminCommand<Rooms>();
const address = { name: 'address', summary: 'user@domain, or the user alone for the main domain' };

/** The server may run in another folder than the one the command was typed in. */
function absolute(...names: readonly string[]) {
  return async ({ args, io }: Call): Promise<Record<string, unknown>> => {
    const given = { ...args };
    for (const name of names) {
      const path = given[name];
      if (typeof path === 'string') given[name] = resolve(io.working, path);
    }
    return given;
  };
}

const importCommand = command({
  name: ['import'],
  summary:
    "put mail or files from elsewhere into a member's mailboxes or home; what is there already is passed over",
  parameters: [address],
  options: [
    {
      name: 'maildir',
      value: 'DIR',
      summary: 'a Maildir or a tree of them (also Maildir++, or an export of ours)',
    },
    { name: 'mbox', value: 'FILE', summary: 'an mbox file' },
    { name: 'mailbox', value: 'NAME', summary: 'where an mbox file goes; INBOX if left out' },
    { name: 'files', value: 'DIR', summary: 'a folder whose files and folders go into the home' },
  ],
  schema: z
    .strictObject({
      address: z.string(),
      maildir: z.string().optional(),
      mbox: z.string().optional(),
      mailbox: z.string().optional(),
      files: z.string().optional(),
    })
    .refine((given) => [given.maildir, given.mbox, given.files].filter(Boolean).length === 1, {
      message: 'give one of --maildir, --mbox, --files',
    }),
  gather: absolute('maildir', 'mbox', 'files'),
  async run(rooms, { address: wanted, maildir, mbox, mailbox, files }, session) {
    const member = await memberAt(rooms, wanted);
    if (files !== undefined) return filesImported(rooms, member, files, session);
    const source = maildir === undefined ? readMbox(mbox ?? '', mailbox ?? 'INBOX') : readMaildir(maildir);
    const result = await importMail(rooms.mail, member.id, source, session);
    const lines = [
      `imported ${result.messages} messages into ${member.address}`,
      ...(result.known > 0 ? [`${result.known} were there already`] : []),
      ...result.refused.map(({ place, reason }) => `passed over ${place}: ${reason}`),
    ];
    return { text: lines.join('\n'), json: result };
  },
});

async function filesImported(rooms: Rooms, { id, address: of }: Member, dir: string, session: Session) {
  const result = await importFiles(rooms.files, id, dir, session);
  const lines = [
    `imported ${result.files} files and ${result.folders} folders into the home of ${of}`,
    ...(result.known > 0 ? [`${result.known} were there already`] : []),
    ...result.refused.map(({ place, reason }) => `passed over ${place}: ${reason}`),
  ];
  return { text: lines.join('\n'), json: result };
}

async function demandEmpty(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  if ((await readdir(dir)).length > 0) throw new StoreError('exists', `${dir} is not empty`);
}

const exporting = (name: readonly ['export'] | readonly ['member', 'export']) =>
  command({
    name,
    summary: 'write everything of a member into an empty folder, in open formats',
    parameters: [address, { name: 'dir', summary: 'an empty folder, or one to be made' }],
    schema: z.strictObject({ address: z.string(), dir: z.string() }),
    gather: absolute('dir'),
    async run(rooms, { address: wanted, dir }, session) {
      const member = await memberAt(rooms, wanted);
      await demandEmpty(dir);
      const { id, name, admin, disabled } = member;
      const addresses = await rooms.accounts.admin.addresses(id);
      const credentials = (await rooms.accounts.admin.credentials(id)).map(
        ({ kind, name: device, created, lastUsed, revoked, scopes }) => ({
          kind,
          device,
          scopes,
          created,
          lastUsed,
          revoked,
        }),
      );
      const account = { address: member.address, name, admin, disabled, addresses, credentials };
      await writeFile(join(dir, 'account.json'), `${JSON.stringify(account, null, 2)}\n`, { mode: 0o600 });
      const { accounts } = rooms.accounts;
      const addressOf = async (other: number) =>
        other === everyone ? 'anyone' : ((await accounts.member(other))?.address ?? `member ${other}`);
      const messages = await exportMail(rooms.mail, id, join(dir, 'mail'), session, addressOf);
      const files = await exportFiles(rooms.files, id, join(dir, 'files'), session);
      return {
        text: `exported ${messages} messages and ${files} files of ${member.address} to ${dir}`,
        json: { messages, files, dir },
      };
    },
  });

export const transferCommands = [importCommand, exporting(['export']), exporting(['member', 'export'])];
