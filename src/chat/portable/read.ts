import { FormatError, StoreError } from '../../base/index.ts';
import { bareText, parseJid } from '../../formats/jid/index.ts';
import {
  childOf,
  childrenOf,
  type Element,
  elementsOf,
  parseElement,
  StreamSplitter,
  textOf,
  writeElement,
  XmlFault,
} from '../../formats/stanza/index.ts';
import type {
  ArchivePreferences,
  Contact,
  Conversations,
  NodeConfig,
} from '../../stores/conversations/index.ts';
import { delayNs, forwardNs, mamNs, rowOf } from '../archive/index.ts';
import { parseDateTime, readForm } from '../data/index.ts';
import { clientNs } from '../namespaces.ts';
import { addressed } from '../stanza.ts';
import { importedAtOnceMax, portableBytesMax } from './limits.ts';
import { blockingNs, pieArchiveNs, pieNs, privateNs, pubsubNs, pubsubOwnerNs, rosterNs } from './names.ts';
import { restoredNode } from './restored-node.ts';
import type { PortableAccount } from './write.ts';

export interface PortableImport {
  readonly contacts: number;
  readonly nodes: number;
  readonly messages: number;
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
  readonly #configs = new Map<string, Partial<NodeConfig>>();

  constructor(store: Conversations, who: PortableAccount) {
    this.#store = store;
    this.#who = who;
  }

  async part(text: string): Promise<void> {
    if (nameOf(text) === 'archive') return this.#archive(text);
    const of = parseElement(text, { ns: pieNs, prefixes: noPrefixes });
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
        return this.#configure(of);
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
      if ((await this.#store.roster.privateXml(account, name)) === null)
        await this.#store.roster.setPrivateXml(account, name, writeElement(of));
    }
  }

  #configure(pubsub: Element): void {
    for (const configure of childrenOf(pubsub, 'configure', pubsubOwnerNs)) {
      const form = childOf(configure, 'x', 'jabber:x:data');
      if (form === undefined) continue;
      const filled = readForm(form);
      const access = filled.get('pubsub#access_model')?.[0];
      const items = filled.get('pubsub#max_items')?.[0] ?? '';
      this.#configs.set(configure.attributes.node ?? '', {
        ...(isAccess(access) ? { accessModel: access } : {}),
        ...(/^[1-9]\d{0,6}$/.test(items)
          ? { maxItems: Number(items) }
          : items === 'max'
            ? { maxItems: 'max' }
            : {}),
      });
    }
  }

  async #publish(pubsub: Element): Promise<void> {
    const { account, address } = this.#who;
    for (const items of childrenOf(pubsub, 'items', pubsubNs)) {
      const { node = '' } = items.attributes;
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

  /** Times of an archive never go back: into one that has messages nothing is put. */
  async #archive(text: string): Promise<void> {
    const key = { kind: 'account', owner: this.#who.account } as const;
    if ((await this.#store.archive.metadata(key)) !== null) {
      this.refused.push('the archive: there are messages already');
      return;
    }
    const scope = { ns: pieArchiveNs, prefixes: noPrefixes };
    const found = [...within(text)].map((each) => this.#message(parseElement(each, scope)));
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
 * Puts what a document of XEP-0227 holds into an account; what is there already stays. StoreError 'invalid' for what is no such document.
 */
export async function readPortable(
  store: Conversations,
  who: PortableAccount,
  document: string,
): Promise<PortableImport> {
  const all = new Import(store, who);
  try {
    for (const part of within(userOf(document, who.address))) await all.part(part);
  } catch (error) {
    if (error instanceof XmlFault || error instanceof FormatError)
      throw new StoreError('invalid', `the file cannot be read: ${error.message}`);
    throw error;
  }
  const { contacts, nodes, messages, refused } = all;
  return { contacts, nodes, messages, refused };
}
