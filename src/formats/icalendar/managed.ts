import type { Component } from './component.ts';

/** MANAGED-IDs of attachments that are named anywhere in it (RFC 8607 §4.3), each once. */
export function managedIdsIn(component: Component): readonly string[] {
  const found = new Set<string>();
  const look = (each: Component): void => {
    for (const attach of each.properties('ATTACH')) {
      const id = attach.parameter('MANAGED-ID');
      if (id !== undefined) found.add(id);
    }
    each.components().forEach(look);
  };
  look(component);
  return [...found];
}
