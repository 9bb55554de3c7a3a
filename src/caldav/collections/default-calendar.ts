import type { CollectionChange, CollectionRow } from '../../stores/collections/index.ts';
import { DavError, elementOf, type PropertyChanges, type Scene } from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { caldavName } from '../names.ts';
import { takesInvitations } from '../scheduling/shelf.ts';

/** By which PropertyChanges name it. */
export const defaultCalendarKey = 'default-calendar';

/** Where new invitations go, as a client says on the inbox (RFC 6638 §9.2); nothing: where they go by themselves. */
export async function patchDefaultCalendar(
  { house, visit }: Scene,
  { account, kind }: CollectionRow,
  { live }: PropertyChanges,
): Promise<NonNullable<CollectionChange['details']>> {
  const href = live.get(defaultCalendarKey);
  if (kind !== 'inbox' || typeof href !== 'string') return {};
  if (href === '') return { defaultCalendar: undefined };
  const rows = await house.collections.collections(account, 'calendars');
  const member = await house.accounts.member(account);
  const handle = member && house.accounts.handleOf(member);
  const calendar = rows.find((row) => {
    const path = visit.href({ path: ['calendars', handle ?? '', row.name], isCollection: true });
    return bare(path) === bare(pathIn(href)) && takesInvitations(row);
  });
  if (calendar === undefined)
    throw new DavError(403, 'that is no calendar of theirs which takes events', {
      condition: elementOf(caldavName('valid-schedule-default-calendar-URL')),
      property: caldavName('schedule-default-calendar-URL'),
    });
  return { defaultCalendar: calendar.id };
}

/** With a server before it or not, with a slash at its end or not. */
const pathIn = (href: string): string => href.replace(/^https?:\/\/[^/]+/i, '');
const bare = (path: string): string => {
  try {
    return decodeURIComponent(path).normalize('NFC').replace(/\/$/, '');
  } catch {
    return '';
  }
};

/** The last calendar that takes invitations stays (RFC 6638 §9.2: `default-calendar-needed`). */
export async function demandAnotherCalendar(
  { house }: Scene,
  { account, id, kind }: CollectionRow,
): Promise<void> {
  if (kind !== 'calendar') return;
  const taking = (await house.collections.collections(account, 'calendars')).filter((row) =>
    takesInvitations(row),
  );
  if (taking.length === 1 && taking[0]?.id === id)
    throw refusal('default-calendar-needed', 'invitations need a calendar to go to');
}
