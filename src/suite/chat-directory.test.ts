import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Member } from '../accounts/index.ts';
import { childOf, childrenOf, textOf } from '../formats/stanza/index.ts';
import { startSuite, type TestSuite, XmppActor } from '../testing/index.ts';
import { directorySource } from './chat-directory.ts';
import { openDirectory } from './contacts.ts';
import { directoryQuietMs, heldGroupsMax } from './limits.ts';

const domain = 'coop.localhost';
const password = 'correct horse';
const rosterNs = 'jabber:iq:roster';
let suite: TestSuite;
const members: Record<string, Member> = {};

beforeAll(async () => {
  suite = await startSuite({ settings: { chat: { directory: { contacts: 'groups', members: 3 } } } });
  for (const name of ['ana', 'bo', 'carl', 'dora'])
    members[name] = await suite.addMember(`${name}@${domain}`, password);
  const { admin } = suite.rooms.accounts;
  const everybody = ['ana', 'bo', 'carl'].map((name) => `${name}@${domain}`);
  await admin.addAlias(`garden@${domain}`, everybody);
  await admin.addAlias(`kitchen@${domain}`, everybody.slice(0, 2));
  await admin.addAlias(`all@${domain}`, [...everybody, `dora@${domain}`]);
});
afterAll(() => suite.stop());

const member = (name: string): Member => {
  const found = members[name];
  if (!found) throw new Error(`no ${name}`);
  return found;
};
const show = (name: string) => openDirectory(suite.rooms).show(member(name), { phone: '', photo: false });
const contacts = async (name: string) =>
  (await directorySource(suite.rooms).contactsOf(member(name).id)).map(({ contact, groups }) => [
    contact.split('@')[0],
    ...groups,
  ]);

async function signedIn(username: string): Promise<XmppActor> {
  const tls = { ca: suite.authority, servername: domain };
  const actor = new XmppActor({ transport: 'tcp', port: suite.ports.xmpp, domain, tls });
  await actor.login({ username, password });
  return actor;
}

async function roster(actor: XmppActor) {
  const query = childOf(await actor.ask('get', `<query xmlns='${rosterNs}'/>`), 'query', rosterNs);
  return childrenOf(query ?? { ns: '', name: '', attributes: {}, children: [] }, 'item', rosterNs).map(
    (item) => [
      item.attributes.jid,
      item.attributes.subscription,
      ...childrenOf(item, 'group', rosterNs).map(textOf),
    ],
  );
}

test('members who let the others find them are contacts of each other, in the groups that both are in', async () => {
  expect(await contacts('ana')).toEqual([]);
  await show('ana');
  await show('bo');
  await show('dora');
  expect(await contacts('ana')).toEqual([['bo', 'garden', 'kitchen']]);
  expect(await contacts('bo')).toEqual([['ana', 'garden', 'kitchen']]);
  // Who hides is seen by nobody and sees nobody; the group of all is too large.
  expect(await contacts('carl')).toEqual([]);
  expect(await contacts('dora')).toEqual([]);
});

test('clients see them, hear when they are there, and hear of changes', async () => {
  const [ana, bo] = [await signedIn('ana'), await signedIn('bo')];
  expect(await roster(ana)).toEqual([[`bo@${domain}`, 'both', 'garden', 'kitchen']]);
  await ana.send('<presence/>');
  await bo.send('<presence/>');
  await ana.find(({ name, attributes }) => name === 'presence' && attributes.from === bo.jid);
  await bo.find(({ name, attributes }) => name === 'presence' && attributes.from === ana.jid);
  await show('carl');
  const pushed = await ana.find(({ name, attributes }) => name === 'iq' && attributes.type === 'set');
  const item = childOf(childOf(pushed, 'query', rosterNs) ?? pushed, 'item', rosterNs);
  expect(item?.attributes).toMatchObject({ jid: `carl@${domain}`, subscription: 'both' });
  expect(directoryQuietMs).toBeLessThan(10_000);
  await ana.disconnect();
  await bo.disconnect();
});

test('a group is read once for all of its members, and again when the directory has changed', async () => {
  const { accounts, admin } = suite.rooms.accounts;
  let read = 0;
  const counting = {
    ...accounts,
    resolve(address: string) {
      read++;
      return accounts.resolve(address);
    },
  };
  const rooms = { ...suite.rooms, accounts: { ...suite.rooms.accounts, accounts: counting } };
  const source = directorySource(rooms as never);
  const names = async (name: string) =>
    (await source.contactsOf(member(name).id)).map((each) => each.name).sort();
  const before = await names('ana');
  expect(before).toContain('bo');
  const once = read;
  expect(once).toBeGreaterThan(0);
  expect(await names('ana')).toEqual(before);
  expect(await names('bo')).toContain('ana');
  expect(read).toBe(once);
  await admin.changeMember(member('bo').id, { name: 'Bo Berg' });
  await vi.waitFor(async () => expect(await names('ana')).toContain('Bo Berg'));
  await admin.disableMember(member('bo').id);
  await vi.waitFor(async () => expect(await names('ana')).not.toContain('Bo Berg'));
  // Who was disabled is shown again once they say so.
  await admin.enableMember(member('bo').id);
  await show('bo');
  await vi.waitFor(async () => expect(await names('ana')).toContain('Bo Berg'));
  expect(heldGroupsMax).toBe(1_000);
});

test('and nobody puts them there where the settings do not say so', async () => {
  const other = { ...suite.rooms, settings: { value: { ...suite.rooms.settings.value } } };
  const { value } = other.settings;
  other.settings.value = { ...value, chat: { ...value.chat, directory: { contacts: 'off', members: 3 } } };
  expect(await directorySource(other as never).contactsOf(member('ana').id)).toEqual([]);
});
