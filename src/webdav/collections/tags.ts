import type { ItemRow } from '../../stores/collections/index.ts';

/** RFC 6638 §8.2 */
export function scheduleTagOf({ scheduleTag }: ItemRow): Readonly<Record<string, string>> {
  return scheduleTag === '' ? {} : { 'Schedule-Tag': `"${scheduleTag}"` };
}
