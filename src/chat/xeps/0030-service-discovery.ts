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
import type { DiscoPart, DiscoRequest, IqHandler, IqRequest, Specification } from '../specification.ts';

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

async function mayLook({ home, session, stanza }: IqRequest): Promise<boolean> {
  return home === null || session?.home === home || (await mayKnowAccount(home, stanza.from));
}

/** Undefined where none of these parts has the node. Throws StanzaError. */
async function nodeOf(
  parts: readonly DiscoPart[],
  request: DiscoRequest,
  node: string,
  of: 'info' | 'items',
): Promise<Element | undefined> {
  for (const part of parts) {
    const found = await part.node?.(request, node);
    if (found === undefined) continue;
    if (of === 'items') return itemsElement(found.items ?? [], node);
    if (found.info !== undefined) return infoElement(found.info, node);
  }
  return undefined;
}

async function answered(asked: IqRequest, at: At, of: 'info' | 'items'): Promise<Element> {
  const { chat, home, session, stanza } = asked;
  const request: DiscoRequest = { chat, home, session, from: stanza.from };
  const { node = '' } = asked.payload.attributes;
  const parts = chat.features.discoParts(at);
  if (!(await mayLook(asked))) return shownToAnyone(parts, request, node, of);
  if (node === '')
    return of === 'info' ? infoElement(describedAt(chat, at)) : itemsElement(await itemsAt(request, at));
  const found = await nodeOf(parts, request, node, of);
  if (found !== undefined) return found;
  throw new StanzaError('item-not-found', { text: `there is no node '${node}'` });
}

/** XEP-0030 §8: who may not know that somebody is there, is told what is told of nobody, but of nodes that are for all. */
async function shownToAnyone(
  parts: readonly DiscoPart[],
  request: DiscoRequest,
  node: string,
  of: 'info' | 'items',
): Promise<Element> {
  const open = parts.filter((part) => part.isNodeForAnyone === true);
  try {
    const found = node === '' ? undefined : await nodeOf(open, request, node, of);
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof StanzaError)) throw error;
  }
  throw new StanzaError('service-unavailable');
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
