import { bareText, type Jid } from '../../formats/jid/index.ts';
import { element, parseElement } from '../../formats/stanza/index.ts';
import type { LastNodeItem, NodeRow } from '../../stores/conversations/index.ts';
import { type CapsShown, capabilitiesOf } from '../caps/index.ts';
import { delayElement } from '../data/index.ts';
import { isBlocked } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import type { Stanza } from '../stanza.ts';
import { readFault } from './access.ts';
import { eventNs } from './faults.ts';
import { notifiedNodesMax } from './limits.ts';
import { eventFor, pep, pepRelation } from './relation.ts';

/** Names of the nodes that a client wants to hear of. */
function notifiedNodes(features: ReadonlySet<string>): string[] {
  const nodes: string[] = [];
  for (const feature of features) {
    if (feature.endsWith('+notify')) nodes.push(feature.slice(0, -'+notify'.length));
    if (nodes.length === notifiedNodesMax) break;
  }
  return nodes;
}

/**
 * The last items of an account for a client that has just come (XEP-0163 §4.3.4). Goes on by itself: the client is asked what
 * it wants, and its stream may be what waits.
 */
export function sendLastItems(home: Home, to: Jid, caps: CapsShown | null): void {
  const { commits } = home.chat;
  const features = capabilitiesOf(home.chat).of(home.jid, to, caps);
  if (!(features instanceof Promise)) commits.behind(sendWanted(home, to, features));
  else void features.then((found) => commits.behind(sendWanted(home, to, found)));
}

/** Never rejects. */
async function sendWanted(home: Home, to: Jid, features: ReadonlySet<string>): Promise<void> {
  const { chat, account } = home;
  const names = notifiedNodes(features);
  if (names.length === 0) return;
  try {
    const state = await home.state();
    if (isBlocked(state.blocked, to)) return;
    const jid = bareText(to);
    for (const last of await chat.store.nodes.last(pep, [account], names, jid)) {
      const { config } = last.node;
      if (config.sendLastPublishedItem !== 'on_sub_and_presence' || !config.deliverNotifications) continue;
      const standing = { affiliation: last.affiliation, subscriptions: [] };
      if (readFault(config, pepRelation(home, state, jid, standing)) !== null) continue;
      await chat.router.route(lastEvent(home, to, last));
    }
  } catch (error) {
    chat.log.error('xmpp last items not sent', { error });
  }
}

/** The last item of one node for who has just subscribed to it. Never rejects. */
export async function sendLast(home: Home, node: NodeRow, to: Jid): Promise<void> {
  const { chat } = home;
  try {
    const [item] = (await chat.store.nodes.newest(node, 1)).items;
    if (item !== undefined && node.config.deliverNotifications)
      await chat.router.route(lastEvent(home, to, { node, item }));
  } catch (error) {
    chat.log.error('xmpp last item not sent', { error });
  }
}

function lastEvent(
  home: Home,
  to: Jid,
  { node: { node, config }, item }: Pick<LastNodeItem, 'node' | 'item'>,
): Stanza {
  const payload = config.deliverPayloads && item.payload !== '' ? parseElement(item.payload) : null;
  const publisher = config.itemReply === 'publisher' ? item.publisher : undefined;
  const shown = element('item', eventNs, { id: item.id, publisher }, payload);
  // XEP-0060 §12.1: that it is not new is told by when it was.
  const delay = delayElement(home.text, item.atMs);
  return eventFor(home, to, config.notificationType, element('items', eventNs, { node }, shown), [delay]);
}
