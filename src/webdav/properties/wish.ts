import { FormatError } from '../../base/index.ts';
import type { XmlElement } from '../../formats/xml/index.ts';
import { davChild } from '../dav-child.ts';
import type { QName } from '../types.ts';
import { wantedPropertiesMax } from './limits.ts';
import type { Wish } from './plan.ts';

/** The properties that stand in a DAV:prop or DAV:include. */
export function readNames({ children }: XmlElement): readonly QName[] {
  if (children.length > wantedPropertiesMax) {
    throw new FormatError(`more than ${wantedPropertiesMax} properties are asked for`);
  }
  return children.map(({ namespace, name }) => ({ namespace, name }));
}

/** What a report's body asks of each resource it answers; nothing where it names no DAV:prop. */
export function readReportWish(body: XmlElement): Wish {
  if (davChild(body, 'allprop')) return { kind: 'all', include: [] };
  if (davChild(body, 'propname')) return { kind: 'names' };
  const prop = davChild(body, 'prop');
  return { kind: 'named', names: prop ? readNames(prop) : [] };
}
