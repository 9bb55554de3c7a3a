import { FormatError, StoreError } from '../../base/index.ts';
import { bareText, parseJid } from '../../formats/jid/index.ts';
import {
  childOf,
  childrenOf,
  type Element,
  element,
  elementsOf,
  parseElement,
  StreamSplitter,
  textOf,
  writeElement,
  XmlFault,
} from '../../formats/stanza/index.ts';
import {
  type ArchivePreferences,
  type Contact,
  type Conversations,
  type NodeConfig,
  nodesLimits,
} from '../../stores/conversations/index.ts';
import { delayNs, forwardNs, mamNs, rowOf } from '../archive/index.ts';
import {
  changeCardOf,
  type OwnCards,
  tempOfVcard4,
  vcard4Node,
  vcard4Ns,
  withAdded,
} from '../cards/index.ts';
import { parseDateTime, readForm } from '../data/index.ts';
import { clientNs, vcardTempNs } from '../namespaces.ts';
import { addressed } from '../stanza.ts';
import { bookmarksNode, roomsOfOld } from '../xeps/0402-bookmarks.ts';
import { importedAtOnceMax, itemsPerPageMax, portableBytesMax } from './limits.ts';
import { blockingNs, pieArchiveNs, pieNs, privateNs, pubsubNs, pubsubOwnerNs, rosterNs } from './names.ts';
import { Pictures } from './pictures.ts';
import { restoredNode } from './restored-node.ts';
import type { PortableAccount } from './write.ts';

export interface PortableImport {
  readonly contacts: number;
  readonly nodes: number;
  readonly messages: number;
  /** The member's own card has what the document says of its owner. */
  readonly hasCard: boolean;
  /** What was passed over, and why. */
  readonly refused: readonly string[];
}

/** Elements within one, by the text of each; wrappers are as large as the file. Throws XmlFault. */
function* within(text: string): Generator<string> {
  const splitter = new StreamSplitter(portableBytesMax);
  for (const piece of splitter.write(Buffer.from(text))) if (piece.kind === 'element') yield piece.text;
}

const nameOf = (text: string): string => /^<([^\s/>]+)/.exec(text)?.[1] ?? '';
const noPrefixes: ReadonlyMap<string, string> = new Map();
const scope = { ns: pieNs, prefixes: noPrefixes };

/** The parts of the one account that a document of XEP-0227 holds, or of the one that has the address. */
function userOf(document: string, address: string): string {
  const users: { readonly name: string; readonly text: string }[] = [];
  for (const host of within(document))
    for (const user of within(host)) {
      const name = /^<user[^>]*\sname=(["'])(.*?)\1/s.exec(user)?.[2];
      if (nameOf(user) === 'user' && name !== undefined) users.push({ name, text: user });
    }
  const wanted = address.slice(0, address.lastIndexOf('@'));
  const found = users.length === 1 ? users[0] : users.find(({ name }) => name === wanted);
  if (found === undefined)
    throw new StoreError('invalid', `the file has ${users.length} accounts, and none is ${wanted}`);
  return found.text;
}

/** One import: what is there already stays as it is. */
class Import {
  readonly #store: Conversations;
  readonly #who: PortableAccount;
  readonly refused: string[] = [];
  contacts = 0;
  nodes = 0;
  messages = 0;
  hasCard = false;
  readonly #configs = new Map<string, Partial<NodeConfig>>();
  /** What the document says of its owner, by the tags of vcard-temp; the same of the newer form counts for less. */
  readonly #cards: Partial<Record<'temp' | 'vcard4', Element>> = {};
  readonly #pictures = new Pictures();
  #bookmarks: Element | null = null;
  readonly #waiting: Element[] = [];
  #hasArchive = false;

  constructor(store: Conversations, who: PortableAccount) {
    this.#store = store;
    this.#who = who;
  }

  /** Before anything else is: some servers say what nodes are behind what stands in them. */
  settings(text: string): void {
    if (nameOf(text) === 'archive') this.#hasArchive = true;
    if (nameOf(text) !== 'pubsub') return;
    const of = parseElement(text, scope);
    if (of.ns === pubsubOwnerNs) this.#configure(of);
  }

  async part(text: string): Promise<void> {
    if (nameOf(text) === 'archive') return this.#archive(text);
    const of = parseElement(text, scope);
    switch (`${of.ns} ${of.name}`) {
      case `${rosterNs} query`:
        return this.#roster(of);
      case `${privateNs} query`:
        return this.#private(of);
      case `${blockingNs} blocklist`: {
        const add = childrenOf(of, 'item', blockingNs).flatMap(({ attributes: { jid } }) => jid ?? []);
        return this.#store.roster.block(this.#who.account, { add });
      }
      case `${mamNs} prefs`:
        return this.#preferences(of);
      case `${clientNs} presence`:
        return this.#asked(of);
      case `${pubsubOwnerNs} pubsub`:
        return;
      case `${vcardTempNs} vCard`:
        this.#cards.temp = of;
        return;
      case `${pieNs} offline-messages`:
        this.#waiting.push(...[...elementsOf(of)].filter(({ name }) => name === 'message'));
        return;
      case `${pubsubNs} pubsub`:
        return this.#publish(of);
      default:
        this.refused.push(`<${of.name}/> of ${of.ns}: nothing here knows it`);
    }
  }

  async #roster(query: Element): Promise<void> {
    const { roster } = this.#store;
    const { contacts: known } = await roster.load(this.#who.account);
    for (const item of childrenOf(query, 'item', rosterNs)) {
      const { jid = '', name = '', subscription = 'none', ask, approved } = item.attributes;
      const contact = bareText(parseJid(jid));
      const before = known.get(contact);
      if (before?.listed || !isSubscription(subscription)) {
        this.refused.push(`${contact}: is in the list already, or stands to it as nobody can`);
        continue;
      }
      await roster.change(this.#who.account, contact, before?.ver ?? 0, {
        listed: true,
        name,
        groups: childrenOf(item, 'group', rosterNs).map(textOf),
        subscription,
        ask: ask === 'subscribe',
        approved: approved === 'true' || approved === '1',
      });
      this.contacts++;
    }
  }

  async #preferences({ attributes, ...prefs }: Element): Promise<void> {
    const { account } = this.#who;
    const { default: standard = '' } = attributes;
    if (!isStandard(standard) || (await this.#store.roster.load(account)).preferences !== null) return;
    const list = (name: string) =>
      childrenOf(childOf({ attributes, ...prefs }, name, mamNs) ?? none, 'jid', mamNs).map(textOf);
    await this.#store.roster.setPreferences(account, {
      standard,
      always: list('always'),
      never: list('never'),
    });
  }

  /** Somebody has asked to hear of the account, and has no answer. */
  async #asked({ attributes: { type, from }, ...presence }: Element): Promise<void> {
    const { account } = this.#who;
    if (type !== 'subscribe' || from === undefined) return;
    const contact = bareText(parseJid(from));
    const before = (await this.#store.roster.load(account)).contacts.get(contact);
    if (before?.pendingIn) return;
    const request = writeElement({ attributes: { type, from }, ...presence }, clientNs);
    await this.#store.roster.change(account, contact, before?.ver ?? 0, { pendingIn: true, request });
  }

  async #private(query: Element): Promise<void> {
    const { account } = this.#who;
    for (const of of elementsOf(query)) {
      const name = { name: of.name, ns: of.ns };
      if (of.ns === bookmarksNode.oldNs) this.#bookmarks = of;
      else if ((await this.#store.roster.privateXml(account, name)) === null)
        await this.#store.roster.setPrivateXml(account, name, writeElement(of));
    }
  }

  #configure(pubsub: Element): void {
    for (const configure of childrenOf(pubsub, 'configure', pubsubOwnerNs)) {
      const form = childOf(configure, 'x', 'jabber:x:data');
      if (form === undefined) continue;
      const filled = readForm(form);
      const access = filled.get('pubsub#access_model')?.[0];
      const last = filled.get('pubsub#send_last_published_item')?.[0];
      const items = filled.get('pubsub#max_items')?.[0] ?? '';
      this.#configs.set(configure.attributes.node ?? '', {
        ...(isAccess(access) ? { accessModel: access } : {}),
        ...(last === 'never' ? { sendLastPublishedItem: 'never' } : {}),
        ...(/^[1-9]\d{0,6}$/.test(items) ? { maxItems: Number(items) } : {}),
      });
    }
  }

  async #publish(pubsub: Element): Promise<void> {
    const { account, address } = this.#who;
    for (const items of childrenOf(pubsub, 'items', pubsubNs)) {
      const { node = '' } = items.attributes;
      this.#pictures.see(node, items);
      this.#ownCard(node, items);
      const place = { service: 'pep', account, node };
      if ((await this.#store.nodes.node(place)) !== null) {
        this.refused.push(`the node ${node}: is there already`);
        continue;
      }
      await this.#store.nodes.create(place, { ...restoredNode, ...this.#configs.get(node) });
      for (const item of childrenOf(items, 'item', pubsubNs)) {
        const [payload] = elementsOf(item);
        const { id } = item.attributes;
        const one = {
          payload: payload === undefined ? '' : writeElement(payload),
          ...(id === undefined ? {} : { id }),
        };
        await this.#store.nodes.publish({ ...place, publisher: address, items: [one], defaults: null });
      }
      this.nodes++;
    }
  }

  #ownCard(node: string, items: Element): void {
    if (node !== vcard4Node) return;
    for (const item of childrenOf(items, 'item', pubsubNs)) {
      const card = childOf(item, 'vcard', vcard4Ns);
      if (card !== undefined) this.#cards.vcard4 = tempOfVcard4(card);
    }
  }

  /** What needs all of the document. `cards`: null where nobody has one. */
  async end(cards: OwnCards | null): Promise<void> {
    await this.#rooms();
    await this.#offline();
    await this.#card(cards);
  }

  /** XEP-0402 §5: rooms of the old list stand in the node, where all clients look. */
  async #rooms(): Promise<void> {
    const storage = this.#bookmarks;
    if (storage === null) return;
    const { account, address } = this.#who;
    const { nodes, roster } = this.#store;
    const place = { service: 'pep', account, node: bookmarksNode.node };
    const isThere = (await nodes.node(place)) !== null;
    const known = new Set(isThere ? await nodes.itemIds(place, nodesLimits.itemsPerNodeMax) : []);
    const items = roomsOfOld(storage)
      .filter(({ id }) => !known.has(id))
      .map(({ id, payload }) => ({ id, payload: writeElement(payload) }));
    for (let at = 0; at < items.length; at += itemsPerPageMax)
      await nodes.publish({
        ...{ ...place, publisher: address, items: items.slice(at, at + itemsPerPageMax) },
        defaults: { ...restoredNode, ...bookmarksNode.config },
      });
    // Addresses of the web are kept as they came.
    const others = [...elementsOf(storage)].filter(({ name }) => name !== 'conference');
    const name = { name: storage.name, ns: storage.ns };
    if (others.length > 0 && (await roster.privateXml(account, name)) === null)
      await roster.setPrivateXml(account, name, writeElement({ ...storage, children: others }));
  }

  /** What waited for the member there has not been read: it stands in the archive, unless the archive came along. */
  async #offline(): Promise<void> {
    if (this.#waiting.length === 0 || this.#hasArchive) return;
    const results = this.#waiting.map((message) => {
      const delay = [...elementsOf(message)].find(({ name, ns }) => name === 'delay' && ns === delayNs);
      const said = { ...message, ns: clientNs, children: message.children.filter((each) => each !== delay) };
      const forwarded = element('forwarded', forwardNs, {}, delay ?? null, said);
      return element('result', mamNs, { id: message.attributes.id }, forwarded);
    });
    await this.#keep(results);
  }

  async #card(cards: OwnCards | null): Promise<void> {
    const { account, address } = this.#who;
    const said = this.#cards.temp ?? this.#cards.vcard4 ?? element('vCard', vcardTempNs);
    const photo = childOf(said, 'PHOTO') === undefined ? this.#pictures.asPhoto() : null;
    const temp = photo === null ? said : { ...said, children: [...said.children, photo] };
    if (cards === null || temp.children.length === 0) return;
    const name = address.slice(0, address.lastIndexOf('@'));
    await changeCardOf(cards, account, (before) => withAdded(before, temp, name));
    this.hasCard = true;
  }

  /** Times of an archive never go back: into one that has messages nothing is put. */
  async #archive(text: string): Promise<void> {
    const scope = { ns: pieArchiveNs, prefixes: noPrefixes };
    return this.#keep([...within(text)].map((each) => parseElement(each, scope)));
  }

  async #keep(results: readonly Element[]): Promise<void> {
    const key = { kind: 'account', owner: this.#who.account } as const;
    if ((await this.#store.archive.metadata(key)) !== null) {
      this.refused.push('the archive: there are messages already');
      return;
    }
    const found = results.map((each) => this.#message(each));
    const rows = found.filter((row) => row !== null).sort((a, b) => a.atMs - b.atMs);
    for (let at = 0; at < rows.length; at += importedAtOnceMax) {
      const batch = rows.slice(at, at + importedAtOnceMax);
      await this.#store.archive.append(batch);
      this.messages += batch.length;
    }
  }

  #message(result: Element) {
    const forwarded = childOf(result, 'forwarded', forwardNs);
    const message = forwarded && childOf(forwarded, 'message', clientNs);
    const stamp = forwarded && childOf(forwarded, 'delay', delayNs)?.attributes.stamp;
    if (result.ns !== mamNs || message === undefined || stamp === undefined) {
      this.refused.push(`a message of the archive (${result.attributes.id ?? 'without an id'}): is none`);
      return null;
    }
    const own = parseJid(this.#who.address);
    const { from, to } = message.attributes;
    const sender = from === undefined ? own : parseJid(from);
    const stanza = addressed(message, sender, to === undefined ? own : parseJid(to));
    const direction = bareText(sender) === bareText(own) ? 'out' : 'in';
    return rowOf(this.#who.account, direction, stanza, parseDateTime(stamp));
  }
}

const none: Element = { name: '', ns: '', attributes: {}, children: [] };
const isStandard = (text: string): text is ArchivePreferences['standard'] =>
  text === 'always' || text === 'never' || text === 'roster';
const isSubscription = (text: string): text is Contact['subscription'] =>
  text === 'none' || text === 'to' || text === 'from' || text === 'both';
const isAccess = (text: string | undefined): text is NodeConfig['accessModel'] =>
  text === 'open' || text === 'presence' || text === 'roster' || text === 'whitelist' || text === 'authorize';

/**
 * Puts what a document of XEP-0227 holds into an account; what is there already stays. `cards`: where own cards are. StoreError 'invalid' for what is no such document.
 */
export async function readPortable(
  store: Conversations,
  who: PortableAccount,
  document: string,
  cards: OwnCards | null = null,
): Promise<PortableImport> {
  const all = new Import(store, who);
  try {
    const user = userOf(document, who.address);
    for (const part of within(user)) all.settings(part);
    for (const part of within(user)) await all.part(part);
    await all.end(cards);
  } catch (error) {
    if (error instanceof XmlFault || error instanceof FormatError)
      throw new StoreError('invalid', `the file cannot be read: ${error.message}`);
    throw error;
  }
  const { contacts, nodes, messages, hasCard, refused } = all;
  return { contacts, nodes, messages, hasCard, refused };
}
