import { bareText, type Jid, jidText } from '../../formats/jid/index.ts';
import type { NodeAffiliation, NodeRow } from '../../stores/conversations/index.ts';
import { type CapsShown, capabilitiesOf, capsOf, isNotified } from '../caps/index.ts';
import { contactResources } from '../presence/index.ts';
import { type HomeState, isBlocked } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import { tryJid } from '../stanza.ts';
import { readFault } from './access.ts';
import { pepDefaults } from './config.ts';
import { sendLast } from './last-items.ts';
import { subscribersPerAccountNodeMax } from './limits.ts';
import type { Asker, Place, Tell } from './place.ts';
import { eventFor, pep, pepRelation } from './relation.ts';

/** An account as a place for nodes (XEP-0163). */
export function pepOf(home: Home): Place {
  const { chat, account } = home;
  return {
    chat,
    owner: { service: pep, account },
    jid: home.jid,
    ownedBy: home.text,
    defaults: pepDefaults,
    isAutomatic: true,
    subscribersMax: subscribersPerAccountNodeMax,
    async relation({ jid }: Asker, standing) {
      return pepRelation(home, await home.state(), jid, standing);
    },
    inOrder: (node, work) => inOrder(home, node, work),
    hearers: (node) => hearers(home, node),
    changed: (node) => changed(home, node),
    sendLast: (node, to) => sendLast(home, node, to),
  };
}

/** By node: until what was begun there is told. Those where nothing is under way are not kept. */
const turns = new WeakMap<Home, Map<string, Promise<void>>>();

async function inOrder<T>(home: Home, node: string, work: () => Promise<T>): Promise<T> {
  const all = turns.get(home) ?? new Map<string, Promise<void>>();
  turns.set(home, all);
  const done = (all.get(node) ?? Promise.resolve()).then(work);
  const turn = done.then(
    () => undefined,
    () => undefined,
  );
  all.set(node, turn);
  try {
    return await done;
  } finally {
    if (all.get(node) === turn) all.delete(node);
  }
}

async function changed(home: Home, node: string): Promise<void> {
  try {
    await home.chat.features.nodeHook(node)?.changed(home);
  } catch (error) {
    home.chat.log.error('xmpp node not followed', { error });
  }
}

/** A client that is there, and that may want to hear of it. */
interface Candidate {
  readonly jid: Jid;
  readonly caps: CapsShown | null;
}

const nobody: Tell = () => undefined;

/** Who hears of a node: whoever has subscribed to it, own resources and contacts' that want it (§4.2, §4.3). */
async function hearers(home: Home, row: NodeRow): Promise<Tell> {
  const { chat } = home;
  try {
    const state = await home.state();
    const affiliations = await affiliationsOf(home, row.node);
    const subscribers = await subscribersOf(home, state, row, affiliations);
    const candidates: readonly Candidate[] = [
      ...ownClients(home),
      ...contactsClients(home, state, row, affiliations),
    ];
    return (event) => {
      const send = (to: Jid) =>
        void chat.router.route(eventFor(home, to, row.config.notificationType, event));
      for (const to of subscribers.values()) send(to);
      for (const candidate of candidates)
        if (!subscribers.has(bareText(candidate.jid)) && !subscribers.has(jidText(candidate.jid)))
          whereWanted(home, candidate, row.node, send);
    };
  } catch (error) {
    chat.log.error('xmpp event not told', { error });
    return nobody;
  }
}

function* ownClients(home: Home): Generator<Candidate> {
  for (const { jid, presence } of home.sessions.values())
    if (presence !== null) yield { jid, caps: capsOf(presence) };
}

function* contactsClients(
  home: Home,
  state: HomeState,
  { config }: NodeRow,
  affiliations: Affiliations,
): Generator<Candidate> {
  // XEP-0163 §4.3.2: contacts hear of what those may read who hear of the owner's presence; the rest have subscribed to it.
  for (const { jid, caps } of contactResources(home).all()) {
    if (isBlocked(state.blocked, jid)) continue;
    const contact = bareText(jid);
    const affiliation = affiliations.get(contact) ?? null;
    const relation = pepRelation(home, state, contact, { affiliation, subscriptions: [] });
    if (relation.hearsPresence && readFault(config, relation) === null) yield { jid, caps };
  }
}

/**
 * Sends where the client wants to hear of the node. What it can do is asked for behind: its stream may be waiting for what
 * is being done now.
 */
function whereWanted(home: Home, { jid, caps }: Candidate, node: string, send: (to: Jid) => void): void {
  const features = capabilitiesOf(home.chat).of(home.jid, jid, caps);
  if (!(features instanceof Promise)) {
    if (isNotified(features, node)) send(jid);
    return;
  }
  void features.then((found) => {
    if (isNotified(found, node)) send(jid);
  });
}

/** Those that have subscribed by name, by address; who may no longer read hears nothing. */
async function subscribersOf(
  home: Home,
  state: HomeState,
  row: NodeRow,
  affiliations: Affiliations,
): Promise<ReadonlyMap<string, Jid>> {
  const { nodes } = home.chat.store;
  const address = { service: pep, account: home.account, node: row.node };
  const found = new Map<string, Jid>();
  for await (const page of nodes.subscribers(address)) {
    for (const subscription of page) {
      const jid = tryJid(subscription.jid);
      if (jid === null || subscription.state !== 'subscribed' || isBlocked(state.blocked, jid)) continue;
      const affiliation = affiliations.get(bareText(jid)) ?? null;
      const standing = { affiliation, subscriptions: [subscription] };
      if (readFault(row.config, pepRelation(home, state, bareText(jid), standing)) === null)
        found.set(subscription.jid, jid);
    }
  }
  return found;
}

/** By bare address. */
type Affiliations = ReadonlyMap<string, NodeAffiliation>;

async function affiliationsOf(home: Home, node: string): Promise<Affiliations> {
  const { nodes } = home.chat.store;
  const found = new Map<string, NodeAffiliation>();
  for await (const page of nodes.affiliations({ service: pep, account: home.account, node }))
    for (const { jid, affiliation } of page) found.set(jid, affiliation);
  return found;
}
