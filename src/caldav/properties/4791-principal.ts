import {
  hrefElement,
  isPrincipal,
  type LiveProperty,
  type PrincipalResource,
  type Resource,
  textOf,
} from '../../webdav/index.ts';
import { calendarServer } from '../names.ts';
import { caldavProperty } from './kinds.ts';

/** Groups have no calendars. */
export const isMember = (resource: Resource): resource is PrincipalResource =>
  isPrincipal(resource) && resource.kind === 'principal';

/** RFC 4791 §6.2.1, and what Apple's clients ask a principal for. */
export const principalProperties: readonly LiveProperty[] = [
  caldavProperty('calendar-home-set', '4791 §6.2.1', isMember, (resource, visit) =>
    hrefElement(visit, ['calendars', resource.path.at(-1) ?? '']),
  ),
  {
    namespace: calendarServer,
    name: 'email-address-set',
    key: 'email-address-set',
    rfc: 'calendarserver',
    on: isMember,
    privilege: 'read',
    allprop: false,
    read: (resource) =>
      isMember(resource) ? `<CS:email-address>${textOf(resource.address)}</CS:email-address>` : undefined,
  },
];
