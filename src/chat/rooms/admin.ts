import { StoreError } from '../../base/index.ts';
import { bareText, type Jid } from '../../formats/jid/index.ts';
import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import type { RoomAffiliationChange, RoomMember } from '../../stores/conversations/index.ts';
import { mucUserNs } from '../archive/index.ts';
import { pageAsked, pageElement } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { addressed, tryJid } from '../stanza.ts';
import { type Asker, askerOf, type RoomRequest } from './asked.ts';
import { removeOccupant, setRole } from './leave.ts';
import { mucAdminNs } from './names.ts';
import type { Occupant } from './occupants.ts';
import { announcement, changed, seesJids, statusElement } from './presences.ts';
import {
  type Affiliation,
  affiliationMay,
  affiliations,
  mayChangeAffiliation,
  mayChangeRole,
  type Role,
  roleAfter,
  roleMay,
  roles,
  type Standing,
  type Verdict,
} from './rights.ts';
import type { Room } from './room.ts';

const isRole = (text: string | undefined): text is Role => roles.some((role) => role === text);
const isAffiliation = (text: string | undefined): text is Affiliation =>
  affiliations.some((affiliation) => affiliation === text);

function demandVerdict(verdict: Verdict): void {
  if (verdict !== 'yes') throw new StanzaError(verdict);
}

/** XEP-0045 §9: a list of who has a role or an affiliation. Throws StanzaError. */
export function list(request: RoomRequest): Element {
  const { room, payload, asker } = request;
  const [item] = childrenOf(payload, 'item');
  const { role, affiliation } = item?.attributes ?? {};
  if (isAffiliation(affiliation)) return listAffiliation(request, affiliation);
  if (!isRole(role))
    throw new StanzaError('bad-request', { text: 'a list is of a role or of an affiliation' });
  if (!affiliationMay(asker.affiliation, 'editModeratorList') && !roleMay(asker.role, 'kick'))
    throw new StanzaError('forbidden');
  const those = [...room.occupants.values()].filter((occupant) => occupant.role === role);
  return element('query', mucAdminNs, {}, ...those.map((occupant) => occupantItem(room, occupant)));
}

const occupantItem = (room: Room, { nick, role, shown }: Occupant): Element =>
  element('item', mucAdminNs, {
    ...{ affiliation: room.affiliationOf(shown.jid), role, nick },
    jid: shown.text,
  });

/** §9.5: members see who the others are where they may see it anyway. */
function mayList(room: Room, { affiliation: own, role }: Standing, of: Affiliation): boolean {
  if (affiliationMay(own, 'editMemberList')) return true;
  if (of === 'outcast' || of === 'none') return false;
  const isKnown = room.config.whois === 'anyone' && affiliationMay(own, 'seeMemberList');
  return roleMay(role, 'seeRealJids') || isKnown;
}

/** In pages where it is long (XEP-0059): a stanza is no place for a whole co-op. */
function listAffiliation({ room, asker, payload }: RoomRequest, of: Affiliation): Element {
  if (!mayList(room, asker, of)) throw new StanzaError('forbidden');
  const all = [...room.members.values()].filter(({ affiliation }) => affiliation === of);
  const { max, after } = pageAsked(payload);
  const from = after === undefined ? 0 : all.findIndex(({ jid }) => jid === after) + 1;
  if (after !== undefined && from === 0) throw new StanzaError('item-not-found');
  const { listedPeopleMax } = room.limits;
  const page = all.slice(from, from + Math.min(max ?? listedPeopleMax, listedPeopleMax));
  const items = page.map(({ jid, affiliation, nick, reason }) => {
    const why = reason === '' ? null : element('reason', mucAdminNs, {}, reason);
    return element('item', mucAdminNs, { affiliation, jid, nick: nick === '' ? undefined : nick }, why);
  });
  const ends = { first: page[0]?.jid, last: page.at(-1)?.jid, firstIndex: from, count: all.length };
  const isWhole = page.length === all.length && max === null;
  return element('query', mucAdminNs, {}, ...items, isWhole ? null : pageElement(ends));
}

interface RoleChange {
  readonly occupant: Occupant;
  readonly role: Role;
  readonly reason: string;
}

interface Wish {
  readonly roles: readonly RoleChange[];
  readonly affiliations: readonly { readonly jid: Jid; readonly change: RoomAffiliationChange }[];
}

/** §9: what is to be changed; all of it may be, or nothing is. Throws StanzaError. */
async function wishOf({ room, payload, asker }: RoomRequest): Promise<Wish> {
  const items = childrenOf(payload, 'item');
  if (items.length === 0) throw new StanzaError('bad-request', { text: 'nothing is to be changed' });
  const { itemsPerCallMax } = room.limits;
  if (items.length > itemsPerCallMax)
    throw new StanzaError('policy-violation', {
      text: `at most ${itemsPerCallMax} items are changed at once`,
    });
  const wishes: Wish = { roles: [], affiliations: [] };
  const [roleChanges, affiliationChanges] = [[...wishes.roles], [...wishes.affiliations]];
  for (const item of items) {
    const { role, affiliation } = item.attributes;
    if (isAffiliation(affiliation))
      affiliationChanges.push(await affiliationWish(room, asker, item, affiliation));
    else if (isRole(role)) roleChanges.push(...roleWish(room, asker, item, role));
    else throw new StanzaError('bad-request', { text: 'an item names a role or an affiliation' });
  }
  return { roles: roleChanges, affiliations: affiliationChanges };
}

const reasonOf = (item: Element): string => textOf(childOf(item, 'reason'));

function roleWish(room: Room, asker: Asker, item: Element, role: Role): readonly RoleChange[] {
  const { nick = '', jid } = item.attributes;
  const found = nick === '' ? room.seats.get(jid ?? '')?.occupant : room.occupant(nick);
  if (found === undefined) throw new StanzaError('item-not-found', { text: 'nobody here is called so' });
  const target: Standing = { role: found.role, affiliation: room.affiliationOf(found.shown.jid) };
  demandVerdict(mayChangeRole(asker, target, role));
  return [{ occupant: found, role, reason: reasonOf(item) }];
}

async function affiliationWish(room: Room, asker: Asker, item: Element, affiliation: Affiliation) {
  const { nick, jid: text } = item.attributes;
  const byNick = nick === undefined ? undefined : room.occupant(nick)?.shown.jid;
  const named = text === undefined ? byNick : tryJid(text);
  if (named === undefined) throw new StanzaError('item-not-found', { text: 'nobody is named' });
  if (named === null) throw new StanzaError('jid-malformed');
  const jid = { ...named, resource: '' };
  const bare = bareText(jid);
  // §9.1: nobody bans themselves.
  const isOwnBan = bare === asker.bare && affiliation === 'outcast';
  if (isOwnBan && affiliationMay(asker.affiliation, 'ban')) throw new StanzaError('conflict');
  demandVerdict(mayChangeAffiliation(asker.affiliation, room.affiliationOf(jid), affiliation));
  const { homes } = room.chat;
  const home = jid.local !== '' && homes.isLocal(jid.domain) ? await homes.find(jid) : null;
  const reserved = text !== undefined && nick !== undefined ? { nick } : {};
  const change: RoomAffiliationChange = {
    ...{ jid: bare, account: home?.account ?? 0, reason: reasonOf(item), ...reserved },
    affiliation: affiliation === 'none' ? null : affiliation,
  };
  return { jid, change };
}

/** §8.2-§8.4, §9, §10.3-§10.8. Throws StanzaError, StoreError. */
export async function change(request: RoomRequest): Promise<null> {
  const { room } = request;
  return room.inTurn(async () => {
    const asker = askerOf(request);
    const wish = await wishOf({ ...request, asker });
    const actor = room.seats.get(asker.text)?.occupant.nick;
    if (wish.affiliations.length > 0)
      await setAffiliations(
        room,
        wish.affiliations.map((each) => each.change),
        actor,
      );
    for (const { occupant, role, reason } of wish.roles) {
      // It may have gone with the affiliation.
      if (room.occupants.get(occupant.key) !== occupant || occupant.role === role) continue;
      const by = { reason, ...(actor === undefined ? {} : { actor }) };
      setRole(room, occupant, role, role === 'none' ? { ...by, codes: [307] } : by);
    }
    return null;
  });
}

/**
 * Changes of who stands how to the room, in its turn: kept, then told; those who may not be there any more go.
 * `tells`: those who are away as well, and those who are there of them. Throws StanzaError `conflict` where nobody would own it, StoreError.
 */
export async function setAffiliations(
  room: Room,
  changes: readonly RoomAffiliationChange[],
  actor?: string,
  tells = true,
): Promise<void> {
  const { changed: done } = await room.chat.store.rooms
    .setAffiliations(room.row.id, changes)
    .catch((error: unknown) => {
      // §10.5: the last owner stays.
      if (error instanceof StoreError && error.reason === 'conflict')
        throw new StanzaError('conflict', { text: error.message });
      throw error;
    });
  for (const { jid, before, after } of done) {
    room.setMember(jid, after);
    if (after !== null && after.nick !== '' && after.nick !== before?.nick) vacate(room, after, actor);
    const from: Affiliation = before?.affiliation ?? 'none';
    const to: Affiliation = after?.affiliation ?? 'none';
    if (from === to) continue;
    const reason = changes.find((each) => each.jid === jid)?.reason ?? '';
    const there = [...room.occupants.values()].filter(({ bare }) => bare === jid || bare.endsWith(`@${jid}`));
    for (const occupant of there) affect(room, occupant, from, { actor, reason });
    if (!tells || there.length > 0) continue;
    if (jid.includes('@')) tellAbsent(room, jid, to);
    if (done.length <= room.limits.absentToldMax) tellPresent(room, jid, to, { actor, reason });
  }
}

/** A nick is somebody's from now on: who is there under it goes, unless they govern the room (§7.2.8). */
function vacate(room: Room, { jid, nick }: RoomMember, actor: string | undefined): void {
  const holder = room.occupant(nick);
  if (holder === undefined || holder.bare === jid) return;
  if (affiliationMay(room.affiliationOf(holder.shown.jid), 'ban')) return;
  const by = actor === undefined ? {} : { actor };
  removeOccupant(room, holder, { ...by, reason: 'This nick is kept for somebody else.', codes: [307] });
}

/** Somebody who is there stands otherwise to the room now. */
function affect(
  room: Room,
  occupant: Occupant,
  from: Affiliation,
  { actor, reason }: { readonly actor: string | undefined; readonly reason: string },
): void {
  const to = room.affiliationOf(occupant.shown.jid);
  const role = roleAfter(occupant.role, from, to, room.config);
  const by = { reason, ...(actor === undefined ? {} : { actor }) };
  if (role === 'none') {
    // §9.1, §9.4
    removeOccupant(room, occupant, { ...by, affiliation: to, codes: [to === 'outcast' ? 301 : 321] });
    return;
  }
  if (role !== occupant.role) {
    setRole(room, occupant, role, by);
    return;
  }
  changed(occupant);
  room.submit(announcement(room, room.audience, occupant, by));
}

/** §9.1, §9.3, §9.4: those who may know addresses hear how somebody who is not there stands to the room now. */
function tellPresent(
  room: Room,
  jid: string,
  to: Affiliation,
  { actor, reason }: { readonly actor: string | undefined; readonly reason: string },
): void {
  const audience = room.audience.filter(({ occupant }) => seesJids(room, occupant.role));
  const item = element(
    'item',
    mucUserNs,
    { affiliation: to, jid, role: 'none' },
    actor === undefined ? null : element('actor', mucUserNs, { nick: actor }),
    reason === '' ? null : element('reason', mucUserNs, {}, reason),
  );
  const x = element('x', mucUserNs, {}, item, to === 'outcast' ? statusElement(301) : null);
  const message = element('message', clientNs, { from: room.text }, x);
  room.submit(() => room.spread(audience, 'message', message, room.jid));
}

/** §9.3: whose affiliation has changed while they were not in the room hears of it, where they live here. */
function tellAbsent(room: Room, jid: string, to: Affiliation): void {
  const who = tryJid(jid);
  if (who === null || to === 'outcast' || !room.chat.homes.isLocal(who.domain)) return;
  const item = element('item', mucUserNs, { affiliation: to, jid, role: 'none' });
  const x = element('x', mucUserNs, {}, item, statusElement(101));
  const message = addressed(element('message', clientNs, {}, x), room.jid, who);
  room.submit(() => {
    void room.chat.router.route(message);
  });
}
