import { textOf } from '../prefixes.ts';
import { isPrincipal, type PrincipalResource } from '../principals/principal.ts';
import type { LiveProperty, Resource, Visit, Xml } from '../types.ts';
import { davElement, davProperty, hrefElement } from './live.ts';

const hrefs = (visit: Visit, paths: readonly (readonly string[])[]): Xml =>
  paths.map((path) => hrefElement(visit, path)).join('');

function ofPrincipals(read: (principal: PrincipalResource, visit: Visit) => Xml | Promise<Xml>) {
  return (resource: Resource, visit: Visit) => (isPrincipal(resource) ? read(resource, visit) : undefined);
}

/** Who somebody is (RFC 3744 §4). Who is with whom in a group is for those who are in it. */
export const principalProperties: readonly LiveProperty[] = [
  davProperty(
    'alternate-URI-set',
    '3744 §4.1',
    ofPrincipals(({ address }) => davElement('href', textOf(`mailto:${encodeURI(address)}`))),
    { on: isPrincipal },
  ),
  davProperty(
    'principal-URL',
    '3744 §4.2',
    ofPrincipals(({ path }, visit) => hrefElement(visit, path)),
    { on: isPrincipal },
  ),
  davProperty(
    'group-member-set',
    '3744 §4.3',
    ofPrincipals(async (principal, visit) => hrefs(visit, await principal.memberPaths())),
    { on: isPrincipal, privilege: 'read-acl' },
  ),
  davProperty(
    'group-membership',
    '3744 §4.4',
    ofPrincipals(async (principal, visit) => hrefs(visit, await principal.groupPaths())),
    { on: isPrincipal, privilege: 'read-acl' },
  ),
];
