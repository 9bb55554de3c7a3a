import type { ItemRow } from '../../stores/collections/index.ts';
import type { View, Visit } from '../../webdav/index.ts';
import { changedTimezones, timezonesWanted } from '../calendar-data/timezones.ts';
import { contentType } from './content-type.ts';

/** RFC 7809 §7.1: who says whether they want VTIMEZONEs is answered so; it is the same object, under the same ETag. */
export function timezonesView(item: ItemRow, { request }: Visit): View | null {
  const header = request.headers['caldav-timezones'];
  if (typeof header !== 'string' || request.method !== 'GET') return null;
  const wanted = timezonesWanted(header);
  const make = (bytes: Buffer) => changedTimezones(bytes, wanted);
  return { type: contentType(item), make, closed: false };
}
