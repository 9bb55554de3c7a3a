import type { LiveProperty, QName, Registry } from '../types.ts';

/** Names as keys of maps; '}' cannot stand in a local name. */
export const nameKey = ({ namespace, name }: QName) => `${name}}${namespace}`;

const tables = new WeakMap<readonly LiveProperty[], ReadonlyMap<string, readonly LiveProperty[]>>();

/** The declared properties by name; several of one name are on different kinds of resources. */
export function declaredNamed({ properties }: Registry, name: QName): readonly LiveProperty[] {
  let table = tables.get(properties);
  if (table === undefined) {
    table = Map.groupBy(properties, nameKey);
    tables.set(properties, table);
  }
  return table.get(nameKey(name)) ?? none;
}

const none: readonly LiveProperty[] = [];
