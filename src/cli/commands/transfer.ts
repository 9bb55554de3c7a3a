import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Member } from '../../accounts/index.ts';
import { messageOf, StoreError } from '../../base/index.ts';
import { ownCards } from '../../carddav/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { CollectionRow } from '../../stores/collections/index.ts';
import { everyone } from '../../stores/mail/index.ts';
import { adminCommand, type Session } from '../admin/index.ts';
import type { Call } from '../command.ts';
import { exportChat, importChat } from '../transfer/chat.ts';
import { exportMail } from '../transfer/export.ts';
import { exportCollections } from '../transfer/export-collections.ts';
import { exportFiles } from '../transfer/export-files.ts';
import { importMail } from '../transfer/import.ts';
import { importCalendar } from '../transfer/import-calendar.ts';
import { importCards } from '../transfer/import-cards.ts';
import { importFiles } from '../transfer/import-files.ts';
import { collectionNamed, type ImportedItems } from '../transfer/item-intake.ts';
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

const sources = ['maildir', 'mbox', 'files', 'ics', 'vcf', 'chat'] as const;

const importCommand = command({
  name: ['import'],
  summary:
    "put mail, files, calendars, contacts or chat from elsewhere into a member's account; what is there already is passed over",
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
    { name: 'ics', value: 'FILE', summary: 'an iCalendar file of any size; nobody is invited by it' },
    { name: 'calendar', value: 'NAME', summary: 'where an .ics file goes, made where it is not there' },
    { name: 'vcf', value: 'FILE', summary: 'a vCard file of any size' },
    {
      name: 'chat',
      value: 'FILE',
      summary: 'an account of a chat server (XEP-0227), also an export of ours',
    },
    { name: 'addressbook', value: 'NAME', summary: 'where a .vcf file goes, made where it is not there' },
  ],
  schema: z
    .strictObject({
      address: z.string(),
      maildir: z.string().optional(),
      mbox: z.string().optional(),
      mailbox: z.string().optional(),
      files: z.string().optional(),
      ics: z.string().optional(),
      calendar: z.string().optional(),
      vcf: z.string().optional(),
      addressbook: z.string().optional(),
      chat: z.string().optional(),
    })
    .refine(
      (given) => sources.filter((name) => given[name] !== undefined && given[name] !== '').length === 1,
      { message: `give one of ${sources.map((name) => `--${name}`).join(', ')}` },
    ),
  gather: absolute(...sources),
  async run(rooms, given, session) {
    const { address: wanted, maildir, mbox, mailbox, files, ics, vcf, chat } = given;
    const member = await memberAt(rooms, wanted);
    if (files !== undefined) return filesImported(rooms, member, files, session);
    if (ics !== undefined) return calendarImported(rooms, member, ics, given.calendar, session);
    if (vcf !== undefined) return cardsImported(rooms, member, vcf, given.addressbook, session);
    if (chat !== undefined) return chatImported(rooms, member, chat);
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

async function chatImported(
  { conversations, collections, running }: Rooms,
  { id, address: of }: Member,
  file: string,
) {
  await demandFile(file);
  const who = { account: id, address: of };
  // What was put there before something could not be read is there as well.
  const result = await importChat(conversations, who, file, ownCards(collections)).finally(() =>
    running?.chatImported(id),
  );
  const { contacts, nodes, messages, hasCard, refused } = result;
  const lines = [
    `imported ${contacts} contacts, ${nodes} nodes and ${messages} messages into the chat of ${of}`,
    ...(hasCard ? ['what it says of its owner stands in the own card'] : []),
    ...refused.map((what) => `passed over ${what}`),
  ];
  return { text: lines.join('\n'), json: result };
}

async function calendarImported(
  { collections, settings }: Rooms,
  member: Member,
  file: string,
  name: string | undefined,
  session: Session,
) {
  await demandFile(file);
  const calendar = await collectionNamed(collections, member.id, 'calendars', name);
  const { object, attendees } = settings.value.calendars;
  const limits = { objectBytesMax: object, attendeesMax: attendees };
  return itemsImported(await importCalendar(collections, calendar, file, limits, session), calendar, member);
}

async function cardsImported(
  { collections, settings }: Rooms,
  member: Member,
  file: string,
  name: string | undefined,
  session: Session,
) {
  await demandFile(file);
  const book = await collectionNamed(collections, member.id, 'contacts', name);
  const limits = { cardBytesMax: settings.value.contacts.card };
  return itemsImported(await importCards(collections, book, file, limits, session), book, member);
}

function itemsImported(result: ImportedItems, collection: CollectionRow, { address: of }: Member) {
  const { items, known, refused, refusedCount } = result;
  const more = refusedCount - refused.length;
  const lines = [
    `imported ${items} items into ${collection.name} of ${of}`,
    ...(known > 0 ? [`${known} were there already`] : []),
    ...refused.map(({ place, reason }) => `passed over ${place}: ${reason}`),
    ...(more > 0 ? [`passed over ${more} more`] : []),
  ];
  return { text: lines.join('\n'), json: { collection: collection.name, ...result } };
}

/** It is read more than once, which a pipe cannot be. */
async function demandFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw new StoreError('not-found', `${path}: ${messageOf(error)}`);
  });
  if (!found.isFile()) throw new StoreError('invalid', `${path} is not a file`);
}

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
      await exportChat(rooms.conversations, { account: id, address: member.address }, join(dir, 'chat.xml'));
      const kept = await exportCollections(rooms.collections, id, dir, session);
      return {
        text:
          `exported ${messages} messages, ${files} files, ${kept.calendars} calendars, ` +
          `${kept.addressBooks} address books and the chat of ${member.address} to ${dir}`,
        json: { messages, files, ...kept, dir },
      };
    },
  });

export const transferCommands = [importCommand, exporting(['export']), exporting(['member', 'export'])];
