import type { AuthResult } from '../accounts/index.ts';
import type { Jid } from '../formats/jid/index.ts';
import type { Element } from '../formats/stanza/index.ts';
import type { DiscoIdentity, DiscoItem, DiscoNode, Form } from './data/index.ts';
import type { Delivery, Sending } from './routing/flow.ts';
import type { Home } from './routing/home.ts';
import type { Session } from './routing/session.ts';
import type { Chat } from './services.ts';
import type { Stanza } from './stanza.ts';
import type { ClientStream } from './stream/client-stream.ts';

/** A request that an entity of ours answers. */
export interface IqRequest {
  readonly chat: Chat;
  readonly stanza: Stanza;
  readonly payload: Element;
  /** Whose account is asked; null where the server itself is. */
  readonly home: Home | null;
  /** The session that asks, where it is one of ours; requests of other servers have none. */
  readonly session: Session | null;
}

export interface IqHandler {
  /** Of the one child of the iq. */
  readonly name: string;
  readonly ns: string;
  readonly type: 'get' | 'set' | 'both';
  /** What is asked: the server by its domain, or an account by its bare address (or by none, from its own sessions). */
  readonly at: 'server' | 'account';
  /**
   * Who may ask; no default (THREATS 9). `owner`: sessions of the account. `members`: sessions of this server. `anyone`: other
   * servers as well; the handler judges.
   */
  readonly who: 'owner' | 'members' | 'anyone';
  /** The payload of the result, null for an empty one; undefined where the handler answers by itself. Throws StanzaError, StoreError. */
  run(request: IqRequest): Promise<Element | null | undefined> | Element | null | undefined;
}

/** Where a stream of a client stands: nobody has signed in; somebody has; a resource is bound. */
export type StreamState = 'stranger' | 'member' | 'bound';

/** An element of a stream that is no stanza. */
export interface StreamElementHandler {
  readonly name: string;
  readonly ns: string;
  readonly states: readonly StreamState[];
  /** May read on by `stream.next`, for dialogues. Throws StreamError. */
  run(stream: ClientStream, element: Element): Promise<void> | void;
}

/** `done`: the stanza goes no further, and all that is to be said was said. */
export type Step = 'done' | undefined;

/**
 * The way of a message, in this order; within a phase, the order of the list of specifications.
 * - `send`: at the sender's home, before it is routed. - `receive`: at the home of each local recipient, before anybody is chosen.
 * - `select`: there, when `delivery.targets` is chosen and nothing is kept yet.
 * What is kept, and what is done after that, is told to the flow. A StanzaError thrown goes back to the sender.
 */
export type MessageHook =
  | { readonly phase: 'send'; run(sending: Sending): Promise<Step> | Step }
  | { readonly phase: 'receive'; run(delivery: Delivery): Promise<Step> | Step }
  | { readonly phase: 'select'; run(delivery: Delivery): Promise<void> | void };

/** What becomes of a bound resource. */
export interface SessionHooks {
  /** Just bound; nothing was sent to it yet. */
  opened?(session: Session): void;
  /** Before a stanza is written to its client. `held`: whoever holds it writes it later with `session.write`. */
  outgoing?(session: Session, stanza: Element): 'held' | undefined;
  /** Its stream broke off. `kept`: the session stays, to be resumed; else it is closed. */
  lost?(session: Session): 'kept' | undefined;
  /** It goes on in another stream, which has what it had missed. */
  resumed?(session: Session): void;
  /** It is no more; it stands in its home no longer. */
  closed?(session: Session): void;
  /** A stanza was decided to be for it while it was there, and comes when it is no more. */
  missed?(session: Session, stanza: Element): void;
}

/** What presence (RFC 6121 §4) means to others than who hears it. */
export interface PresenceHooks {
  /** What others are shown of what a resource of ours says of itself, to everybody or to one, while it is there. */
  shown?(session: Session, of: Element): Element | Promise<Element>;
  /** A resource of ours tells everybody that it is there (`first`: it was not), or that it is no more (`session.presence` null). */
  sent?(session: Session, first: boolean): Promise<void> | void;
  /** An account of ours is told by somebody, one of its own resources or another: available or unavailable. */
  received?(home: Home, stanza: Stanza): Promise<void> | void;
  /** Somebody asks an account of ours for a subscription. True: there is leave for both, to hear and to be heard. */
  invited?(home: Home, stanza: Stanza): Promise<boolean> | boolean;
}

/** Presence and subscriptions (RFC 6121 §3, §4), which routing asks and does not know. */
export interface PresenceRules {
  /** From a client of ours; `to` null where everybody is told. Throws StanzaError. */
  sent(session: Session, of: Element, to: Jid | null): Promise<void>;
  /** For an account of ours, or for one of its resources. */
  received(home: Home, stanza: Stanza): Promise<void>;
  /** A client of ours speaks to somebody on another server, who so learns its whole address. */
  spoke(session: Session, to: Jid): void;
  /** RFC 6121 §8.5.3.1: a resource is asked by those alone who may know that it is there. Throws StanzaError. */
  demandKnown(home: Home, session: Session, request: Stanza): Promise<void>;
}

/** A client as it names itself (XEP-0388 §2.3): the same one comes again with the same id. */
export interface UserAgent {
  /** A UUID that the client made; '' where it said none. Nobody else is told. */
  readonly id: string;
  readonly software: string;
  readonly device: string;
}

/** A client that has just signed in with SASL2, and is not told of it yet. */
export interface InlineLogin {
  readonly stream: ClientStream;
  /** `<authenticate/>`, with what is asked for beside. */
  readonly request: Element;
  readonly accepted: Extract<AuthResult, { readonly ok: true }>;
  readonly agent: UserAgent;
  /** Set by what stands before in the list of specifications: that session goes on, and none is bound. */
  readonly resumed: Session | null;
}

export interface Inlined {
  /** A child of `<success/>`. */
  readonly answer: Element | null;
  /** A session of the same account that will go on in this stream; it is attached in `after`. */
  readonly resumed?: Session;
  /** Done in one go once `<success/>` is sent. */
  after?(): void;
}

/** What may be asked for with a login (XEP-0388 §2.6.3). What resumes a session stands before what binds one. */
export interface InlineFeature {
  /** What `<inline/>` says of it; null: not for this stream. */
  offer(stream: ClientStream): Element | null;
  /** Of every login: null where it asks for nothing of this. Throws StreamError. */
  run(login: InlineLogin): Promise<Inlined | null> | Inlined | null;
}

/** What a session may begin with (XEP-0386). */
export interface BindFeature {
  /** How it is offered; null where clients get it unasked. */
  readonly feature: string | null;
  /** `asked` is `<bind/>`, whose children say what is wanted; answers a child of `<bound/>`. Nothing was written to the session yet. */
  bound(session: Session, asked: Element): Promise<Element | null> | Element | null;
}

/** Somebody looks at the server (`home` null) or at an account (XEP-0030). */
export interface DiscoRequest {
  readonly chat: Chat;
  readonly home: Home | null;
  readonly from: Jid;
  /** One of our sessions; null for others. */
  readonly session: Session | null;
}

/** What a specification shows of itself beside its features. Who may look at an account at all was asked before. */
export interface DiscoPart {
  readonly at: 'server' | 'account';
  readonly identities?: readonly DiscoIdentity[];
  /** XEP-0128. */
  forms?(chat: Chat): readonly Form[];
  items?(request: DiscoRequest): Promise<readonly DiscoItem[]> | readonly DiscoItem[];
  /** Its nodes say themselves who may look at them, strangers to the account too. */
  readonly isNodeForAnyone?: true;
  /** A node of its own; undefined for one that is not. Throws StanzaError. */
  node?(request: DiscoRequest, node: string): Promise<DiscoNode | undefined> | DiscoNode | undefined;
}

/** Asked of every stanza, before anything else is; XEP-0191. Has nothing to await where there is nothing to do. */
export interface StanzaGuard {
  /** A client of ours sends it. Throws StanzaError where it may not. */
  leaving?(session: Session, stanza: Stanza): Promise<void> | void;
  /** It comes to an account of ours. `done`: it is dropped. Throws StanzaError where the sender is told. */
  arriving?(home: Home, stanza: Stanza): Promise<Step> | Step;
}

/** An element of private XML (XEP-0049) that is kept elsewhere. */
export interface PrivateElement {
  readonly name: string;
  readonly ns: string;
  /** Null: there is none. */
  get(home: Home): Promise<Element | null>;
  /** Throws StanzaError, StoreError. */
  set(home: Home, of: Element): Promise<void>;
}

/** A node of accounts that something else follows, or is made of. */
export interface NodeHook {
  readonly node: string;
  /** Its owner, or whoever may, has changed what stands in it, durably; what throws is logged. */
  changed(home: Home): Promise<void>;
}

/** What a specification brings. The lists of such values are the dispatch tables: nothing else knows their names. */
export interface Specification {
  /** `0280`. */
  readonly xep?: string;
  /** `RFC 6120 §7`. */
  readonly rfc?: string;
  readonly name: string;
  /** The version of the XEP that is followed. */
  readonly version?: string;
  /** Features of disco#info (XEP-0030 §3), by whom they are said. */
  readonly features?: {
    readonly server?: readonly string[];
    readonly account?: readonly string[];
  };
  readonly disco?: readonly DiscoPart[];
  readonly iq?: readonly IqHandler[];
  readonly guard?: StanzaGuard;
  readonly privateElements?: readonly PrivateElement[];
  readonly nodes?: readonly NodeHook[];
  readonly elements?: readonly StreamElementHandler[];
  /** What `<stream:features>` tells a stream as it stands (RFC 6120 §4.3.2). */
  offers?(stream: ClientStream): readonly Element[];
  readonly inline?: readonly InlineFeature[];
  readonly bind?: readonly BindFeature[];
  readonly message?: readonly MessageHook[];
  readonly presence?: PresenceHooks;
  readonly session?: SessionHooks;
}
