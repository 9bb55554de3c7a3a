import { afterAll, beforeAll, expect, test } from 'vitest';
import { roomOffice } from '../../chat/index.ts';
import { startSuite, type TestSuite, XmppActor } from '../../testing/index.ts';
import { roomReasonCharactersMax } from '../limits.ts';
import { chatRoomCommands } from './room.ts';

let suite: TestSuite;

beforeAll(async () => {
  suite = await startSuite();
  await suite.addMember('ana@coop.localhost', 'correct horse battery');
  await suite.rooms.accounts.admin.addAlias('bureau@coop.localhost', [
    'ana@coop.localhost',
    'x@else.example',
  ]);
});
afterAll(() => suite.stop());

const [add, list, show, destroy, owner] = chatRoomCommands;
const told = { progress: () => {}, signal: new AbortController().signal };

test('a room of a group, and one that everybody finds', async () => {
  const opened = await add?.run(suite.rooms, { name: 'bureau', group: 'bureau@coop.localhost' }, told);
  expect(opened?.json).toEqual({ address: 'bureau@rooms.coop.localhost', group: 'bureau@coop.localhost' });
  await add?.run(suite.rooms, { name: 'Agora', title: 'The agora', public: true }, told);
  expect((await list?.run(suite.rooms, {}, told))?.text).toMatch(/^agora@rooms\.coop\.localhost +The agora/);
  expect((await list?.run(suite.rooms, { group: 'bureau@coop.localhost' }, told))?.json).toHaveLength(1);
});

test('refused: a name that is taken, a group that is none', async () => {
  await expect(add?.run(suite.rooms, { name: 'bureau' }, told)).rejects.toMatchObject({ reason: 'exists' });
  const none = { name: 'other', group: 'nobody@coop.localhost' };
  await expect(add?.run(suite.rooms, none, told)).rejects.toMatchObject({ reason: 'not-found' });
});

const served = () => ({
  ...suite.rooms,
  running: {
    ...{ open: () => [], authority: () => null, talk: roomOffice(suite.running.chat.chat) },
    chatImported: async () => undefined,
  },
});
const bo = 'bo@coop.localhost';

async function enters(nick: string, room: string): Promise<XmppActor> {
  const tls = { ca: suite.authority, servername: 'coop.localhost' };
  const actor = new XmppActor({ transport: 'tls', port: suite.ports.xmpps, domain: 'coop.localhost', tls });
  await actor.login({ username: nick, password: 'correct horse battery' });
  await actor.send(`<presence to='${room}/${nick}'><x xmlns='http://jabber.org/protocol/muc'/></presence>`);
  await actor.find(({ name, attributes }) => name === 'presence' && attributes.from === `${room}/${nick}`);
  await actor.forget();
  return actor;
}

test('a room is shown, owned and destroyed, and who is there hears of it', async () => {
  await suite.addMember(bo, 'correct horse battery');
  await add?.run(served(), { name: 'salon' }, told);
  const room = 'salon@rooms.coop.localhost';
  const guest = await enters('bo', room);
  await owner?.run(served(), { name: 'salon', member: bo }, told);
  const isOwner = ({ name, children }: { name: string; children: readonly unknown[] }) =>
    name === 'presence' && JSON.stringify(children).includes('"owner"');
  await guest.find(isOwner);
  const shown = await show?.run(served(), { name: 'Salon' }, told);
  expect(shown?.json).toMatchObject({ address: room, owners: [bo], group: null, madeBy: null });
  expect(shown?.text).toContain(bo);
  const alone = owner?.run(served(), { name: 'salon', member: bo, remove: true }, told);
  await expect(alone).rejects.toMatchObject({ reason: 'conflict' });
  const end = await destroy?.run(served(), { name: 'salon', reason: 'closed for good' }, told);
  expect(end?.json).toEqual({ destroyed: room });
  await guest.find(
    ({ name, children }) => name === 'presence' && JSON.stringify(children).includes('closed for good'),
  );
  await expect(show?.run(served(), { name: 'salon' }, told)).rejects.toMatchObject({ reason: 'not-found' });
  await expect(add?.run(served(), { name: 'salon' }, told)).rejects.toMatchObject({ reason: 'exists' });
  await guest.disconnect();
});

test('the same of a server that does not run', async () => {
  await add?.run(suite.rooms, { name: 'quiet' }, told);
  await owner?.run(suite.rooms, { name: 'quiet', member: 'ana@coop.localhost' }, told);
  expect((await show?.run(suite.rooms, { name: 'quiet' }, told))?.json).toMatchObject({
    owners: ['ana@coop.localhost'],
  });
  await destroy?.run(suite.rooms, { name: 'quiet' }, told);
  await add?.run(suite.rooms, { name: 'quiet' }, told);
  const none = { name: 'quiet', member: 'ana@coop.localhost', remove: true };
  await expect(owner?.run(suite.rooms, none, told)).rejects.toMatchObject({ reason: 'not-found' });
  const nobody = { name: 'quiet', member: 'nobody@coop.localhost' };
  await expect(owner?.run(suite.rooms, nobody, told)).rejects.toMatchObject({ reason: 'not-found' });
  const long = { name: 'quiet', reason: 'x'.repeat(roomReasonCharactersMax + 1) };
  await expect(destroy?.run(suite.rooms, long, told)).rejects.toThrow('reason');
});
