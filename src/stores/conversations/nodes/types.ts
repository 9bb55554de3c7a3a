/** Whose nodes they are: `pep` and an account, or the host of a pubsub service and 0. */
export interface Owner {
  readonly service: string;
  readonly account: number;
}

/** How a node is named: within its owner. */
export interface NodeAddress extends Owner {
  readonly node: string;
}

/** XEP-0060 §16.4.4 in typed fields; what a service does not support has one value only. */
export interface NodeConfig {
  readonly title: string;
  readonly description: string;
  readonly language: string;
  /** The name space of the payloads. */
  readonly type: string;
  readonly accessModel: 'open' | 'presence' | 'roster' | 'whitelist' | 'authorize';
  readonly rosterGroupsAllowed: readonly string[];
  readonly publishModel: 'publishers' | 'subscribers' | 'open';
  /** `max`: as many as there may be; a number: the oldest goes when one more is published. */
  readonly maxItems: number | 'max';
  readonly persistItems: boolean;
  /** Seconds after which an item goes by itself; null: never. */
  readonly itemExpireSeconds: number | null;
  readonly sendLastPublishedItem: 'never' | 'on_sub' | 'on_sub_and_presence';
  readonly deliverNotifications: boolean;
  readonly deliverPayloads: boolean;
  readonly presenceBasedDelivery: boolean;
  readonly notificationType: 'normal' | 'headline';
  readonly notifyConfig: boolean;
  readonly notifyDelete: boolean;
  readonly notifyRetract: boolean;
  readonly notifySub: boolean;
  readonly itemReply: 'owner' | 'publisher';
}

export interface NodeRow extends NodeAddress {
  readonly id: number;
  readonly config: NodeConfig;
  readonly items: number;
  readonly bytes: number;
  /** The account's modseq at the last change of the node, its items or its configuration. */
  readonly modseq: number;
  readonly createdMs: number;
}

export interface ItemRow {
  readonly id: string;
  /** The bare or full JID that published it. */
  readonly publisher: string;
  /** One XML element; '' for none. */
  readonly payload: string;
  /** Order of publication: an item that is published again is the newest. */
  readonly seq: number;
  readonly atMs: number;
}

export type NodeAffiliation = 'owner' | 'publisher' | 'publish-only' | 'member' | 'outcast';
export type SubscriptionState = 'subscribed' | 'pending' | 'unconfigured';

/** `account`: whose JID it is; 0 for one that is not of here. With that account its rows go. */
export interface Who {
  readonly jid: string;
  readonly account: number;
}

export interface Subscription extends Who {
  /** '' where there is one only. */
  readonly subid: string;
  readonly state: SubscriptionState;
  /** XEP-0060 §16.4.2, as the protocol wrote them; JSON. */
  readonly options: Readonly<Record<string, unknown>>;
}

export interface AffiliationRow extends Who {
  readonly affiliation: NodeAffiliation;
}

/** What is asked before somebody may do something with a node. */
export interface Standing {
  readonly node: NodeRow;
  readonly affiliation: NodeAffiliation | null;
  /** Those of the bare JID and of all its resources. */
  readonly subscriptions: readonly Subscription[];
}

export interface LastItem {
  readonly node: NodeRow;
  readonly affiliation: NodeAffiliation | null;
  readonly item: ItemRow;
}

export interface Publication extends NodeAddress {
  readonly publisher: string;
  /** No id: one is made. */
  readonly items: readonly { readonly id?: string; readonly payload: string }[];
  /** What a node is made of that is not there yet; null: StoreError 'not-found'. */
  readonly defaults: NodeConfig | null;
  /** XEP-0060 §7.1.5: what the node must be, and what it is made with. */
  readonly expected?: Partial<NodeConfig>;
  /** Who owns a node that is made; in PEP that is the account, and nobody is named. */
  readonly creator?: Who;
}

export interface Published {
  readonly node: NodeRow;
  readonly created: boolean;
  /** In the order in which they were given. */
  readonly items: readonly { readonly id: string; readonly seq: number; readonly replaced: boolean }[];
  /** What had to go, oldest first. */
  readonly evicted: readonly string[];
}

/** XEP-0059: after or before an item, not both; `before: ''` is the end of the list. */
export interface ItemPage {
  readonly order: 'oldest-first' | 'newest-first';
  readonly after?: string;
  readonly before?: string;
  readonly max: number;
}

export interface Items {
  /** Always in the order that was asked for; fewer than `max` where payloads are large. */
  readonly items: readonly ItemRow[];
  readonly total: number;
  /** How many stand before the first of these. */
  readonly index: number;
  /** Nothing follows in the direction of the paging. */
  readonly complete: boolean;
}

/**
 * Nodes of PEP and of pubsub services. Writes are durable when they resolve, and wake listeners of the account. StoreError
 * 'not-found' where the node is not there, 'invalid', 'limit' and 'too-large' for what may not be.
 */
export interface NodesStore {
  /** StoreError 'exists'. */
  create(address: NodeAddress, config: NodeConfig, creator?: Who): Promise<NodeRow>;
  /** Answers the items that are too many now, oldest first. */
  configure(
    address: NodeAddress,
    config: NodeConfig,
  ): Promise<{ readonly node: NodeRow; readonly evicted: readonly string[] }>;
  /** StoreError 'conflict' with `field` in its details where the node is not as expected. */
  publish(publication: Publication): Promise<Published>;
  /** Those that were there. */
  retract(address: NodeAddress, ids: readonly string[]): Promise<readonly string[]>;
  /** How many there were. */
  purgeItems(address: NodeAddress): Promise<number>;
  /** Whether it was there. */
  remove(address: NodeAddress): Promise<boolean>;

  node(address: NodeAddress): Promise<NodeRow | null>;
  /** The node and how a bare JID stands to it. */
  standing(address: NodeAddress, jid: string): Promise<Standing | null>;
  /** By name. */
  nodes(owner: Owner, page?: { readonly after?: string; readonly max?: number }): Promise<readonly NodeRow[]>;
  /** Nodes that changed after a modseq, oldest change first; what was removed is found in no answer of `nodes`. */
  changedSince(owner: Owner, modseq: number): Promise<readonly NodeRow[]>;
  items(address: NodeAddress, page: ItemPage): Promise<Items>;
  /** The newest, newest last: what a request without a page is answered with. */
  newest(address: NodeAddress, max: number): Promise<Items>;
  /** In the order of publication; those that are not there are left out. */
  itemsNamed(address: NodeAddress, ids: readonly string[]): Promise<readonly ItemRow[]>;
  /** Without payloads, newest first. */
  itemIds(address: NodeAddress, max: number): Promise<readonly string[]>;
  /** The last item of each of the nodes named, of each of the accounts, and how a bare JID stands to it. */
  last(
    service: string,
    accounts: readonly number[],
    names: readonly string[],
    jid: string,
  ): Promise<readonly LastItem[]>;

  subscribe(address: NodeAddress, subscription: Subscription): Promise<void>;
  /** Whether it was there. */
  unsubscribe(address: NodeAddress, jid: string, subid: string): Promise<boolean>;
  /** In pages. */
  subscribers(address: NodeAddress): AsyncIterable<readonly Subscription[]>;
  /** Of a bare JID and its resources, with all nodes of an owner. */
  subscriptionsOf(
    owner: Owner,
    jid: string,
  ): Promise<readonly { readonly node: string; readonly subscription: Subscription }[]>;
  /** All together; null ends one. StoreError 'conflict' where nobody would own the node any more. */
  setAffiliations(
    address: NodeAddress,
    changes: readonly (Who & { readonly affiliation: NodeAffiliation | null })[],
  ): Promise<void>;
  /** In pages. */
  affiliations(address: NodeAddress): AsyncIterable<readonly AffiliationRow[]>;
  affiliationsOf(
    owner: Owner,
    jid: string,
  ): Promise<readonly { readonly node: string; readonly affiliation: NodeAffiliation }[]>;

  /** What a member published, and how the member stands to what is of others. */
  erase(member: number): Promise<void>;
  /** An address is nobody's any more, and stands to no node: neither will who has it later. */
  forget(jid: string): Promise<void>;
  /** Lets go of items whose time is over. */
  purge(): Promise<void>;
}
