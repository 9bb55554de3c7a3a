import type { Door, MycoSettings } from '../../settings/index.ts';
import { configured, reachedAt } from '../../web/index.ts';
import type { Service } from './types.ts';

/** Services that programs look for by SRV, and the door behind each. A door joins when this version speaks its protocol. */
const known: readonly (Pick<Service, 'label' | 'text' | 'below'> & { readonly door: Door })[] = [
  // RFC 8314 §5.1, RFC 6186 §3
  { label: '_submissions._tcp', door: 'submissions' },
  { label: '_submission._tcp', door: 'submission' },
  { label: '_imaps._tcp', door: 'imaps' },
  { label: '_imap._tcp', door: 'imap' },
  // RFC 6764 §3, §4
  { label: '_caldavs._tcp', door: 'https', text: 'path=/dav/' },
  { label: '_carddavs._tcp', door: 'https', text: 'path=/dav/' },
  // RFC 6120 §3.2.1, XEP-0368 §3
  { label: '_xmpp-client._tcp', door: 'xmpp' },
  { label: '_xmpps-client._tcp', door: 'xmpps' },
  // Other servers look for rooms and for what serves files under their own names.
  { label: '_xmpp-server._tcp', door: 'xmpp-server', below: ['rooms', 'upload'] },
  { label: '_xmpps-server._tcp', door: 'xmpps-server', below: ['rooms', 'upload'] },
];

/** The services whose doors are configured, at the port where others reach them. */
export function servicesOf(settings: MycoSettings): Service[] {
  return known.flatMap(({ door, ...service }) => {
    const [first] = configured(settings, [door]);
    if (first === undefined) return [];
    const { port } = reachedAt(settings, first);
    return [{ ...service, host: settings.coop.hostname, port }];
  });
}
