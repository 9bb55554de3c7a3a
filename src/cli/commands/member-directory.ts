import { z } from 'zod';
import { createDirectory } from '../../carddav/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { adminCommand } from '../admin/index.ts';
import { table } from '../text.ts';
import { memberAt } from './member.ts';

const command = adminCommand<Rooms>();

const directory = command({
  name: ['member', 'directory'],
  summary: 'show a member to the others in the directory of contacts, with their consent; or hide them',
  parameters: [{ name: 'address', summary: 'user@domain, or the user alone for the main domain' }],
  options: [
    { name: 'show', summary: 'every member sees their name and address' },
    { name: 'hide', summary: 'nobody does any more' },
    { name: 'phone', value: 'NUMBER', summary: 'with this telephone number' },
    { name: 'photo', summary: 'with the photo of their own card' },
  ],
  schema: z
    .strictObject({
      address: z.string(),
      show: z.boolean().optional(),
      hide: z.boolean().optional(),
      phone: z.string().optional(),
      photo: z.boolean().optional(),
    })
    .refine(({ show, hide }) => !(show && hide), { message: 'give --show or --hide' })
    .refine(({ show, phone, photo }) => show || (phone === undefined && !photo), {
      message: '--phone and --photo go with --show',
    }),
  async run(rooms, { address, show, hide, phone, photo }) {
    const member = await memberAt(rooms, address);
    const book = createDirectory({
      collections: rooms.collections,
      accounts: rooms.accounts.accounts,
      domain: rooms.settings.value.coop.domain,
    });
    if (show) await book.show(member, { phone: phone ?? '', photo: photo ?? false });
    if (hide) await book.hide(member.id);
    const consent = await book.consentOf(member.id);
    const rows = consent
      ? [
          ['directory', 'shown'],
          ['telephone', consent.phone === '' ? 'not shown' : consent.phone],
          ['photo', consent.photo ? 'shown' : 'not shown'],
        ]
      : [['directory', 'hidden']];
    return { text: table(rows), json: { address: member.address, shown: consent !== null, ...consent } };
  },
});

export const memberDirectoryCommands = [directory];
