import { describe, expect, test } from 'vitest';
import {
  type Affiliation,
  type AffiliationPrivilege,
  affiliationMay,
  affiliations,
  firstRole,
  mayChangeAffiliation,
  mayChangeRole,
  mayInvite,
  mayWhisper,
  type Role,
  type RolePrivilege,
  roleAfter,
  roleMay,
  roles,
} from './rights.ts';

/** What may be, as a row of marks under the names in the order of `roles` or `affiliations`. */
const marks = (all: readonly boolean[]) => all.map((each) => (each ? '+' : '-')).join('');

test.each<[RolePrivilege, string]>([
  // moderator, participant, visitor, none
  ['changeNick', '+++-'],
  ['sendMessages', '++--'],
  ['invite', '+++-'],
  ['kick', '+---'],
  ['grantVoice', '+---'],
  ['moderateMessages', '+---'],
  ['seeRealJids', '+---'],
])('XEP-0045 §5.1.1: %s', (what, who) => {
  expect(marks(roles.map((role) => roleMay(role, what)))).toBe(who);
});

test.each<[AffiliationPrivilege, string]>([
  // owner, admin, member, none, outcast
  ['enter', '++++-'],
  ['enterMembersOnly', '+++--'],
  ['enterFull', '++---'],
  ['register', '++++-'],
  ['seeMemberList', '+++--'],
  ['editMemberList', '++---'],
  ['ban', '++---'],
  ['editModeratorList', '++---'],
  ['inviteToMembersOnly', '++---'],
  ['editAdminList', '+----'],
  ['editOwnerList', '+----'],
  ['configure', '+----'],
  ['destroy', '+----'],
])('XEP-0045 §5.2.1: %s', (what, who) => {
  expect(marks(affiliations.map((affiliation) => affiliationMay(affiliation, what)))).toBe(who);
});

test.each<[boolean, boolean, readonly Role[]]>([
  [false, false, ['moderator', 'moderator', 'participant', 'participant', 'none']],
  [true, false, ['moderator', 'moderator', 'participant', 'visitor', 'none']],
  [false, true, ['moderator', 'moderator', 'participant', 'none', 'none']],
  [true, true, ['moderator', 'moderator', 'participant', 'none', 'none']],
])('XEP-0045 §5.1.2: the first role (moderated %s, for members only %s)', (moderated, membersOnly, first) => {
  expect(affiliations.map((each) => firstRole(each, { moderated, membersOnly }))).toEqual(first);
});

describe('XEP-0045 §8, §9: roles are given', () => {
  const short = { yes: '+', forbidden: 'f', 'not-allowed': 'n' } as const;
  const moderator = (affiliation: Affiliation) => ({ role: 'moderator', affiliation }) as const;
  // Of: an owner, an admin, a member and a stranger who are moderators; a participant of no affiliation; a visitor.
  const targets = [
    ...(['owner', 'admin', 'member', 'none'] as const).map(moderator),
    { role: 'participant', affiliation: 'none' },
    { role: 'visitor', affiliation: 'none' },
  ] as const;
  const row = (actor: { role: Role; affiliation: Affiliation }, to: Role) =>
    targets.map((target) => short[mayChangeRole(actor, target, to)]).join('');

  test.each<[Affiliation, Record<Role, string>]>([
    ['owner', { none: '++++++', visitor: 'nn++++', participant: 'nn++++', moderator: '++++++' }],
    ['admin', { none: 'n+++++', visitor: 'nn++++', participant: 'nn++++', moderator: '++++++' }],
    ['member', { none: 'nn++++', visitor: 'nnff++', participant: 'nnff++', moderator: '++++ff' }],
    ['none', { none: 'nnn+++', visitor: 'nnff++', participant: 'nnff++', moderator: '++++ff' }],
  ])('by a moderator who is %s', (affiliation, expected) => {
    for (const role of roles)
      expect(`${role} ${row(moderator(affiliation), role)}`).toBe(`${role} ${expected[role]}`);
  });

  test.each<[Role, Affiliation]>([
    ['participant', 'member'],
    ['participant', 'none'],
    ['visitor', 'none'],
    ['none', 'member'],
    ['none', 'none'],
    ['none', 'outcast'],
  ])('by nobody who is %s and %s', (role, affiliation) => {
    for (const to of roles) expect(row({ role, affiliation }, to)).toBe('ffffff');
  });
});

describe('XEP-0045 §9, §10: affiliations are given', () => {
  const short = { yes: '+', forbidden: 'f', 'not-allowed': 'n' } as const;
  // Rows: from owner, admin, member, none, outcast; columns: to the same.
  test.each<[Affiliation, readonly string[]]>([
    ['owner', ['+++++', '+++++', '+++++', '+++++', '+++++']],
    ['admin', ['+nnnn', 'n+nnn', 'ff+++', 'ff+++', 'ff+++']],
    ['member', ['fffff', 'fffff', 'fffff', 'fffff', 'fffff']],
    ['none', ['fffff', 'fffff', 'fffff', 'fffff', 'fffff']],
    ['outcast', ['fffff', 'fffff', 'fffff', 'fffff', 'fffff']],
  ])('by who is %s', (actor, expected) => {
    const seen = affiliations.map((from) =>
      affiliations.map((to) => short[mayChangeAffiliation(actor, from, to)]).join(''),
    );
    expect(seen).toEqual(expected);
  });
});

test.each<[Role, Affiliation, Affiliation, boolean, boolean, Role]>([
  ['participant', 'none', 'outcast', false, false, 'none'],
  ['participant', 'member', 'none', false, true, 'none'],
  ['participant', 'member', 'none', false, false, 'participant'],
  ['visitor', 'none', 'member', true, false, 'participant'],
  ['participant', 'member', 'admin', false, false, 'moderator'],
  ['moderator', 'admin', 'member', false, false, 'participant'],
  ['moderator', 'owner', 'none', true, false, 'visitor'],
  ['moderator', 'owner', 'admin', false, false, 'moderator'],
  ['moderator', 'member', 'none', false, false, 'moderator'],
])(
  'XEP-0045 §5.1.3: %s, %s becomes %s (moderated %s, members only %s)',
  (role, from, to, moderated, membersOnly, after) => {
    expect(roleAfter(role, from, to, { moderated, membersOnly })).toBe(after);
  },
);

test.each([
  ['anyone', ['+++-', '+++-', '+++-']],
  ['participants', ['+++-', '++--', '++--']],
  ['moderators', ['+++-', '+---', '+---']],
  ['none', ['----', '----', '----']],
] as const)('XEP-0045 §7.5: who whispers to whom: %s', (rule, expected) => {
  const to = ['moderator', 'participant', 'visitor'] as const;
  expect(to.map((each) => marks(roles.map((role) => mayWhisper(role, each, rule))))).toEqual(expected);
});

test.each<[boolean, boolean, string]>([
  [true, true, '+++++'],
  [true, false, '+++++'],
  [false, true, '++---'],
  [false, false, '+++++'],
])(
  'XEP-0045 §7.8.2: participants invite (invitations %s, members only %s)',
  (allowInvites, membersOnly, expected) => {
    const config = { allowInvites, membersOnly } as Parameters<typeof mayInvite>[1];
    expect(
      marks(affiliations.map((affiliation) => mayInvite({ role: 'participant', affiliation }, config))),
    ).toBe(expected);
    expect(mayInvite({ role: 'none', affiliation: 'none' }, config)).toBe(false);
  },
);
