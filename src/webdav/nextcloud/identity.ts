import { createHash } from 'node:crypto';
import type { FileNode } from '../../stores/files/index.ts';
import { etagOf, numberOf } from '../files/index.ts';

/** What the apps must believe to speak with: they refuse servers that are too old. */
export const spokenVersion = { major: 27, minor: 1, micro: 11, build: 3 } as const;

/** The server among others, as part of file ids; the same for as long as the domain is. */
export function instanceOf(domain: string): string {
  return `oc${createHash('sha256').update(domain).digest('hex').slice(0, 10)}`;
}

/** The number of a file with zeros before it, and the server. */
export function fileIdOf(node: Pick<FileNode, 'account' | 'id'>, instance: string): string {
  return `${String(numberOf(node)).padStart(8, '0')}${instance}`;
}

/** Beside what is read and written. */
export function headersOf(node: FileNode, instance: string): Readonly<Record<string, string>> {
  return { 'OC-FileId': fileIdOf(node, instance), 'OC-ETag': etagOf(node) };
}
