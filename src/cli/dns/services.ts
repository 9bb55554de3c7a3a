import type { Door, MycoSettings } from '../../settings/index.ts';
import { configured, reachedAt } from '../../web/index.ts';
import type { Service } from './types.ts';

/** Services that programs look for by SRV, and the door behind each. A door joins when this version speaks its protocol. */
const known: readonly { readonly label: string; readonly door: Door; readonly text?: string }[] = [
  // RFC 8314 §5.1, RFC 6186 §3
  { label: '_submissions._tcp', door: 'submissions' },
  { label: '_submission._tcp', door: 'submission' },
  { label: '_imaps._tcp', door: 'imaps' },
  { label: '_imap._tcp', door: 'imap' },
  // RFC 6764 §3, §4
  { label: '_caldavs._tcp', door: 'https', text: 'path=/dav/' },
  { label: '_carddavs._tcp', door: 'https', text: 'path=/dav/' },
];

/** The services whose doors are configured, at the port where others reach them. */
export function servicesOf(settings: MycoSettings): Service[] {
  return known.flatMap(({ label, door, text }) => {
    const [first] = configured(settings, [door]);
    if (first === undefined) return [];
    const { port } = reachedAt(settings, first);
    return [{ label, host: settings.coop.hostname, port, ...(text === undefined ? {} : { text }) }];
  });
}
