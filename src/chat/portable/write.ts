import { parseJid } from '../../formats/jid/index.ts';
import {
  type Element,
  element,
  escapeAttribute,
  parseElement,
  writeElement,
} from '../../formats/stanza/index.ts';
import type { Conversations, NodeConfig, NodeRow } from '../../stores/conversations/index.ts';
import { forwardNs, mamNs, messageOf } from '../archive/index.ts';
import { delayElement, formElement } from '../data/index.ts';
import { clientNs } from '../namespaces.ts';
import { itemElement } from '../roster/index.ts';
import { itemsPerPageMax } from './limits.ts';
import {
  blockingNs,
  nodeConfigType,
  pieArchiveNs,
  pieNs,
  privateNs,
  pubsubNs,
  pubsubOwnerNs,
  rosterNs,
} from './names.ts';

export interface PortableAccount {
  readonly account: number;
  /** `user@domain` */
  readonly address: string;
}

const text = (of: Element): string => `${writeElement(of, pieNs)}\n`;

async function* contacts(
  { roster }: Conversations,
  { account, address }: PortableAccount,
): AsyncGenerator<string> {
  const { contacts: all, blocked, preferences } = await roster.load(account);
  const listed = [...all.values()].filter((contact) => contact.listed);
  yield text(element('query', rosterNs, {}, ...listed.map(itemElement)));
  for (const { contact, pendingIn } of all.values())
    if (pendingIn)
      yield text(element('presence', clientNs, { type: 'subscribe', from: contact, to: address }));
  const items = [...blocked].map((jid) => element('item', blockingNs, { jid }));
  if (items.length > 0) yield text(element('blocklist', blockingNs, {}, ...items));
  if (preferences !== null) {
    const { standard, always, never } = preferences;
    const list = (name: string, jids: readonly string[]) =>
      element(name, mamNs, {}, ...jids.map((jid) => element('jid', mamNs, {}, jid)));
    yield text(element('prefs', mamNs, { default: standard }, list('always', always), list('never', never)));
  }
}

async function* kept({ roster }: Conversations, { account }: PortableAccount): AsyncGenerator<string> {
  const all = await roster.allPrivateXml(account);
  if (all.length === 0) return;
  yield text(element('query', privateNs, {}, ...all.map(({ xml }) => parseElement(xml))));
}

/** What another server needs to know of a node; what it does not say is as that server has it. */
function configuration({ node, config }: NodeRow): Element {
  const value = (name: keyof NodeConfig, field: string) => ({
    name: `pubsub#${field}`,
    values: [String(config[name]).replace(/^(?:true|false)$/, (word) => (word === 'true' ? '1' : '0'))],
  });
  const fields = [
    value('accessModel', 'access_model'),
    value('publishModel', 'publish_model'),
    value('maxItems', 'max_items'),
    value('persistItems', 'persist_items'),
    value('sendLastPublishedItem', 'send_last_published_item'),
  ];
  return element(
    'configure',
    pubsubOwnerNs,
    { node },
    formElement({ type: 'submit', of: nodeConfigType, fields }),
  );
}

async function* allNodes(
  { nodes: store }: Conversations,
  { account }: PortableAccount,
): AsyncGenerator<NodeRow> {
  for (let after = ''; ; ) {
    const page = await store.nodes({ service: 'pep', account }, { after });
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.node;
    yield* page;
  }
}

/** Of one node, the oldest first. */
async function* itemsOf(store: Conversations['nodes'], { account, node }: NodeRow): AsyncGenerator<string> {
  yield `<items node='${escapeAttribute(node)}'>`;
  for (let behind: string | undefined; ; ) {
    const ask = { order: 'oldest-first', max: itemsPerPageMax } as const;
    const { items, complete } = await store.items(
      { service: 'pep', account, node },
      behind === undefined ? ask : { ...ask, after: behind },
    );
    for (const { id, payload } of items)
      yield writeElement(
        element('item', pubsubNs, { id }, payload === '' ? null : parseElement(payload)),
        pubsubNs,
      );
    behind = items.at(-1)?.id;
    if (complete || behind === undefined) break;
  }
  yield '</items>';
}

/**
 * What was published in the account's own name (XEP-0163): settings, then items. Each in one element: Prosody reads the first
 * alone.
 */
async function* nodes(store: Conversations, who: PortableAccount): AsyncGenerator<string> {
  const all: NodeRow[] = [];
  for await (const row of allNodes(store, who)) all.push(row);
  if (all.length === 0) return;
  yield text(element('pubsub', pubsubOwnerNs, {}, ...all.map(configuration)));
  yield `<pubsub xmlns='${pubsubNs}'>`;
  for (const row of all) yield* itemsOf(store.nodes, row);
  yield '</pubsub>\n';
}

async function* archived(
  { archive }: Conversations,
  { account, address }: PortableAccount,
): AsyncGenerator<string> {
  yield `<archive xmlns='${pieArchiveNs}'>\n`;
  for await (const rows of archive.all({ kind: 'account', owner: account })) {
    for (const { id, atMs, stanza } of rows) {
      const forwarded = element('forwarded', forwardNs, {}, delayElement(address, atMs), messageOf(stanza));
      yield `${writeElement(element('result', mamNs, { id: String(id) }, forwarded), pieArchiveNs)}\n`;
    }
  }
  yield '</archive>\n';
}

/** All that chat keeps of an account, as one document of XEP-0227; no password is in it. */
export async function* writePortable(store: Conversations, who: PortableAccount): AsyncGenerator<string> {
  const { local, domain } = parseJid(who.address);
  yield "<?xml version='1.0' encoding='UTF-8'?>\n";
  yield `<server-data xmlns='${pieNs}'><host jid='${escapeAttribute(domain)}'><user name='${escapeAttribute(local)}'>\n`;
  for (const part of [contacts, kept, nodes, archived]) yield* part(store, who);
  yield '</user></host></server-data>\n';
}
