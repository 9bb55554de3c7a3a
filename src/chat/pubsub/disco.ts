import { jidText } from '../../formats/jid/index.ts';
import type { DiscoItem, DiscoNode } from '../data/index.ts';
import { readFault } from './access.ts';
import { metaData } from './config.ts';
import { pubsubNs } from './faults.ts';
import { itemsPerAnswerMax } from './limits.ts';
import { type Asker, demand, type Place } from './place.ts';

/** XEP-0060 §5.2: nodes that who asks may read. */
export async function nodesShown(place: Place, asker: Asker): Promise<DiscoItem[]> {
  const { nodes } = place.chat.store;
  const [all, affiliations, subscriptions] = await Promise.all([
    nodes.nodes(place.owner),
    nodes.affiliationsOf(place.owner, asker.jid),
    nodes.subscriptionsOf(place.owner, asker.jid),
  ]);
  const affiliationOf = new Map(affiliations.map(({ node, affiliation }) => [node, affiliation]));
  const shown: DiscoItem[] = [];
  for (const row of all) {
    const standing = {
      node: row,
      affiliation: affiliationOf.get(row.node) ?? null,
      subscriptions: subscriptions.flatMap((each) => (each.node === row.node ? [each.subscription] : [])),
    };
    if (readFault(row.config, await place.relation(asker, standing)) !== null) continue;
    const { title } = row.config;
    shown.push({ jid: jidText(place.jid), node: row.node, ...(title === '' ? {} : { name: title }) });
  }
  return shown;
}

/** XEP-0060 §5.3, §5.5: one node and the ids of its newest items; undefined where there is none. Throws StanzaError. */
export async function nodeShown(place: Place, node: string, asker: Asker): Promise<DiscoNode | undefined> {
  const address = { ...place.owner, node };
  const { nodes } = place.chat.store;
  const standing = await nodes.standing(address, asker.jid);
  if (standing === null) return undefined;
  const { config } = standing.node;
  demand(readFault(config, await place.relation(asker, standing)));
  const { title: name } = config;
  const ids = await nodes.itemIds(address, itemsPerAnswerMax);
  return {
    info: {
      identities: [{ category: 'pubsub', type: 'leaf', ...(name === '' ? {} : { name }) }],
      features: [pubsubNs],
      forms: [metaData(config)],
    },
    items: ids.map((id) => ({ jid: jidText(place.jid), name: id })),
  };
}
