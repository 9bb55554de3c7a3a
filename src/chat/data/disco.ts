import { type Element, element } from '../../formats/stanza/index.ts';
import { StanzaError } from '../errors.ts';
import { type Form, formElement } from './forms.ts';

/** XEP-0030: what an entity is and can do, and what it holds. */
export const discoInfoNs = 'http://jabber.org/protocol/disco#info';
export const discoItemsNs = 'http://jabber.org/protocol/disco#items';

export interface DiscoIdentity {
  /** Of the registrar's list: `server`/`im`, `conference`/`text`. */
  readonly category: string;
  readonly type: string;
  readonly name?: string;
}

export interface DiscoItem {
  readonly jid: string;
  readonly node?: string;
  readonly name?: string;
}

export interface Described {
  readonly identities: readonly DiscoIdentity[];
  readonly features: readonly string[];
  /** XEP-0128; one of each FORM_TYPE. */
  readonly forms?: readonly Form[];
}

/** What stands at a node; absent: nothing of that kind. */
export interface DiscoNode {
  readonly info?: Described;
  readonly items?: readonly DiscoItem[];
}

export const infoElement = ({ identities, features, forms = [] }: Described, node?: string): Element =>
  element(
    'query',
    discoInfoNs,
    { node },
    ...identities.map(({ category, type, name }) =>
      element('identity', discoInfoNs, { category, type, name }),
    ),
    ...features.map((name) => element('feature', discoInfoNs, { var: name })),
    ...forms.map(formElement),
  );

export const itemsElement = (items: readonly DiscoItem[], node?: string): Element =>
  element(
    'query',
    discoItemsNs,
    { node },
    ...items.map(({ jid, node: of, name }) => element('item', discoItemsNs, { jid, node: of, name })),
  );

/**
 * The answer of something without nodes, `<query/>` being what it was asked; for services below our domain. Undefined
 * where that is no question of XEP-0030. Throws StanzaError `item-not-found` for a node.
 */
export function describe(
  query: Element,
  described: Described,
  items: readonly DiscoItem[] = [],
): Element | undefined {
  const isInfo = query.ns === discoInfoNs;
  if (query.name !== 'query' || !(isInfo || query.ns === discoItemsNs)) return undefined;
  const { node = '' } = query.attributes;
  if (node !== '') throw new StanzaError('item-not-found', { text: `there is no node '${node}'` });
  return isInfo ? infoElement(described) : itemsElement(items);
}
