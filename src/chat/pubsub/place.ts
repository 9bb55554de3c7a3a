import { bareText, type Jid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import type {
  NodeConfig,
  NodeOwner,
  NodeRow,
  NodeStanding,
  NodeWho,
} from '../../stores/conversations/index.ts';
import type { StanzaError } from '../errors.ts';
import type { Chat } from '../services.ts';
import type { Relation } from './access.ts';
import { noSuchNode } from './faults.ts';

/** `event` is the child of `<event/>`. Must not throw. */
export type Tell = (event: Element) => void;

/** Who asks something of a node. */
export interface Asker extends NodeWho {
  /** The full address. */
  readonly from: Jid;
}

/** Where nodes are: an account (XEP-0163), or a service of the domain. */
export interface Place {
  readonly chat: Chat;
  readonly owner: NodeOwner;
  /** From whom notifications come. */
  readonly jid: Jid;
  /** The bare address of who owns every node, whatever is said of others. */
  readonly ownedBy: string;
  /** What a node is made with that nobody has configured. */
  readonly defaults: NodeConfig;
  /** A node is made by who publishes to it first. */
  readonly isAutomatic: boolean;
  /** How somebody stands to the place, and to a node of it. */
  relation(asker: Asker, standing: NodeStanding | null): Relation | Promise<Relation>;
  /** What changes in one node is told before it changes again: who hears of it knows the last as the last. */
  inOrder<T>(node: string, work: () => Promise<T>): Promise<T>;
  /** Those who hear of a node as it stands: tells them what happened to it, once that is kept. Never rejects. */
  hearers(node: NodeRow): Promise<Tell>;
  /** What follows from a change of what stands in a node. Never rejects. */
  changed(node: string): Promise<void>;
  /** The last item, for who has just subscribed. Never rejects. */
  sendLast(node: NodeRow, to: Jid): Promise<void>;
  /** Of one node. */
  readonly subscribersMax: number;
}

export interface Found {
  readonly standing: NodeStanding;
  readonly relation: Relation;
}

/** The node, and how who asks stands to it. Throws StanzaError `item-not-found`. */
export async function nodeAt(place: Place, node: string, asker: Asker): Promise<Found> {
  const standing = await place.chat.store.nodes.standing({ ...place.owner, node }, asker.jid);
  const relation = await place.relation(asker, standing);
  if (standing === null) throw noSuchNode();
  return { standing, relation };
}

export function demand(fault: StanzaError | null): void {
  if (fault !== null) throw fault;
}

/** Whose address it is; of nobody here where it is another server's. */
export async function whoIs(chat: Chat, jid: Jid): Promise<NodeWho> {
  const text = bareText(jid);
  if (!chat.homes.isLocal(jid.domain)) return { jid: text, account: 0 };
  return { jid: text, account: (await chat.homes.find(jid))?.account ?? 0 };
}
