import { StoreError } from '../../base/index.ts';
import { jidText } from '../../formats/jid/index.ts';
import {
  childOf,
  childrenOf,
  type Element,
  element,
  elementsOf,
  parseElement,
  writeElement,
} from '../../formats/stanza/index.ts';
import type { NodeConfig } from '../../stores/conversations/index.ts';
import { type OwnItem, ownItem, ownItems, publishOwn, retractOwn } from '../pubsub/index.ts';
import { inTurn } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import type { Specification } from '../specification.ts';
import { tryJid } from '../stanza.ts';

const bookmarksNs = 'urn:xmpp:bookmarks:1';
/** XEP-0411: said by servers that keep both older places of one mind. */
const conversionNs = 'urn:xmpp:bookmarks-conversion:0';
/** XEP-0048: all in one element, which stands in private XML (XEP-0049) or in a node of that name. */
const oldNs = 'storage:bookmarks';
const oldName = { name: 'storage', ns: oldNs };
const oldItem = 'current';

/** XEP-0223: for the account's own clients alone. */
const hidden: Partial<NodeConfig> = {
  accessModel: 'whitelist',
  persistItems: true,
  sendLastPublishedItem: 'never',
};
const kept: Partial<NodeConfig> = { ...hidden, maxItems: 'max' };

/** Of a request; the store takes so many at once. */
const itemsPerStepMax = 100;

const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true';

/** What both forms have in common. */
const common = (of: Element, ns: string): Element[] =>
  ['nick', 'password'].flatMap((name) => {
    const child = [...elementsOf(of)].find((each) => each.name === name);
    return child === undefined ? [] : [{ ...child, ns }];
  });

const asOld = ({ id, payload }: OwnItem): Element =>
  element(
    'conference',
    oldNs,
    {
      jid: id,
      name: payload.attributes.name,
      autojoin: isTrue(payload.attributes.autojoin) ? 'true' : undefined,
    },
    ...common(payload, oldNs),
  );

/** `known`: what is kept of that room; what the old form cannot say stays. */
function asNew(conference: Element, known: Element | undefined): Element {
  const { name, autojoin } = conference.attributes;
  const extensions = known && childOf(known, 'extensions', bookmarksNs);
  const attributes = { ...known?.attributes, name, autojoin: isTrue(autojoin) ? 'true' : undefined };
  return element(
    'conference',
    bookmarksNs,
    attributes,
    ...common(conference, bookmarksNs),
    extensions ?? null,
  );
}

async function keptRooms(home: Home): Promise<Map<string, Element>> {
  const known = new Map<string, Element>();
  for await (const { id, payload } of ownItems(home, bookmarksNs)) known.set(id, payload);
  return known;
}

/** By their addresses; those that have none are left out. */
function listedRooms(storage: Element): ReadonlyMap<string, Element> {
  const listed = new Map<string, Element>();
  for (const conference of childrenOf(storage, 'conference', oldNs)) {
    const jid = tryJid(conference.attributes.jid);
    if (jid !== null) listed.set(jidText(jid), conference);
  }
  return listed;
}

/** XEP-0402 §5: the rooms of an old list become the items of the node; who hears of it hears of what is another thing now. */
async function takeOld(home: Home, storage: Element): Promise<void> {
  const known = await keptRooms(home);
  const listed = listedRooms(storage);
  const changed = [...listed].flatMap(([id, conference]) => {
    const before = known.get(id);
    const payload = asNew(conference, before);
    return before !== undefined && isSame(id, before, payload) ? [] : [{ id, payload }];
  });
  const gone = [...known.keys()].filter((id) => !listed.has(id));
  for (const some of inSteps(changed)) await publishOwn(home, bookmarksNs, some, kept);
  for (const some of inSteps(gone)) await retractOwn(home, bookmarksNs, some);
}

/** As far as the old form can say. */
const isSame = (id: string, one: Element, other: Element): boolean =>
  writeElement(asOld({ id, payload: one })) === writeElement(asOld({ id, payload: other }));

/** Rooms that stand in private XML as it was brought from another server: the node has them from now on. */
async function adopt(home: Home): Promise<void> {
  const text = await home.chat.store.roster.privateXml(home.account, oldName);
  const storage = text === null ? null : parseElement(text);
  if (storage === null || childOf(storage, 'conference', oldNs) === undefined) return;
  const known = await keptRooms(home);
  const brought = [...listedRooms(storage)]
    .filter(([id]) => !known.has(id))
    .map(([id, conference]) => ({ id, payload: asNew(conference, undefined) }));
  for (const some of inSteps(brought)) await publishOwn(home, bookmarksNs, some, kept);
  await keepOthers(home, storage);
}

/** Rooms of an old list as items of the node, for who brings them from another server; and what that node is. */
export const roomsOfOld = (storage: Element): readonly { readonly id: string; readonly payload: Element }[] =>
  [...listedRooms(storage)].map(([id, conference]) => ({ id, payload: asNew(conference, undefined) }));
export const bookmarksNode = { node: bookmarksNs, config: kept, oldNs } as const;

function* inSteps<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += itemsPerStepMax) yield all.slice(at, at + itemsPerStepMax);
}

/** What is no room is kept as it came: addresses of the web. */
async function keepOthers(home: Home, storage: Element): Promise<void> {
  const children = [...elementsOf(storage)].filter(({ name }) => name !== 'conference');
  const text = writeElement({ ...storage, children });
  await home.chat.store.roster.setPrivateXml(home.account, oldName, text);
}

async function othersOf(home: Home): Promise<readonly Element[]> {
  const text = await home.chat.store.roster.privateXml(home.account, oldName);
  return text === null ? [] : [...elementsOf(parseElement(text))];
}

async function collated(home: Home): Promise<Element> {
  const rooms: Element[] = [];
  for await (const item of ownItems(home, bookmarksNs)) rooms.push(asOld(item));
  return element('storage', oldNs, {}, ...rooms, ...(await othersOf(home)));
}

/** To be called `inTurn`. The node of the old form says what the node of the new one does. */
async function showOld(home: Home): Promise<void> {
  await adopt(home);
  const storage = await collated(home);
  try {
    await publishOwn(home, oldNs, [{ id: oldItem, payload: storage }], hidden);
  } catch (error) {
    // One item holds less than a node: who has so many rooms reads them in the new form.
    if (!(error instanceof StoreError) || error.reason !== 'too-large') throw error;
    await retractOwn(home, oldNs, [oldItem]);
  }
}

async function setPrivate(home: Home, storage: Element): Promise<void> {
  await inTurn(home, async () => {
    await takeOld(home, storage);
    await keepOthers(home, storage);
    await showOld(home);
  });
}

async function getPrivate(home: Home): Promise<Element> {
  return inTurn(home, async () => {
    await adopt(home);
    return collated(home);
  });
}

async function oldChanged(home: Home): Promise<void> {
  await inTurn(home, async () => {
    const storage = await ownItem(home, oldNs, oldItem);
    // A node that is emptied or removed says nothing of the rooms.
    if (storage?.name === 'storage' && storage.ns === oldNs) await takeOld(home, storage);
  });
}

/** Rooms that members come back to. The node is the truth; both older places are other views of it. */
export const bookmarks: Specification = {
  xep: '0402',
  name: 'PEP Native Bookmarks',
  version: '1.2.0',
  features: { account: [`${bookmarksNs}#compat`, `${bookmarksNs}#compat-pep`, conversionNs] },
  nodes: [
    { node: bookmarksNs, changed: (home) => inTurn(home, () => showOld(home)) },
    { node: oldNs, changed: oldChanged },
  ],
  privateElements: [{ ...oldName, get: getPrivate, set: setPrivate }],
};
