import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Myco } from '../harness/index.ts';

/** The setting under which `said` knows what clients say. */
export const recorded = { log: '{ level: debug, format: json, wire: [imap, imaps] }' };

/** Lines that clients have sent so far, secrets and content masked, in the order of their coming. */
export function said(myco: Myco): string[] {
  const file = join(myco.data, 'wire.jsonl');
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { readonly direction: string; readonly text: string })
    .filter(({ direction }) => direction === 'in')
    .map(({ text }) => text);
}
