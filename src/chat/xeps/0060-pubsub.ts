import { bareText, type Jid } from '../../formats/jid/index.ts';
import { type Element, elementsOf } from '../../formats/stanza/index.ts';
import { resultSetsNs } from '../data/index.ts';
import { refusalOf, StanzaError } from '../errors.ts';
import {
  type Asker,
  answerPubsub,
  nodeShown,
  nodesShown,
  ownerNs,
  pepOf,
  pubsubNs,
  whoIs,
} from '../pubsub/index.ts';
import type { Home } from '../routing/home.ts';
import type { DiscoPart, IqHandler, IqRequest, Specification } from '../specification.ts';

/** Of an account. */
async function askerOf(home: Home, from: Jid): Promise<Asker> {
  const isOwn = bareText(from) === home.text;
  const who = isOwn ? { jid: home.text, account: home.account } : await whoIs(home.chat, from);
  return { ...who, from };
}

async function run({ stanza: { from, type }, payload, home }: IqRequest) {
  if (home === null) return undefined;
  try {
    return await answerPubsub(pepOf(home), payload, await askerOf(home, from), type);
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null || !(await isOpen(home, payload))) throw error;
    throw new StanzaError(refusal.condition, { ...refusal.options, isPublic: true });
  }
}

/** What is asked for is of a node that everybody may read. */
async function isOpen(home: Home, payload: Element): Promise<boolean> {
  const [asked] = elementsOf(payload);
  const { node = '' } = asked?.attributes ?? {};
  const found = node === '' ? null : await home.chat.store.nodes.node({ ...pepOf(home).owner, node });
  return found?.config.accessModel === 'open';
}

const disco: DiscoPart = {
  at: 'account',
  isNodeForAnyone: true,
  items: async ({ home, from }) => (home === null ? [] : nodesShown(pepOf(home), await askerOf(home, from))),
  node: async ({ home, from }, node) =>
    home === null ? undefined : nodeShown(pepOf(home), node, await askerOf(home, from)),
};

const handler = (ns: string): IqHandler => ({
  ...{ name: 'pubsub', ns, type: 'both', at: 'account' },
  // Nodes say themselves who may read them and publish to them.
  who: 'anyone',
  run,
});

const features = [
  'access-authorize',
  'access-open',
  'access-presence',
  'access-roster',
  'access-whitelist',
  'auto-create',
  'auto-subscribe',
  'config-node',
  'config-node-max',
  'create-and-configure',
  'create-nodes',
  'delete-items',
  'delete-nodes',
  'filtered-notifications',
  'item-ids',
  'last-published',
  'manage-subscriptions',
  'member-affiliation',
  'meta-data',
  'modify-affiliations',
  'multi-items',
  'outcast-affiliation',
  'persistent-items',
  'presence-notifications',
  'presence-subscribe',
  'publish',
  'publish-only-affiliation',
  'publish-options',
  'publisher-affiliation',
  'purge-nodes',
  'retract-items',
  'retrieve-affiliations',
  'retrieve-default',
  'retrieve-items',
  'retrieve-subscriptions',
  'rsm',
  'subscribe',
];

const said = [pubsubNs, ...features.map((feature) => `${pubsubNs}#${feature}`)];

/** Nodes of accounts: what clients publish and read. */
export const pubsub: Specification = {
  xep: '0060',
  name: 'Publish-Subscribe',
  version: '1.30.0',
  // XEP-0163 §6.1 asks accounts; many clients (Smack, Psi, libpurple) ask the server what its accounts can.
  // Items and the archive of an account come in pages (XEP-0059).
  features: { server: said, account: [...said, resultSetsNs] },
  disco: [disco],
  iq: [handler(pubsubNs), handler(ownerNs)],
};
