import { type Element, element, elementsOf, parseElement, writeElement } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { vcardTempNs } from '../namespaces.ts';
import type { Home } from '../routing/home.ts';
import type { IqRequest, Specification } from '../specification.ts';

const privateNs = 'jabber:iq:private';

/** §5: name spaces of the protocol itself are nobody's to fill. */
const isReserved = (ns: string): boolean => ns === '' || ns === vcardTempNs || ns.startsWith('jabber:');

/** The elements that are meant. Throws StanzaError. */
function wanted(payload: Element): readonly Element[] {
  const all = [...elementsOf(payload)];
  if (all.length === 0) throw new StanzaError('bad-request', { text: 'no element is named' });
  for (const { name, ns } of all)
    if (isReserved(ns))
      throw new StanzaError('not-acceptable', { text: `<${name}> of '${ns}' is kept for nobody` });
  return all;
}

async function found(home: Home, { name, ns }: Element): Promise<Element> {
  const other = home.chat.features.privateElement(name, ns);
  if (other !== undefined) return (await other.get(home)) ?? element(name, ns);
  const text = await home.chat.store.roster.privateXml(home.account, { name, ns });
  return text === null ? element(name, ns) : parseElement(text);
}

async function get({ home, payload }: IqRequest): Promise<Element | null> {
  if (home === null) return null;
  const kept: Element[] = [];
  for (const each of wanted(payload)) kept.push(await found(home, each));
  return element('query', privateNs, {}, ...kept);
}

async function set({ home, payload }: IqRequest): Promise<null> {
  if (home === null) return null;
  for (const each of wanted(payload)) {
    const { name, ns } = each;
    const other = home.chat.features.privateElement(name, ns);
    if (other !== undefined) await other.set(home, each);
    else await home.chat.store.roster.setPrivateXml(home.account, { name, ns }, writeElement(each));
  }
  return null;
}

/** What clients keep for themselves, by the name of an element. */
export const privateXml: Specification = {
  xep: '0049',
  name: 'Private XML Storage',
  version: '1.2',
  features: { server: [privateNs], account: [privateNs] },
  iq: [
    { name: 'query', ns: privateNs, type: 'get', at: 'account', who: 'owner', run: get },
    { name: 'query', ns: privateNs, type: 'set', at: 'account', who: 'owner', run: set },
  ],
};
