import { type Reason, StoreError } from '../base/index.ts';
import { type Element, element } from '../formats/stanza/index.ts';
import { stanzasNs, streamErrorsNs, streamsNs } from './namespaces.ts';

/** RFC 6120 §8.3.2: what a sender may do about it. */
export type ErrorType = 'auth' | 'cancel' | 'continue' | 'modify' | 'wait';

/** Conditions of stanza errors with the type that §8.3.3 of RFC 6120 gives each. */
export const stanzaConditions = {
  'bad-request': 'modify',
  conflict: 'cancel',
  'feature-not-implemented': 'cancel',
  forbidden: 'auth',
  gone: 'cancel',
  'internal-server-error': 'cancel',
  'item-not-found': 'cancel',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'not-allowed': 'cancel',
  'not-authorized': 'auth',
  'policy-violation': 'modify',
  'recipient-unavailable': 'wait',
  redirect: 'modify',
  'registration-required': 'auth',
  'remote-server-not-found': 'cancel',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
  'service-unavailable': 'cancel',
  'subscription-required': 'auth',
  'undefined-condition': 'cancel',
  'unexpected-request': 'wait',
} as const satisfies Record<string, ErrorType>;

export type StanzaCondition = keyof typeof stanzaConditions;

export interface StanzaErrorOptions {
  /** Where it is another one than the condition's own. */
  readonly type?: ErrorType;
  /** For a person to read; holds nothing that the asker may not know. */
  readonly text?: string;
  /** The application's own condition (§8.3.2). */
  readonly extra?: Element;
  /** Character data of the condition: the other address of `gone` and `redirect` (§8.3.3.5). */
  readonly detail?: string;
  /** An account says it to everybody: that it is there is known by what is open there. */
  readonly isPublic?: boolean;
}

/** A stanza that is answered with an error. Thrown by handlers; `errors.ts` alone writes it. */
export class StanzaError extends Error {
  override readonly name = 'StanzaError';
  readonly condition: StanzaCondition;
  readonly options: StanzaErrorOptions;

  constructor(condition: StanzaCondition, options: StanzaErrorOptions = {}) {
    super(options.text ?? condition);
    this.condition = condition;
    this.options = options;
  }
}

/** The one place where a store's reason becomes an answer. */
export const reasonConditions = {
  'not-found': 'item-not-found',
  exists: 'conflict',
  denied: 'forbidden',
  'over-quota': 'resource-constraint',
  'too-large': 'policy-violation',
  limit: 'resource-constraint',
  conflict: 'conflict',
  locked: 'conflict',
  invalid: 'bad-request',
  'has-children': 'conflict',
  disabled: 'forbidden',
  'no-space': 'resource-constraint',
  unavailable: 'internal-server-error',
  corrupt: 'internal-server-error',
} as const satisfies Record<Reason, StanzaCondition>;

/** RFC 6120 §8.3: the child of an error stanza. Null for what is no refusal but a fault of ours. */
export function refusalOf(error: unknown): StanzaError | null {
  if (error instanceof StanzaError) return error;
  if (!(error instanceof StoreError)) return null;
  const condition = reasonConditions[error.reason];
  return new StanzaError(condition, condition === 'internal-server-error' ? {} : { text: error.message });
}

/** Of our own faults nothing is told. */
export const internalError = new StanzaError('internal-server-error');

/** `<error/>` as it stands in a stanza of that name space. */
export function errorElement({ condition, options }: StanzaError, ns: string): Element {
  const { type = stanzaConditions[condition], text, extra, detail } = options;
  return element(
    'error',
    ns,
    { type },
    element(condition, stanzasNs, {}, detail ?? null),
    text === undefined ? null : element('text', stanzasNs, { 'xml:lang': 'en' }, text),
    extra ?? null,
  );
}

/** RFC 6120 §4.9.3. */
export type StreamCondition =
  | 'bad-format'
  | 'bad-namespace-prefix'
  | 'conflict'
  | 'connection-timeout'
  | 'host-gone'
  | 'host-unknown'
  | 'improper-addressing'
  | 'internal-server-error'
  | 'invalid-from'
  | 'invalid-namespace'
  | 'invalid-xml'
  | 'not-authorized'
  | 'not-well-formed'
  | 'policy-violation'
  | 'remote-connection-failed'
  | 'reset'
  | 'resource-constraint'
  | 'restricted-xml'
  | 'system-shutdown'
  | 'undefined-condition'
  | 'unsupported-encoding'
  | 'unsupported-feature'
  | 'unsupported-stanza-type'
  | 'unsupported-version';

/** Ends the stream; whoever reads it is told why (RFC 6120 §4.9). */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly condition: StreamCondition;
  readonly text: string | undefined;
  readonly extra: Element | null;

  constructor(condition: StreamCondition, text?: string, extra: Element | null = null) {
    super(text ?? condition);
    this.condition = condition;
    this.text = text;
    this.extra = extra;
  }
}

export const streamErrorElement = ({ condition, text, extra }: StreamError): Element =>
  element(
    'error',
    streamsNs,
    {},
    element(condition, streamErrorsNs),
    text === undefined ? null : element('text', streamErrorsNs, { 'xml:lang': 'en' }, text),
    extra,
  );
