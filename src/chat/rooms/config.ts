import type { RoomConfig, RoomRole } from '../../stores/conversations/index.ts';
import { booleanOf, type Field, type Filled, type Form } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { tryJid } from '../stanza.ts';
import { mucConfigForm, mucInfoForm } from './names.ts';

/** What a room is before anybody has said how it shall be: nobody finds it who is not told of it, and it goes with the last one. */
export const firstConfig: RoomConfig = {
  ...{ name: '', description: '', language: '', persistent: false, public: false, membersOnly: false },
  ...{ moderated: false, password: '', whois: 'moderators', allowInvites: true, allowSubjectChange: false },
  ...{
    privateMessages: 'anyone',
    presenceBroadcast: ['moderator', 'participant', 'visitor'],
    maxUsers: null,
  },
  ...{ historyMax: 20, archive: true, contacts: [] },
};

const roles: readonly RoomRole[] = ['moderator', 'participant', 'visitor'];
const whispers: readonly RoomConfig['privateMessages'][] = ['anyone', 'participants', 'moderators', 'none'];
const maxima = [10, 20, 50, 100, 200, 500, 1_000, 2_000];

type Draft = { -readonly [K in keyof RoomConfig]: RoomConfig[K] };

/** One field of XEP-0045 §15.5.4: how it is shown and what its values mean. Throws StanzaError for those that mean nothing. */
interface Knob extends Pick<Field, 'label' | 'type' | 'options'> {
  readonly name: string;
  show(config: RoomConfig): readonly string[];
  take(draft: Draft, values: readonly string[]): void;
}

const wrong = (name: string) =>
  new StanzaError('not-acceptable', { text: `the field '${name}' cannot be that` });

const one = (name: string, [value, ...more]: readonly string[]): string => {
  if (more.length > 0) throw wrong(name);
  return value ?? '';
};

type KeyOf<T> = { [K in keyof RoomConfig]: RoomConfig[K] extends T ? K : never }[keyof RoomConfig];

const flag = (name: string, label: string, key: KeyOf<boolean>): Knob => ({
  name,
  label,
  type: 'boolean',
  show: (config) => [config[key] ? '1' : '0'],
  take(draft, values) {
    draft[key] = booleanOf(name, one(name, values));
  },
});

const text = (name: string, label: string, key: 'name' | 'language', type: Field['type']): Knob => ({
  ...{ name, label, ...(type ? { type } : {}) },
  show: (config) => [config[key]],
  take(draft, values) {
    draft[key] = one(name, values);
  },
});

function choice<T extends string>(values: readonly T[], name: string, value: string): T {
  const found = values.find((each) => each === value);
  if (found === undefined) throw wrong(name);
  return found;
}

const optionsOf = (values: readonly string[]) => values.map((value) => ({ value }));

const field = (name: string) => `muc#roomconfig_${name}`;

const count = (name: string, value: string): number => {
  if (!/^\d{1,6}$/.test(value)) throw wrong(name);
  return Number(value);
};

const knobs: readonly Knob[] = [
  text(field('roomname'), 'Name', 'name', 'text-single'),
  {
    // §15.5.4 has it 'text-single', and some refuse a form that says otherwise.
    ...{ name: field('roomdesc'), label: 'Description', type: 'text-single' },
    show: ({ description }) => [description],
    take(draft, values) {
      draft.description = values.join('\n');
    },
  },
  text(field('lang'), 'Language', 'language', 'text-single'),
  flag(field('persistentroom'), 'Stays when nobody is in it', 'persistent'),
  flag(field('publicroom'), 'Stands in the list of rooms', 'public'),
  flag(field('membersonly'), 'For members alone', 'membersOnly'),
  flag(field('moderatedroom'), 'Moderated: who is no member asks before speaking', 'moderated'),
  {
    ...{ name: field('passwordprotectedroom'), label: 'Needs a password', type: 'boolean' },
    show: ({ password }) => [password === '' ? '0' : '1'],
    take(draft, values) {
      if (!booleanOf(field('passwordprotectedroom'), one(field('passwordprotectedroom'), values)))
        draft.password = '';
    },
  },
  {
    ...{ name: field('roomsecret'), label: 'Password', type: 'text-private' },
    show: ({ password }) => [password],
    take(draft, values) {
      draft.password = one(field('roomsecret'), values);
    },
  },
  {
    ...{ name: field('whois'), label: 'Who sees real addresses', type: 'list-single' },
    options: optionsOf(['moderators', 'anyone']),
    show: ({ whois }) => [whois],
    take(draft, values) {
      draft.whois = choice(['moderators', 'anyone'], field('whois'), one(field('whois'), values));
    },
  },
  flag(field('allowinvites'), 'Occupants may invite', 'allowInvites'),
  flag(field('changesubject'), 'Occupants may change the subject', 'allowSubjectChange'),
  {
    ...{ name: field('allowpm'), label: 'Who may speak to somebody alone', type: 'list-single' },
    options: optionsOf(whispers),
    show: ({ privateMessages }) => [privateMessages],
    take(draft, values) {
      draft.privateMessages = choice(whispers, field('allowpm'), one(field('allowpm'), values));
    },
  },
  {
    ...{ name: field('presencebroadcast'), label: 'Roles whose presence is told', type: 'list-multi' },
    options: optionsOf(roles),
    show: ({ presenceBroadcast }) => presenceBroadcast,
    take(draft, values) {
      draft.presenceBroadcast = [...new Set(values)].map((value) =>
        choice(roles, field('presencebroadcast'), value),
      );
    },
  },
  {
    ...{ name: field('maxusers'), label: 'Most occupants', type: 'list-single' },
    options: [...maxima.map(String), 'none'].map((value) => ({ value })),
    show: ({ maxUsers }) => [maxUsers === null ? 'none' : String(maxUsers)],
    take(draft, values) {
      const value = one(field('maxusers'), values);
      if (value === '0') throw wrong(field('maxusers'));
      draft.maxUsers = value === 'none' || value === '' ? null : count(field('maxusers'), value);
    },
  },
  {
    ...{ name: 'muc#maxhistoryfetch', label: 'Messages that who enters is told', type: 'text-single' },
    show: ({ historyMax }) => [String(historyMax)],
    take(draft, values) {
      draft.historyMax = count('muc#maxhistoryfetch', one('muc#maxhistoryfetch', values));
    },
  },
  flag(field('enablelogging'), 'What is said is kept', 'archive'),
  {
    ...{ name: 'muc#roominfo_contactjid', label: 'Whom to ask about the room', type: 'jid-multi' },
    show: ({ contacts }) => contacts,
    take(draft, values) {
      if (values.some((value) => tryJid(value) === null)) throw wrong('muc#roominfo_contactjid');
      draft.contacts = values;
    },
  },
];

/** §10.2: as the room is now; `more`: who governs it. */
export const configForm = (config: RoomConfig, room: string, more: readonly Field[]): Form => ({
  type: 'form',
  of: mucConfigForm,
  title: `Configuration of ${room}`,
  fields: [
    ...knobs.map((knob) => {
      const { name, type, label, options } = knob;
      const shown = { name, values: knob.show(config) };
      return {
        ...shown,
        ...(type ? { type } : {}),
        ...(label ? { label } : {}),
        ...(options ? { options } : {}),
      };
    }),
    ...more,
  ],
});

/** What was filled in, over what was before; fields that are not there stay. Throws StanzaError. */
export function configOf(before: RoomConfig, filled: Filled): RoomConfig {
  const draft: Draft = { ...before };
  for (const { name, take } of knobs) {
    const values = filled.get(name);
    if (values !== undefined) take(draft, values);
  }
  if (
    draft.password === '' &&
    filled.get(field('passwordprotectedroom'))?.some((value) => value === '1' || value === 'true')
  )
    throw new StanzaError('not-acceptable', { text: 'a room that needs a password has one' });
  return draft;
}

/** §15.3: what a room says of itself by features. */
export const configFeatures = (config: RoomConfig): readonly string[] => [
  config.public ? 'muc_public' : 'muc_hidden',
  config.persistent ? 'muc_persistent' : 'muc_temporary',
  config.membersOnly ? 'muc_membersonly' : 'muc_open',
  config.moderated ? 'muc_moderated' : 'muc_unmoderated',
  config.password === '' ? 'muc_unsecured' : 'muc_passwordprotected',
  config.whois === 'anyone' ? 'muc_nonanonymous' : 'muc_semianonymous',
];

/** §10.2.1, §15.6.2: what everybody is told when a room has changed. */
export function changeCodes(before: RoomConfig, after: RoomConfig): readonly number[] {
  const codes: number[] = [];
  if (before.archive !== after.archive) codes.push(after.archive ? 170 : 171);
  if (before.whois !== after.whois) codes.push(after.whois === 'anyone' ? 172 : 173);
  const { archive: _archive, whois: _whois, ...beforeRest } = before;
  const { archive: _after, whois: _afterWhois, ...afterRest } = after;
  if (JSON.stringify(beforeRest) !== JSON.stringify(afterRest)) codes.push(104);
  return codes;
}

/** §15.5.5: what everybody may know who asks. */
export function infoForm(
  config: RoomConfig,
  of: { readonly occupants: number; readonly subject: string; readonly avatarHash: string },
): Form {
  const info = (name: string, value: string): Field => ({ name: `muc#roominfo_${name}`, values: [value] });
  const fields: Field[] = [
    { name: field('roomname'), type: 'text-single', values: [config.name] },
    info('description', config.description),
    info('subject', of.subject),
    info('occupants', String(of.occupants)),
    info('lang', config.language),
    { name: 'muc#roominfo_changesubject', type: 'boolean', values: [config.allowSubjectChange ? '1' : '0'] },
    { name: 'muc#maxhistoryfetch', values: [String(config.historyMax)] },
    { name: 'muc#roominfo_contactjid', type: 'jid-multi', values: config.contacts },
    { name: 'muc#roomconfig_whois', values: [config.whois] },
  ];
  // XEP-0486 §3
  if (of.avatarHash !== '') fields.push(info('avatarhash', of.avatarHash));
  return { type: 'result', of: mucInfoForm, fields };
}
