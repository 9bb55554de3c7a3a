import type { Entry, Shelf } from './scripts/shelf.ts';
import { doomedHome, noFirst, noLast } from './tables.ts';
import type { CollectionRow, Item, ItemRow } from './types.ts';

export function shownCollection({ created, modified, home, ...shelf }: Shelf): CollectionRow {
  if (home === doomedHome) throw new Error('a collection that was removed is shown');
  return { ...shelf, home, createdMs: created, modifiedMs: modified };
}

export function shownItem(row: Entry): ItemRow {
  return {
    account: row.account,
    collection: row.collection,
    id: row.id,
    name: row.name,
    uid: row.uid,
    component: row.component,
    hash: row.hash,
    size: row.size,
    firstMs: row.first === noFirst ? null : row.first,
    lastMs: row.last === noLast ? null : row.last,
    digest: row.digest,
    scheduleTag: row.scheduleTag,
    createdMs: row.created,
    modifiedMs: row.modified,
    modseq: row.modseq,
  };
}

export const shownWithBytes = ({ row, bytes }: { row: Entry; bytes: Buffer }): Item => ({
  ...shownItem(row),
  bytes,
});
