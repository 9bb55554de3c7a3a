/**
 * publication: a calendar for whoever has its address (`/calendars/<token>.ics`), set by Apple's CS:publish-calendar.
 * The token is made by chance; when it is taken back its address leads nowhere at once. Private objects are busy times.
 */
import { DavError, type DavPost, type LiveProperty, textOf } from '../../webdav/index.ts';
import type { CaldavHouse } from '../house.ts';
import { calendarServer } from '../names.ts';
import { onCalendars } from '../properties/kinds.ts';

export { type PublishedHouse, publishedCalendars } from './door.ts';

export const publishedPath = (token: string): string => `/calendars/${token}.ics`;

export function publicationPosts({ collections }: CaldavHouse): readonly DavPost[] {
  const declared = (name: string, act: (account: number, calendar: number) => Promise<unknown>): DavPost => ({
    namespace: calendarServer,
    name,
    rfc: 'caldav-sharing (publishing)',
    on: onCalendars,
    privilege: 'write-acl',
    async run(exchange, resource) {
      if (!onCalendars(resource)) throw new DavError(403, 'only calendars are published');
      await act(resource.row.account, resource.row.id);
      exchange.send(200, { 'Cache-Control': 'no-cache' });
    },
  });
  return [
    declared('publish-calendar', (account, calendar) =>
      collections.sharing.publish(account, calendar, 'read'),
    ),
    declared('unpublish-calendar', (account, calendar) => collections.sharing.unpublish(account, calendar)),
  ];
}

/** Where it is published; for the owner alone. */
export const publishUrl = ({ collections }: CaldavHouse): LiveProperty => ({
  namespace: calendarServer,
  name: 'publish-url',
  key: 'CS:publish-url',
  rfc: 'caldav-sharing (publishing)',
  on: onCalendars,
  privilege: 'read',
  allprop: false,
  async read(resource, { origin }) {
    if (!onCalendars(resource) || resource.scene.right !== 'own') return undefined;
    const found = await collections.sharing.publicationOf(resource.row.account, resource.row.id);
    return found ? `<D:href>${textOf(origin + publishedPath(found.token))}</D:href>` : undefined;
  },
});
