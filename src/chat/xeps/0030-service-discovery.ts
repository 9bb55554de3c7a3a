import type { Element } from '../../formats/stanza/index.ts';
import {
  type Described,
  type DiscoIdentity,
  type DiscoItem,
  discoInfoNs,
  discoItemsNs,
  infoElement,
  itemsElement,
} from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { mayKnowAccount } from '../roster/known.ts';
import type { Chat } from '../services.ts';
import type { DiscoRequest, IqHandler, IqRequest, Specification } from '../specification.ts';

type At = IqHandler['at'];

const own: Readonly<Record<At, readonly DiscoIdentity[]>> = {
  server: [{ category: 'server', type: 'im' }],
  account: [{ category: 'account', type: 'registered' }],
};

/** All that the server (or an account) says of itself, without a node. */
export function describedAt(chat: Chat, at: At): Described {
  const parts = chat.features.discoParts(at);
  const identities = [...own[at], ...parts.flatMap((part) => part.identities ?? [])];
  return {
    identities: at === 'server' ? identities.map((each) => ({ name: chat.coop, ...each })) : identities,
    features: chat.features.disco(at),
    forms: parts.flatMap((part) => part.forms?.(chat) ?? []),
  };
}

async function itemsAt(request: DiscoRequest, at: At): Promise<readonly DiscoItem[]> {
  const { chat } = request;
  const items: DiscoItem[] = [];
  if (at === 'server')
    for (const { host, name } of chat.router.services) items.push({ jid: host, ...(name ? { name } : {}) });
  for (const part of chat.features.discoParts(at)) items.push(...((await part.items?.(request)) ?? []));
  return items;
}

/** XEP-0030 §8: who may not know that somebody is there, is told what is told of nobody. */
async function demandMayLook({ home, session, stanza }: IqRequest): Promise<void> {
  if (home === null || session?.home === home) return;
  if (!(await mayKnowAccount(home, stanza.from))) throw new StanzaError('service-unavailable');
}

async function answered(asked: IqRequest, at: At, of: 'info' | 'items'): Promise<Element> {
  await demandMayLook(asked);
  const { chat, home, session, stanza } = asked;
  const request: DiscoRequest = { chat, home, session, from: stanza.from };
  const { node = '' } = asked.payload.attributes;
  if (node === '')
    return of === 'info' ? infoElement(describedAt(chat, at)) : itemsElement(await itemsAt(request, at));
  for (const part of chat.features.discoParts(at)) {
    const found = await part.node?.(request, node);
    if (found === undefined) continue;
    if (of === 'items') return itemsElement(found.items ?? [], node);
    if (found.info !== undefined) return infoElement(found.info, node);
  }
  throw new StanzaError('item-not-found', { text: `there is no node '${node}'` });
}

const handler = (at: At, of: 'info' | 'items', ns: string): IqHandler => ({
  name: 'query',
  ns,
  type: 'get',
  at,
  who: 'anyone',
  run: (request) => answered(request, at, of),
});

/** What the server and its accounts are and can do; derived from the list of specifications. */
export const serviceDiscovery: Specification = {
  xep: '0030',
  name: 'Service Discovery',
  version: '2.5.0',
  features: { server: [discoInfoNs, discoItemsNs], account: [discoInfoNs, discoItemsNs] },
  iq: [
    handler('server', 'info', discoInfoNs),
    handler('server', 'items', discoItemsNs),
    handler('account', 'info', discoInfoNs),
    handler('account', 'items', discoItemsNs),
  ],
};
