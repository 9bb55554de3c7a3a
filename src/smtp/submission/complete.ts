import { type Clock, randomToken } from '../../base/index.ts';
import type { HeaderField } from '../../formats/mime/index.ts';
import { formatDate } from '../delivery/trace.ts';

/** RFC 6409 §8.2 and §8.3: Date and Message-ID where the client left them out; '' where both are there. */
export function missingFields(fields: readonly HeaderField[], domain: string, clock: Clock): string {
  const has = (wanted: string) => fields.some(({ name }) => name.toLowerCase() === wanted);
  let added = '';
  if (!has('date')) added += `Date: ${formatDate(clock.nowMs())}\r\n`;
  if (!has('message-id')) added += `Message-ID: <${randomToken(130)}@${domain}>\r\n`;
  return added;
}
