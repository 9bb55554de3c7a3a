import { type Aggregate, privilegeElement } from '../privileges.ts';
import type { Ace, DavPrivilege, LiveProperty, Resource, Visit, Xml } from '../types.ts';
import { principalOf } from './5397-current-user-principal.ts';
import { davElement, davProperty, hrefElement } from './live.ts';

interface PrivilegeTree {
  readonly name: DavPrivilege | Aggregate;
  readonly says: string;
  readonly of?: readonly PrivilegeTree[];
}

/** RFC 3744 §3 and Appendix B. */
const privilegeTree: PrivilegeTree = {
  name: 'all',
  says: 'Everything',
  of: [
    { name: 'read', says: 'Read', of: [{ name: 'read-free-busy', says: 'See what is when' }] },
    {
      name: 'write',
      says: 'Write',
      of: [
        { name: 'write-content', says: 'Change the content' },
        { name: 'write-properties', says: 'Change properties' },
        { name: 'bind', says: 'Add members' },
        { name: 'unbind', says: 'Remove members' },
      ],
    },
    { name: 'unlock', says: 'Remove the locks of others' },
    { name: 'read-acl', says: 'See who has access' },
    { name: 'write-acl', says: 'Change who has access' },
    { name: 'read-current-user-privilege-set', says: 'See what one may do' },
  ],
};

/** RFC 6638 §6: of an inbox, and of an outbox. */
const delivering: PrivilegeTree = {
  name: 'schedule-deliver',
  says: 'Deliver messages',
  of: [
    { name: 'schedule-deliver-invite', says: 'Deliver invitations' },
    { name: 'schedule-deliver-reply', says: 'Deliver answers' },
    { name: 'schedule-query-freebusy', says: 'Ask what is when' },
  ],
};
const sending: PrivilegeTree = {
  name: 'schedule-send',
  says: 'Send messages',
  of: [
    { name: 'schedule-send-invite', says: 'Send invitations' },
    { name: 'schedule-send-reply', says: 'Send answers' },
    { name: 'schedule-send-freebusy', says: 'Ask when others are free' },
  ],
};

const writing = ['write-content', 'write-properties', 'bind', 'unbind'] as const;

function supported({ name, says, of = [] }: PrivilegeTree): Xml {
  return davElement(
    'supported-privilege',
    `${privilegeElement(name)}<D:description xml:lang="en">${says}</D:description>${of.map(supported).join('')}`,
  );
}

const withMore = (more: PrivilegeTree): Xml =>
  supported({ ...privilegeTree, of: [...(privilegeTree.of ?? []), more] });

const supportedSets = {
  plain: supported(privilegeTree),
  inbox: withMore(delivering),
  outbox: withMore(sending),
} as const;

function supportedBy({ types }: Resource): Xml {
  const has = (wanted: string) => types?.some(({ name }) => name === wanted) ?? false;
  if (has('schedule-inbox')) return supportedSets.inbox;
  return has('schedule-outbox') ? supportedSets.outbox : supportedSets.plain;
}

const leaves: readonly DavPrivilege[] = [
  'read',
  ...writing,
  'unlock',
  'read-acl',
  'write-acl',
  'read-current-user-privilege-set',
  'read-free-busy',
  'schedule-deliver-invite',
  'schedule-deliver-reply',
  'schedule-query-freebusy',
  'schedule-send-invite',
  'schedule-send-reply',
  'schedule-send-freebusy',
];
/** Those of RFC 3744, which DAV:all holds. */
const own = leaves.slice(0, leaves.indexOf('read-free-busy'));
/** Aggregates beside what they hold: clients ask for `write` and for `bind`. */
function privilegeSet(has: (privilege: DavPrivilege) => boolean): Xml {
  const names: (DavPrivilege | Aggregate)[] = leaves.filter(has);
  for (const { name, of = [] } of [delivering, sending])
    if (of.every((each) => has(each.name as DavPrivilege))) names.push(name);
  if (writing.every(has)) names.unshift('write');
  if (own.every(has)) names.unshift('all');
  return names.map(privilegeElement).join('');
}

const grants = (names: Xml, more: Xml) => `<D:grant>${names}</D:grant>${more}`;

async function accessList(resource: Resource, visit: Visit): Promise<Xml> {
  const owner =
    resource.owner === null
      ? ''
      : davElement(
          'ace',
          `<D:principal><D:property><D:owner/></D:property></D:principal>${grants(privilegeElement('all'), '<D:protected/>')}`,
        );
  const others = (await resource.acl?.()) ?? [];
  return owner + others.map((ace) => aceElement(ace, visit)).join('');
}

function aceElement({ principal, privileges, inherited }: Ace, visit: Visit): Xml {
  const from = inherited === null ? '' : davElement('inherited', hrefElement(visit, inherited));
  const names = privilegeSet((privilege) => privileges.includes(privilege));
  return davElement(
    'ace',
    davElement('principal', hrefElement(visit, principal)) + grants(names, `<D:protected/>${from}`),
  );
}

/** Who may do what (RFC 3744 §5). Shares are shown as they are; they are made and ended elsewhere, so every entry is protected. */
export const aclProperties: readonly LiveProperty[] = [
  davProperty('owner', '3744 §5.1', ({ owner }, visit) => (owner === null ? '' : hrefElement(visit, owner))),
  davProperty('group', '3744 §5.2', () => ''),
  davProperty('supported-privilege-set', '3744 §5.3', supportedBy),
  davProperty('current-user-privilege-set', '3744 §5.4', (resource) =>
    privilegeSet((privilege) => resource.may(privilege)),
  ),
  davProperty('acl', '3744 §5.5', accessList, { privilege: 'read-acl' }),
  davProperty('acl-restrictions', '3744 §5.6', () => '<D:grant-only/><D:no-invert/>'),
  davProperty('inherited-acl-set', '3744 §5.7', () => ''),
  davProperty('principal-collection-set', '3744 §5.8', (_, visit) =>
    principalOf(visit) === null ? '' : hrefElement(visit, ['principals']),
  ),
];
