import type { RoomAffiliation, RoomConfig, RoomRole } from '../../stores/conversations/index.ts';

export type Affiliation = RoomAffiliation | 'none';
export type Role = RoomRole | 'none';

export const affiliations: readonly Affiliation[] = ['owner', 'admin', 'member', 'none', 'outcast'];
export const roles: readonly Role[] = ['moderator', 'participant', 'visitor', 'none'];

const ranks: Readonly<Record<Affiliation, number>> = { outcast: 0, none: 1, member: 2, admin: 3, owner: 4 };

/** What a role lets do (XEP-0045 §5.1.1): none, visitor, participant, moderator. */
const byRole = {
  changeNick: [false, true, true, true],
  sendMessages: [false, false, true, true],
  invite: [false, true, true, true],
  kick: [false, false, false, true],
  grantVoice: [false, false, false, true],
  moderateMessages: [false, false, false, true],
  seeRealJids: [false, false, false, true],
} as const satisfies Record<string, readonly [boolean, boolean, boolean, boolean]>;

/** What an affiliation lets do (§5.2.1): outcast, none, member, admin, owner. */
const byAffiliation = {
  enter: [false, true, true, true, true],
  enterMembersOnly: [false, false, true, true, true],
  enterFull: [false, false, false, true, true],
  register: [false, true, true, true, true],
  seeMemberList: [false, false, true, true, true],
  editMemberList: [false, false, false, true, true],
  ban: [false, false, false, true, true],
  editModeratorList: [false, false, false, true, true],
  inviteToMembersOnly: [false, false, false, true, true],
  editAdminList: [false, false, false, false, true],
  editOwnerList: [false, false, false, false, true],
  configure: [false, false, false, false, true],
  destroy: [false, false, false, false, true],
} as const satisfies Record<string, readonly [boolean, boolean, boolean, boolean, boolean]>;

export type RolePrivilege = keyof typeof byRole;
export type AffiliationPrivilege = keyof typeof byAffiliation;

const roleColumns: Readonly<Record<Role, number>> = { none: 0, visitor: 1, participant: 2, moderator: 3 };

export const roleMay = (role: Role, what: RolePrivilege): boolean => byRole[what][roleColumns[role]] ?? false;

export const affiliationMay = (affiliation: Affiliation, what: AffiliationPrivilege): boolean =>
  byAffiliation[what][ranks[affiliation]] ?? false;

/** §5.1.2: the role that who enters begins with; `none` may not enter. */
export function firstRole(
  affiliation: Affiliation,
  { moderated, membersOnly }: Pick<RoomConfig, 'moderated' | 'membersOnly'>,
): Role {
  switch (affiliation) {
    case 'owner':
    case 'admin':
      return 'moderator';
    case 'member':
      return 'participant';
    case 'none':
      return membersOnly ? 'none' : moderated ? 'visitor' : 'participant';
    case 'outcast':
      return 'none';
  }
}

/** The answer to who wants to change something: conditions of errors (RFC 6120 §8.3.3). */
export type Verdict = 'yes' | 'forbidden' | 'not-allowed';

export interface Standing {
  readonly role: Role;
  readonly affiliation: Affiliation;
}

/** §8.2-§8.4, §9.6, §9.7: may somebody give an occupant another role? `none` is a kick. */
export function mayChangeRole(actor: Standing, target: Standing, to: Role): Verdict {
  const governs = affiliationMay(actor.affiliation, 'editModeratorList');
  if (!governs && !roleMay(actor.role, 'kick')) return 'forbidden';
  if (target.role === to) return 'yes';
  if (to === 'none') return ranks[target.affiliation] > ranks[actor.affiliation] ? 'not-allowed' : 'yes';
  if (to === 'moderator') return governs ? 'yes' : 'forbidden';
  // Admins and owners are moderators for as long as they are there.
  if (ranks[target.affiliation] >= ranks.admin) return 'not-allowed';
  return target.role === 'moderator' && !governs ? 'forbidden' : 'yes';
}

/** §9.1-§9.5, §10.3-§10.8: may somebody give a person another affiliation? */
export function mayChangeAffiliation(actor: Affiliation, from: Affiliation, to: Affiliation): Verdict {
  if (actor === 'owner') return 'yes';
  if (actor !== 'admin') return 'forbidden';
  if (from === to) return 'yes';
  if (ranks[from] >= ranks.admin) return 'not-allowed';
  return ranks[to] >= ranks.admin ? 'forbidden' : 'yes';
}

/** §5.1.3: the role of an occupant whose affiliation changes; `none`: it has to go. */
export function roleAfter(
  role: Role,
  from: Affiliation,
  to: Affiliation,
  config: Pick<RoomConfig, 'moderated' | 'membersOnly'>,
): Role {
  const first = firstRole(to, config);
  if (first === 'none' || first === 'moderator') return first;
  // Whoever governed no longer does; whoever has become a member may speak.
  if (ranks[from] >= ranks.admin && role === 'moderator') return first;
  return to === 'member' && role === 'visitor' ? 'participant' : role;
}

/** §7.5: may this role speak to somebody alone? To a moderator everybody may. */
export function mayWhisper(role: Role, to: Role, rule: RoomConfig['privateMessages']): boolean {
  switch (rule) {
    case 'anyone':
      return role !== 'none';
    case 'participants':
      return role === 'participant' || role === 'moderator' || (role === 'visitor' && to === 'moderator');
    case 'moderators':
      return role === 'moderator' || (role !== 'none' && to === 'moderator');
    case 'none':
      return false;
  }
}

/** §8.1 */
export const mayChangeSubject = (role: Role, { allowSubjectChange }: RoomConfig): boolean =>
  role === 'moderator' || (role === 'participant' && allowSubjectChange);

/** §7.8.2: into a room for members alone, who invites makes members. */
export const mayInvite = ({ role, affiliation }: Standing, config: RoomConfig): boolean =>
  affiliationMay(affiliation, 'inviteToMembersOnly') ||
  (roleMay(role, 'invite') && (config.allowInvites || !config.membersOnly));
