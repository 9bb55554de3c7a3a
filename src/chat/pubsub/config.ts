import type { NodeConfig } from '../../stores/conversations/index.ts';
import { booleanOf, type Field, type Filled, type Form } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { pubsubError } from './faults.ts';

export const nodeConfigForm = 'http://jabber.org/protocol/pubsub#node_config';
export const publishOptionsForm = 'http://jabber.org/protocol/pubsub#publish-options';
export const metaDataForm = 'http://jabber.org/protocol/pubsub#meta-data';

/** XEP-0163 §3: what a node is made with that a client publishes to without having configured it. */
export const pepDefaults: NodeConfig = {
  title: '',
  description: '',
  language: '',
  type: '',
  accessModel: 'presence',
  rosterGroupsAllowed: [],
  publishModel: 'publishers',
  maxItems: 1,
  persistItems: true,
  itemExpireSeconds: null,
  sendLastPublishedItem: 'on_sub_and_presence',
  deliverNotifications: true,
  deliverPayloads: true,
  presenceBasedDelivery: false,
  notificationType: 'headline',
  notifyConfig: false,
  notifyDelete: true,
  notifyRetract: true,
  notifySub: false,
  itemReply: 'owner',
};

type Change = Partial<NodeConfig>;

interface ConfigField {
  readonly name: string;
  readonly label: string;
  readonly type: NonNullable<Field['type']>;
  readonly options?: readonly string[];
  show(config: NodeConfig): readonly string[];
  /** Throws StanzaError for what cannot be. */
  read(name: string, values: readonly string[]): Change;
}

const only = (name: string, values: readonly string[]): string => {
  const [value, ...more] = values;
  if (value === undefined || more.length > 0)
    throw new StanzaError('bad-request', { text: `the field '${name}' has one value` });
  return value;
};

const flag = (key: keyof NodeConfig, name: string, label: string): ConfigField => ({
  ...{ name: `pubsub#${name}`, label, type: 'boolean' },
  show: (config) => [config[key] ? '1' : '0'],
  read: (field, values) => ({ [key]: booleanOf(field, only(field, values)) }),
});

const text = (
  key: 'title' | 'description' | 'language' | 'type',
  name: string,
  label: string,
): ConfigField => ({
  ...{ name: `pubsub#${name}`, label, type: 'text-single' },
  show: (config) => [config[key]],
  read: (field, values) => ({ [key]: values.length === 0 ? '' : only(field, values) }),
});

const choice = <K extends keyof NodeConfig>(
  key: K,
  name: string,
  label: string,
  options: readonly (NodeConfig[K] & string)[],
): ConfigField => ({
  ...{ name: `pubsub#${name}`, label, type: 'list-single', options },
  show: (config) => [String(config[key])],
  read(field, values) {
    const value = only(field, values);
    if (!(options as readonly string[]).includes(value))
      throw new StanzaError('not-acceptable', {
        text: `the field '${field}' is one of ${options.join(', ')}`,
      });
    return { [key]: value };
  },
});

const wholeNumber = (name: string, value: string): number => {
  if (!/^\d{1,9}$/.test(value))
    throw new StanzaError('bad-request', { text: `the field '${name}' is no number` });
  return Number(value);
};

const maxItems: ConfigField = {
  ...{
    name: 'pubsub#max_items',
    label: 'How many items are kept; max: as many as there may be',
    type: 'text-single',
  },
  show: (config) => [String(config.maxItems)],
  read(field, values) {
    const value = only(field, values);
    return { maxItems: value === 'max' ? 'max' : wholeNumber(field, value) };
  },
};

const itemExpire: ConfigField = {
  ...{
    name: 'pubsub#item_expire',
    label: 'Seconds after which an item goes; max: never',
    type: 'text-single',
  },
  show: ({ itemExpireSeconds }) => [itemExpireSeconds === null ? 'max' : String(itemExpireSeconds)],
  read(field, values) {
    const value = only(field, values);
    const seconds = value === 'max' || value === '0' ? null : wholeNumber(field, value);
    return { itemExpireSeconds: seconds };
  },
};

const groups: ConfigField = {
  ...{ name: 'pubsub#roster_groups_allowed', label: 'Groups of contacts that may read', type: 'list-multi' },
  show: (config) => config.rosterGroupsAllowed,
  read: (_, values) => ({ rosterGroupsAllowed: [...values] }),
};

/** §16.4.4 registers a list without options, and some refuse a form that says otherwise: any language is taken. */
const language: ConfigField = {
  ...text('language', 'language', 'Language'),
  type: 'list-single',
};

/** XEP-0060 §16.4.4, as many as this service obeys. */
const fields: readonly ConfigField[] = [
  text('title', 'title', 'A name for people'),
  text('description', 'description', 'What is published'),
  language,
  text('type', 'type', 'The name space of the payloads'),
  choice('accessModel', 'access_model', 'Who may read', [
    'open',
    'presence',
    'roster',
    'whitelist',
    'authorize',
  ]),
  groups,
  choice('publishModel', 'publish_model', 'Who may publish', ['publishers', 'subscribers', 'open']),
  maxItems,
  flag('persistItems', 'persist_items', 'Items are kept'),
  itemExpire,
  choice('sendLastPublishedItem', 'send_last_published_item', 'When the last item is sent again', [
    'never',
    'on_sub',
    'on_sub_and_presence',
  ]),
  flag('deliverNotifications', 'deliver_notifications', 'Tell of what is published'),
  flag('deliverPayloads', 'deliver_payloads', 'With what is published in it'),
  flag('presenceBasedDelivery', 'presence_based_delivery', 'Only to who is there'),
  choice('notificationType', 'notification_type', 'The type of the messages', ['normal', 'headline']),
  flag('notifyConfig', 'notify_config', 'Tell of another configuration'),
  flag('notifyDelete', 'notify_delete', 'Tell of the end of the node'),
  flag('notifyRetract', 'notify_retract', 'Tell of what is taken back'),
  flag('notifySub', 'notify_sub', 'Tell of subscriptions'),
  choice('itemReply', 'itemreply', 'Whom replies go to', ['owner', 'publisher']),
];

const byName: ReadonlyMap<string, ConfigField> = new Map(fields.map((field) => [field.name, field]));

export function configForm(config: NodeConfig, type: 'form' | 'result'): Form {
  return {
    ...{ type, of: nodeConfigForm },
    fields: fields.map(({ name, label, type: fieldType, options = [], show }) => ({
      ...{ name, label, type: fieldType, values: show(config) },
      options: options.map((value) => ({ value })),
    })),
  };
}

/**
 * What a form asks for. Fields that nobody knows: passed over in a configuration (XEP-0060 §8.2.4), refused as a precondition,
 * which cannot be met (§7.1.5). Throws StanzaError.
 */
export function readConfig(filled: Filled, unknown: 'ignored' | 'refused'): Change {
  let change: Change = {};
  for (const [name, values] of filled) {
    if (name === 'FORM_TYPE') continue;
    const field = byName.get(name);
    if (field !== undefined) change = { ...change, ...field.read(name, values) };
    else if (unknown === 'refused')
      throw pubsubError('precondition-not-met', `the option '${name}' is not known here`);
  }
  return change;
}

/** XEP-0060 §5.4: what a node says of itself. */
export const metaData = (config: NodeConfig): Form => {
  const shown = ['pubsub#title', 'pubsub#description', 'pubsub#language', 'pubsub#type'];
  const rules = ['pubsub#access_model', 'pubsub#publish_model', 'pubsub#max_items'];
  return {
    ...{ type: 'result', of: metaDataForm },
    fields: [...shown, ...rules]
      .map((name) => ({ name, values: byName.get(name)?.show(config) ?? [] }))
      .filter(({ values }) => values[0] !== ''),
  };
};
