import { elementOf, textOf } from '../prefixes.ts';
import type { LiveProperty, Resource, Visit, Xml } from '../types.ts';

export const davNamespace = 'DAV:';

/** An element of `DAV:`. */
export function davElement(name: string, inner: Xml = ''): Xml {
  return inner === '' ? `<D:${name}/>` : `<D:${name}>${inner}</D:${name}>`;
}

export function hrefElement(visit: Visit, path: readonly string[], isCollection = true): Xml {
  return `<D:href>${textOf(visit.href({ path, isCollection }))}</D:href>`;
}

/** A protected property of `DAV:` that every resource has, unless `more` says otherwise. */
export function davProperty(
  name: string,
  rfc: string,
  read: LiveProperty['read'],
  more: Partial<LiveProperty> = {},
): LiveProperty {
  return {
    namespace: davNamespace,
    name,
    key: name,
    rfc,
    on: always,
    privilege: 'read',
    allprop: false,
    read,
    ...more,
  };
}

const always = () => true;
export const onCollections = (resource: Resource) => resource.isCollection;
export { elementOf, textOf };
