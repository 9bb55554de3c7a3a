import { CollectionResource, type LiveProperty, type Resource } from '../../webdav/index.ts';
import { caldav, kinds } from '../names.ts';

export const onCalendars = (resource: Resource): resource is CollectionResource =>
  resource.kind === kinds.calendar && resource instanceof CollectionResource;

/** Calendars and the inbox: what holds calendar objects. */
export const onObjectHolders = (resource: Resource): resource is CollectionResource =>
  resource instanceof CollectionResource && resource.row.home === 'calendars';

export const onHomes = (resource: Resource): boolean => resource.kind === kinds.home;

/** A protected property of CalDAV's name space. */
export function caldavProperty(
  name: string,
  rfc: string,
  on: LiveProperty['on'],
  read: LiveProperty['read'],
): LiveProperty {
  return { namespace: caldav, name, key: `C:${name}`, rfc, on, privilege: 'read', allprop: false, read };
}
