import type { AccountsAdmin, Member } from '../../accounts/index.ts';
import { parseJid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import type { Field, Filled } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import type { Administration, Chat } from '../services.ts';
import { addressed, tryJid } from '../stanza.ts';
import { type Command, type CommandForm, type CommandVisit, done } from './command.ts';
import { demandLines, demandText, shown, textIn } from './fields.ts';
import { announcementBytesMax, listedMax } from './limits.ts';
import { endSession, sessionLine } from './sessions.ts';

/** XEP-0133: the names of its commands, and of their forms. */
export const adminNs = 'http://jabber.org/protocol/admin';

const formOf = (title: string, fields: readonly Field[], instructions?: string): CommandForm => ({
  of: adminNs,
  title,
  fields,
  ...(instructions === undefined ? {} : { instructions }),
});

function administrationOf({ administration }: Chat): Administration {
  if (administration === null) throw new StanzaError('item-not-found');
  return administration;
}

const command = (node: string, name: string, run: Command['run']): Command => ({
  node: `${adminNs}#${node}`,
  name,
  who: 'admins',
  offered: ({ administration }) => administration !== null,
  run,
});

const addressField: Field = {
  name: 'accountjid',
  label: 'The address of the member',
  type: 'jid-single',
  isRequired: true,
  values: [],
};
const addressesField: Field = { ...addressField, name: 'accountjids', type: 'jid-multi' };

/** A member of ours by an address. Throws StanzaError. */
async function demandMember({ accounts }: Chat, address: string): Promise<Member> {
  const member = await accounts.byAddress(address);
  if (member === null)
    throw new StanzaError('item-not-found', { text: `nobody here has the address ${address}` });
  return member;
}

/** Done to the members that are named, once all of them are found; nobody does it to themselves. */
const overMembers = (
  node: string,
  name: string,
  said: string,
  act: (admin: AccountsAdmin, member: Member) => Promise<unknown>,
): Command =>
  command(node, name, (visit) => ({
    kind: 'form',
    form: formOf(name, [addressesField]),
    async next(filled) {
      const members: Member[] = [];
      for (const address of demandLines(filled, 'accountjids'))
        members.push(await demandMember(visit.chat, address));
      if (members.some(({ id }) => id === visit.session.home.account))
        throw new StanzaError('not-allowed', { text: 'nobody does that to themselves' });
      for (const member of members) await act(administrationOf(visit.chat).admin, member);
      return done(`${said}: ${members.map(({ address }) => address).join(', ')}`);
    },
  }));

async function add(visit: CommandVisit, filled: Filled) {
  const { admin, signInAddress } = administrationOf(visit.chat);
  const [password, again] = [textIn(filled, 'password'), textIn(filled, 'password-verify')];
  if (password !== again)
    throw new StanzaError('bad-request', { text: 'the two passwords are not the same' });
  const name = [textIn(filled, 'given_name'), textIn(filled, 'surname')]
    .filter((each) => each !== '')
    .join(' ');
  const member = await admin.addMember(demandText(filled, 'accountjid'), {
    ...(password === '' ? {} : { password }),
    ...(name === '' ? {} : { name }),
  });
  if (password !== '') return done(`added: ${member.address}`);
  const { token } = await admin.createSignInToken(member.id);
  const link = shown('link', 'Signs the member in once, to choose a password', signInAddress(token));
  return done(`added: ${member.address}`, formOf('A new member', [link]));
}

const secret = (name: string, label: string): Field => ({ name, label, type: 'text-private', values: [] });

/** §4.1; without a password the member gets a link to choose one. */
const addUser = command('add-user', 'Add a member', (visit) => ({
  kind: 'form',
  form: formOf('Add a member', [
    addressField,
    secret('password', 'A password; leave it out for a link that signs in once'),
    secret('password-verify', 'The same again'),
    { name: 'given_name', label: 'First name', type: 'text-single', values: [] },
    { name: 'surname', label: 'Family name', type: 'text-single', values: [] },
  ]),
  next: (filled) => add(visit, filled),
}));

/** §4.5: of a whole account, or of one session where the address names it. */
const endUserSession = command('end-user-session', 'End sessions of members', ({ chat }) => ({
  kind: 'form',
  form: formOf('End sessions of members', [addressesField]),
  next(filled) {
    let count = 0;
    for (const address of demandLines(filled, 'accountjids')) {
      const jid = tryJid(address);
      if (jid === null) throw new StanzaError('jid-malformed', { text: `${address} is no address` });
      const sessions = [...chat.homes.sessions()].filter(
        ({ jid: its }) =>
          its.local === jid.local &&
          its.domain === jid.domain &&
          (jid.resource === '' || its.resource === jid.resource),
      );
      for (const session of sessions) endSession(session);
      count += sessions.length;
    }
    return done(`ended: ${count}`);
  },
}));

/** §4.7 asks for a password; here the member chooses it, by a link that the administrator passes on. */
const resetPassword = command('change-user-password', 'Let a member choose a new password', ({ chat }) => ({
  kind: 'form',
  form: formOf('Let a member choose a new password', [addressField]),
  async next(filled) {
    const { admin, signInAddress } = administrationOf(chat);
    const member = await demandMember(chat, demandText(filled, 'accountjid'));
    const { token } = await admin.createSignInToken(member.id);
    const link = shown('link', `Signs ${member.address} in once`, signInAddress(token));
    return done('Pass this link on to the member alone.', formOf('A new password', [link]));
  },
}));

async function membersThat(chat: Chat, isIt: (member: Member) => boolean): Promise<readonly string[]> {
  const { admin } = administrationOf(chat);
  const found: string[] = [];
  for (let after: number | null = 0; after !== null; ) {
    const page = await admin.members({ after });
    found.push(...page.rows.filter(isIt).map(({ address }) => address));
    after = page.next;
  }
  return found;
}

const everybody = () => true;
const online = ({ homes }: Chat) => [...homes.sessions()].map(sessionLine);

/** §4.13 to §4.20: how many there are, and who; a long list is cut, and its number says so. */
const figures = (
  what: string,
  field: string,
  label: string,
  of: (chat: Chat) => Promise<readonly string[]> | readonly string[],
): readonly Command[] => [
  command(`get-${what}-num`, `${label}: how many`, async ({ chat }) => {
    const { length } = await of(chat);
    return done(String(length), formOf(label, [shown(`${field}snum`, label, String(length))]));
  }),
  command(`get-${what}-list`, `${label}: who`, async ({ chat }) => {
    const all = await of(chat);
    const fields = [shown(`${field}jids`, label, ...all.slice(0, listedMax))];
    return done(`${Math.min(all.length, listedMax)} of ${all.length}`, formOf(label, fields));
  }),
];

/** §4.23: to whoever is there now; nothing of it is kept. */
async function announce({ chat }: CommandVisit, filled: Filled) {
  const body = demandLines(filled, 'announcement').join('\n');
  if (Buffer.byteLength(body) > announcementBytesMax)
    throw new StanzaError('policy-violation', {
      text: `an announcement has at most ${announcementBytesMax} bytes`,
    });
  const subject = textIn(filled, 'subject');
  const of = element(
    'message',
    clientNs,
    { type: 'headline' },
    subject === '' ? null : element('subject', clientNs, {}, subject),
    element('body', clientNs, {}, body),
  );
  const from = parseJid(chat.domain);
  const homes = [...chat.homes.lively];
  for (const { jid } of homes) await chat.router.route(addressed(of, from, jid));
  return done(`sent to ${homes.length}`);
}

const announcement = command('announce', 'Tell everybody who is there', (visit) => ({
  kind: 'form',
  form: formOf('Tell everybody who is there', [
    { name: 'subject', label: 'Subject', type: 'text-single', values: [] },
    { name: 'announcement', label: 'What is to be said', type: 'text-multi', isRequired: true, values: [] },
  ]),
  next: (filled) => announce(visit, filled),
}));

/** Those of XEP-0133 that a co-op has a use for: none shows what members have said or to whom. */
export const administrationCommands: readonly Command[] = [
  addUser,
  overMembers('delete-user', 'End memberships for good', 'deleted', (admin, { id }) =>
    admin.deleteMember(id),
  ),
  overMembers('disable-user', 'Disable members', 'disabled', (admin, { id }) => admin.disableMember(id)),
  overMembers('reenable-user', 'Enable members again', 'enabled', (admin, { id }) => admin.enableMember(id)),
  endUserSession,
  resetPassword,
  ...figures('registered-users', 'registereduser', 'Members', (chat) => membersThat(chat, everybody)),
  ...figures('disabled-users', 'disableduser', 'Disabled members', (chat) =>
    membersThat(chat, (each) => each.disabled),
  ),
  ...figures('online-users', 'onlineuser', 'Members who are there', online),
  announcement,
];
