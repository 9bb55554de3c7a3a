import { element } from '../../formats/stanza/index.ts';
import { type ErrorType, type StanzaCondition, StanzaError } from '../errors.ts';

export const pubsubNs = 'http://jabber.org/protocol/pubsub';
export const ownerNs = 'http://jabber.org/protocol/pubsub#owner';
export const eventNs = 'http://jabber.org/protocol/pubsub#event';
export const errorsNs = 'http://jabber.org/protocol/pubsub#errors';

/** Conditions of XEP-0060's own, with the stanza error that each stands in. */
const conditions = {
  'closed-node': ['not-allowed', 'cancel'],
  'configuration-required': ['not-acceptable', 'modify'],
  'invalid-jid': ['bad-request', 'modify'],
  'invalid-options': ['bad-request', 'modify'],
  'invalid-payload': ['bad-request', 'modify'],
  'item-required': ['bad-request', 'modify'],
  'jid-required': ['bad-request', 'modify'],
  'max-items-exceeded': ['not-allowed', 'cancel'],
  'nodeid-required': ['bad-request', 'modify'],
  'not-in-roster-group': ['not-authorized', 'auth'],
  'not-subscribed': ['unexpected-request', 'cancel'],
  'payload-required': ['bad-request', 'modify'],
  'payload-too-big': ['not-acceptable', 'modify'],
  'pending-subscription': ['not-authorized', 'auth'],
  'precondition-not-met': ['conflict', 'cancel'],
  'presence-subscription-required': ['not-authorized', 'auth'],
  'subid-required': ['bad-request', 'modify'],
  'invalid-subid': ['not-acceptable', 'modify'],
} as const satisfies Record<string, readonly [StanzaCondition, ErrorType]>;

export type PubsubCondition = keyof typeof conditions;

export function pubsubError(condition: PubsubCondition, text?: string): StanzaError {
  const [stanza, type] = conditions[condition];
  const extra = element(condition, errorsNs);
  return new StanzaError(stanza, { type, extra, ...(text === undefined ? {} : { text }) });
}

/** What XEP-0060 knows and this service does not do, by its feature. */
export const unsupported = (feature: string): StanzaError =>
  new StanzaError('feature-not-implemented', {
    extra: element('unsupported', errorsNs, { feature }),
  });

export const noSuchNode = (): StanzaError =>
  new StanzaError('item-not-found', { text: 'there is no such node' });
