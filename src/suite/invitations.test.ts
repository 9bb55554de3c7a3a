import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestOf, readCard } from '../formats/vcard/index.ts';
import { startSuite, type TestSuite } from '../testing/index.ts';
import { takeInvitations } from './invitations.ts';

let suite: TestSuite;
let cleo = 0;
beforeAll(async () => {
  suite = await startSuite({ settings: { calendars: { invitations: 'known' } } });
  for (const name of ['ana', 'cleo'])
    await suite.addMember(`${name}@coop.localhost`, 'correct horse battery');
  cleo = (await suite.rooms.accounts.accounts.byAddress('cleo@coop.localhost'))?.id ?? 0;
});
afterAll(() => suite.stop());

const message = (uid: string, from: string, method = 'REQUEST', more = '') =>
  Buffer.from(
    [
      'BEGIN:VCALENDAR',
      'VERSION:2.0',
      'PRODID:-//test//EN',
      `METHOD:${method}`,
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'DTSTAMP:20260101T000000Z',
      'DTSTART:20990305T100000Z',
      `SUMMARY:${uid}${more}`,
      `SEQUENCE:${more.length}`,
      `ORGANIZER:mailto:${from}`,
      'ATTENDEE:mailto:cleo@coop.localhost',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('\r\n'),
  );

async function arrive(bytes: Buffer, author: string): Promise<void> {
  await takeInvitations(suite.rooms, suite.running.invitations)({ accounts: [cleo], author, bytes });
  await suite.running.invitations.idle();
}

const has = async (uid: string) =>
  (await suite.rooms.collections.byUid(cleo, 'calendars', uid))[0]?.bytes.toString();

test('`calendars.invitations: known`: of members, of whom one has in an address book, and about what one has', async () => {
  await arrive(message('stranger', 'zoe@far.example'), 'zoe@far.example');
  expect(await has('stranger')).toBeUndefined();
  await arrive(message('member', 'ana@coop.localhost'), 'ana@coop.localhost');
  expect(await has('member')).toBeDefined();

  const { collections } = suite.rooms;
  const book = await collections.makeCollection(cleo, {
    home: 'contacts',
    kind: 'addressbook',
    name: 'friends',
    details: {},
  });
  const card = Buffer.from(
    'BEGIN:VCARD\r\nVERSION:4.0\r\nUID:z\r\nFN:Zoe\r\nNOTE:yan@far.example\r\nEMAIL;TYPE=home:Zoe@Far.example\r\nEND:VCARD\r\n',
  );
  const digest = digestOf(readCard(card));
  const item = { bytes: card, uid: 'z', component: 'VCARD', firstMs: null, lastMs: null, digest } as const;
  await collections.put(cleo, book.id, 'z.vcf', { ...item, scheduleTag: 'none' });
  await arrive(message('friend', 'zoe@far.example'), 'zoe@far.example');
  expect(await has('friend')).toBeDefined();
  // Somewhere in a card is not as whom it has.
  await arrive(message('noted', 'yan@far.example'), 'yan@far.example');
  expect(await has('noted')).toBeUndefined();

  await collections.remove(cleo, book.id, 'z.vcf');
  await arrive(message('friend', 'zoe@far.example', 'REQUEST', ' later'), 'zoe@far.example');
  expect(await has('friend')).toContain('SUMMARY:friend later');
});
