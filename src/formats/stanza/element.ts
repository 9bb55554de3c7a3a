/** A piece of a stream: its name and name space, as they are compared; declarations and prefixes are the writer's matter. */
export interface Element {
  /** Without its prefix. */
  readonly name: string;
  /** Name space URI; '' for none. */
  readonly ns: string;
  /** `to`, `xml:lang`; of another name space `{uri}name`. No declarations. */
  readonly attributes: Attributes;
  /** Elements and texts in their order; no two texts follow each other. */
  readonly children: readonly (Element | string)[];
}

export type Attributes = Readonly<Record<string, string | undefined>>;

/** A new one; attributes that are undefined are left out, empty texts as well. */
export function element(
  name: string,
  ns: string,
  attributes: Attributes = {},
  ...children: readonly (Element | string | null)[]
): Element {
  const kept: (Element | string)[] = [];
  for (const child of children) {
    if (child === null || child === '') continue;
    const last = kept.at(-1);
    if (typeof child === 'string' && typeof last === 'string') kept[kept.length - 1] = last + child;
    else kept.push(child);
  }
  return { name, ns, attributes, children: kept };
}

export function* elementsOf({ children }: Element): Generator<Element> {
  for (const child of children) if (typeof child !== 'string') yield child;
}

/** The first child of that name in that name space. */
export function childOf(parent: Element, name: string, ns: string = parent.ns): Element | undefined {
  for (const child of parent.children)
    if (typeof child !== 'string' && child.name === name && child.ns === ns) return child;
  return undefined;
}

/** All of them, in their order. */
export const childrenOf = (parent: Element, name: string, ns: string = parent.ns): readonly Element[] =>
  [...elementsOf(parent)].filter((child) => child.name === name && child.ns === ns);

/** Its own character data; '' where there is no element. */
export const textOf = (of: Element | undefined): string =>
  of === undefined ? '' : of.children.filter((child) => typeof child === 'string').join('');
