import type { XmlElement } from '../formats/xml/index.ts';

/** The first child of that name in the name space `DAV:`. */
export function davChild(of: XmlElement | undefined, name: string): XmlElement | undefined {
  return of?.children.find((each) => each.namespace === 'DAV:' && each.name === name);
}
