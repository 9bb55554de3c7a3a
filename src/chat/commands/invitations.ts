import { dateTime, type Field } from '../data/index.ts';
import { type Invitation, inviteAccount, inviteContact } from '../registration/invitations.ts';
import { type Command, type CommandForm, done } from './command.ts';
import { shown, textIn } from './fields.ts';

/** XEP-0401 */
const inviteNs = 'urn:xmpp:invite';

/** What is passed on, once, to who is invited (§4.1). */
const resultOf = ({ uri, page, expiresMs }: Invitation): CommandForm => ({
  of: '',
  title: 'An invitation',
  fields: [
    shown('uri', 'For a chat program', uri),
    ...(page === '' ? [] : [shown('landing-url', 'For people', page)]),
    shown('expire', 'Good until', dateTime(expiresMs)),
  ],
});

const contact: Command = {
  node: `${inviteNs}#invite`,
  name: 'Invite somebody to be my contact',
  who: 'members',
  run: async ({ session }) => done('Pass it on to one person.', resultOf(await inviteContact(session.home))),
};

const username: Field = {
  name: 'username',
  label: 'The part before the @; left out, the person chooses',
  type: 'text-single',
  values: [],
};

const account: Command = {
  node: `${inviteNs}#create-account`,
  name: 'Invite somebody to have an account',
  who: 'admins',
  offered: ({ registrar, settings }) => registrar !== null && settings().registration !== 'closed',
  run: ({ session }) => ({
    kind: 'form',
    form: { of: '', title: 'Invite somebody to have an account', fields: [username] },
    next: async (filled) =>
      done(
        'Pass it on to one person.',
        resultOf(await inviteAccount(session.home, textIn(filled, 'username'))),
      ),
  }),
};

/** Links by which others come in. */
export const invitationCommands: readonly Command[] = [contact, account];
