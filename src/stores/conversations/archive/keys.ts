import type { Archived, ArchiveKey, ArchiveRow, MessageType } from './types.ts';

/** The number that stands for an archive in all its keys. */
export const numberOf = ({ kind, owner }: ArchiveKey): number => 2 * owner + (kind === 'room' ? 1 : 0);

export const isRoom = (archive: number): boolean => archive % 2 === 1;
export const ownerOf = (archive: number): number => Math.floor(archive / 2);

export const types: readonly MessageType[] = ['chat', 'groupchat', 'normal', 'headline'];
export const groupchat = types.indexOf('groupchat');

/** A row of the table, as far as it is shown. */
export interface StoredRow {
  readonly id: number;
  readonly at: number;
  readonly peer: string;
  readonly resource: string;
  readonly outgoing: number;
  readonly type: number;
  readonly redacted: number;
  readonly messageId: string | null;
  readonly originId: string | null;
  readonly occupantId: string | null;
  readonly stanza: string;
}

export function shown(row: StoredRow): ArchiveRow {
  const { id, at: atMs, peer, resource, messageId, occupantId, stanza } = row;
  const direction: Archived['direction'] = row.outgoing === 1 ? 'out' : 'in';
  return {
    ...{ id, atMs, peer, resource, direction },
    ...{ type: types[row.type] ?? 'normal', messageId, originId: row.originId, occupantId },
    ...{ stanza, redacted: row.redacted === 1 },
  };
}
