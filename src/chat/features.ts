import type { Element } from '../formats/stanza/index.ts';
import type { Session } from './routing/session.ts';
import type {
  BindFeature,
  DiscoPart,
  InlineFeature,
  IqHandler,
  MessageHook,
  NodeHook,
  PresenceHooks,
  PrivateElement,
  SessionHooks,
  Specification,
  StanzaGuard,
  StreamElementHandler,
  StreamState,
} from './specification.ts';
import type { ClientStream } from './stream/client-stream.ts';

type HookOf<Phase extends MessageHook['phase']> = Extract<MessageHook, { phase: Phase }>['run'];

/** The tables that the server works with, made once from the list of specifications. */
export interface Features {
  readonly specifications: readonly Specification[];
  readonly inline: readonly InlineFeature[];
  readonly bind: readonly BindFeature[];
  readonly leaving: readonly NonNullable<StanzaGuard['leaving']>[];
  readonly arriving: readonly NonNullable<StanzaGuard['arriving']>[];
  readonly send: readonly HookOf<'send'>[];
  readonly receive: readonly HookOf<'receive'>[];
  readonly select: readonly HookOf<'select'>[];
  readonly presenceShown: readonly NonNullable<PresenceHooks['shown']>[];
  readonly presenceSent: readonly NonNullable<PresenceHooks['sent']>[];
  readonly presenceReceived: readonly NonNullable<PresenceHooks['received']>[];
  readonly presenceInvited: readonly NonNullable<PresenceHooks['invited']>[];
  readonly opened: readonly NonNullable<SessionHooks['opened']>[];
  readonly outgoing: readonly NonNullable<SessionHooks['outgoing']>[];
  readonly resumed: readonly NonNullable<SessionHooks['resumed']>[];
  readonly lost: readonly NonNullable<SessionHooks['lost']>[];
  readonly closed: readonly NonNullable<SessionHooks['closed']>[];
  readonly missed: readonly NonNullable<SessionHooks['missed']>[];
  iq(at: IqHandler['at'], type: string, of: Element): IqHandler | undefined;
  element(of: Element, state: StreamState): StreamElementHandler | undefined;
  offers(stream: ClientStream): readonly Element[];
  /** Who follows that node of accounts. */
  nodeHook(node: string): NodeHook | undefined;
  /** Who keeps that private element instead of the account's own place for them. */
  privateElement(name: string, ns: string): PrivateElement | undefined;
  /** Features of disco#info, sorted. */
  disco(of: 'server' | 'account'): readonly string[];
  /** What is shown beside them, in the order of the list. */
  discoParts(of: 'server' | 'account'): readonly DiscoPart[];
}

const isPhase =
  <Phase extends MessageHook['phase']>(phase: Phase) =>
  (hook: MessageHook): hook is Extract<MessageHook, { phase: Phase }> =>
    hook.phase === phase;

/** Throws Error where two specifications claim one name: that is a mistake of the lists. */
export function createFeatures(specifications: readonly Specification[]): Features {
  const handlers = new Map<string, IqHandler>();
  for (const handler of specifications.flatMap(({ iq = [] }) => iq)) {
    const types = handler.type === 'both' ? ['get', 'set'] : [handler.type];
    for (const type of types) claim(handlers, iqKey(handler.at, type, handler), handler);
  }
  const elements = new Map<string, StreamElementHandler>();
  for (const handler of specifications.flatMap((each) => each.elements ?? [])) {
    for (const state of handler.states) claim(elements, `${state} ${handler.ns} ${handler.name}`, handler);
  }
  const hooks = specifications.flatMap(({ message = [] }) => message);
  const sessions = specifications.flatMap(({ session }) => session ?? []);
  const presences = specifications.flatMap(({ presence }) => presence ?? []);
  const nodeHooks = new Map<string, NodeHook>();
  for (const hook of specifications.flatMap(({ nodes = [] }) => nodes)) claim(nodeHooks, hook.node, hook);
  const privates = new Map<string, PrivateElement>();
  for (const each of specifications.flatMap(({ privateElements = [] }) => privateElements))
    claim(privates, `${each.ns} ${each.name}`, each);
  const guards = specifications.flatMap(({ guard }) => guard ?? []);
  const parts = specifications.flatMap((each) => each.disco ?? []);
  const partsAt = (of: DiscoPart['at']) => parts.filter(({ at }) => at === of);
  const shown = { server: partsAt('server'), account: partsAt('account') };
  const said = (of: 'server' | 'account') =>
    [...new Set(specifications.flatMap(({ features }) => features?.[of] ?? []))].sort();
  const disco = { server: said('server'), account: said('account') };
  return {
    specifications,
    inline: specifications.flatMap(({ inline = [] }) => inline),
    bind: specifications.flatMap((each) => each.bind ?? []),
    leaving: guards.flatMap(({ leaving }) => leaving ?? []),
    arriving: guards.flatMap(({ arriving }) => arriving ?? []),
    send: hooks.filter(isPhase('send')).map(({ run }) => run),
    receive: hooks.filter(isPhase('receive')).map(({ run }) => run),
    select: hooks.filter(isPhase('select')).map(({ run }) => run),
    presenceShown: presences.flatMap(({ shown }) => shown ?? []),
    presenceSent: presences.flatMap(({ sent }) => sent ?? []),
    presenceReceived: presences.flatMap(({ received }) => received ?? []),
    presenceInvited: presences.flatMap(({ invited }) => invited ?? []),
    opened: sessions.flatMap(({ opened }) => opened ?? []),
    outgoing: sessions.flatMap(({ outgoing }) => outgoing ?? []),
    resumed: sessions.flatMap(({ resumed }) => resumed ?? []),
    lost: sessions.flatMap(({ lost }) => lost ?? []),
    closed: sessions.flatMap(({ closed }) => closed ?? []),
    missed: sessions.flatMap(({ missed }) => missed ?? []),
    iq: (at, type, of) => handlers.get(iqKey(at, type, of)),
    element: ({ ns, name }, state) => elements.get(`${state} ${ns} ${name}`),
    offers: (stream) => specifications.flatMap((each) => each.offers?.(stream) ?? []),
    nodeHook: (node) => nodeHooks.get(node),
    privateElement: (name, ns) => privates.get(`${ns} ${name}`),
    disco: (of) => disco[of],
    discoParts: (of) => shown[of],
  };
}

const iqKey = (at: string, type: string, { ns, name }: Pick<Element, 'ns' | 'name'>) =>
  `${at} ${type} ${ns} ${name}`;

function claim<T>(table: Map<string, T>, key: string, value: T): void {
  if (table.has(key)) throw new Error(`two specifications of chat claim ${key}`);
  table.set(key, value);
}

/** Whether any of them holds it back. */
export const isHeld = (features: Features, session: Session, stanza: Element): boolean =>
  features.outgoing.some((hook) => hook(session, stanza) === 'held');
