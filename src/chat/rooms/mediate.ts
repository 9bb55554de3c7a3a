import { bareText, type Jid } from '../../formats/jid/index.ts';
import { childOf, childrenOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { mucUserNs } from '../archive/index.ts';
import { filledIn, formElement, formsNs } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import type { Flow } from '../routing/flow.ts';
import { addressed, type Stanza, tryJid } from '../stanza.ts';
import { setAffiliations } from './admin.ts';
import { setRole } from './leave.ts';
import { directInviteNs, mucRequestForm } from './names.ts';
import type { Seat } from './occupants.ts';
import { affiliationMay, mayInvite, roleMay } from './rights.ts';
import type { Room } from './room.ts';

/**
 * A message to a room that is not for everybody in it: invitations, refusals of them, requests for voice. False where it
 * is none of these. Throws StanzaError.
 */
export function mediate(
  room: Room,
  stanza: Stanza,
  seat: Seat | null,
  flow: Flow,
): Promise<void> | void | false {
  if (stanza.to.resource !== '' || (stanza.type !== '' && stanza.type !== 'normal')) return false;
  const x = childOf(stanza.element, 'x', mucUserNs);
  const declined = x && childOf(x, 'decline');
  if (declined !== undefined) return decline(room, stanza, declined, flow);
  if (seat === null) return false;
  const invites = x === undefined ? [] : childrenOf(x, 'invite');
  if (invites.length > 0) return invite(room, stanza, seat, invites, flow);
  const form = childOf(stanza.element, 'x', formsNs);
  if (form === undefined) return false;
  const filled = filledIn(stanza.element, mucRequestForm);
  return filled === undefined ? false : voice(room, seat, filled);
}

/** XEP-0045 §7.8.2. Throws StanzaError. */
async function invite(
  room: Room,
  { from }: Stanza,
  seat: Seat,
  invites: readonly Element[],
  flow: Flow,
): Promise<void> {
  room.demandPace(seat.occupant.bare, 'messages');
  if (!mayInvite(room.standing(seat), room.config)) throw new StanzaError('forbidden');
  const { invitesPerMessageMax } = room.limits;
  if (invites.length > invitesPerMessageMax)
    throw new StanzaError('policy-violation', {
      text: `at most ${invitesPerMessageMax} are invited at once`,
    });
  const invited = invites.map((each) => {
    const jid = tryJid(each.attributes.to);
    if (jid === null) throw new StanzaError('jid-malformed', { text: 'who is invited has an address' });
    // A whole server is let in by those alone who edit the list of members.
    if (jid.local === '')
      throw new StanzaError('not-acceptable', { text: 'people are invited, not servers' });
    return { jid, each };
  });
  const { router } = room.chat;
  await letIn(
    room,
    seat,
    invited.map(({ jid }) => jid),
  );
  for (const { jid, each } of invited) {
    const reason = textOf(childOf(each, 'reason'));
    const message = invitation(room, bareText(from), reason, childOf(each, 'continue'));
    await router.carry(addressed(message, room.jid, jid), flow);
  }
}

/** §7.8.2: whoever is invited may come in; judged in the room's turn, as all stand to it then. Throws StanzaError. */
async function letIn(room: Room, seat: Seat, invited: readonly Jid[]): Promise<void> {
  if (!room.config.membersOnly) return;
  const { homes } = room.chat;
  const wished = await Promise.all(
    invited.map(async (jid) => {
      const home = homes.isLocal(jid.domain) ? await homes.find(jid) : null;
      const change = { jid: bareText(jid), account: home?.account ?? 0, affiliation: 'member' as const };
      return { jid, change };
    }),
  );
  await room.inTurn(async () => {
    if (!mayInvite(room.standing(seat), room.config) || room.seats.get(seat.text) !== seat)
      throw new StanzaError('forbidden');
    const strangers = wished.filter(({ jid }) => room.affiliationOf(jid) === 'none');
    const changes = strangers.map(({ change }) => change);
    if (changes.length > 0) await setAffiliations(room, changes, seat.occupant.nick);
  });
}

function invitation(room: Room, from: string, reason: string, goesOn: Element | undefined): Element {
  const { password } = room.config;
  const why = reason === '' ? null : element('reason', mucUserNs, {}, reason);
  const thread = goesOn?.attributes.thread;
  return element(
    'message',
    clientNs,
    {},
    element(
      'x',
      mucUserNs,
      {},
      element('invite', mucUserNs, { from }, why, goesOn ? element('continue', mucUserNs, { thread }) : null),
      password === '' ? null : element('password', mucUserNs, {}, password),
    ),
    // XEP-0249, for who knows that one alone.
    element('x', directInviteNs, {
      ...{ jid: room.text, reason: reason === '' ? undefined : reason },
      password: password === '' ? undefined : password,
    }),
  );
}

/** §7.8.2: the refusal goes to who invited, where that is somebody in the room; whether it is, nobody outside learns. */
async function decline(room: Room, { from }: Stanza, declined: Element, flow: Flow): Promise<void> {
  const jid = tryJid(declined.attributes.to);
  if (jid === null) throw new StanzaError('jid-malformed');
  room.demandPace(bareText(from), 'messages');
  const inviter = room.occupantOf(bareText(jid));
  if (inviter === undefined || !affiliationMay(room.affiliationOf(from), 'enter')) return;
  const reason = textOf(childOf(declined, 'reason'));
  const why = reason === '' ? null : element('reason', mucUserNs, {}, reason);
  const x = element('x', mucUserNs, {}, element('decline', mucUserNs, { from: bareText(from) }, why));
  const message = element('message', clientNs, {}, x);
  for (const seat of inviter.seats.values())
    await room.chat.router.carry(addressed(message, room.jid, seat.jid), flow);
}

/** §7.13, §8.6 */
async function voice(
  room: Room,
  seat: Seat,
  filled: NonNullable<ReturnType<typeof filledIn>>,
): Promise<void> {
  const { occupant } = seat;
  room.demandPace(occupant.bare, 'messages');
  const isAnswer = filled.has('muc#request_allow') && roleMay(occupant.role, 'grantVoice');
  if (isAnswer) return grant(room, seat, filled);
  if (occupant.role !== 'visitor')
    throw new StanzaError('not-allowed', { text: 'who may speak need not ask' });
  const form = formElement({
    ...{ type: 'form', of: mucRequestForm, title: 'Voice request' },
    instructions: 'Somebody asks to speak.',
    fields: [
      {
        name: 'muc#role',
        type: 'list-single',
        label: 'Role',
        values: ['participant'],
        options: [{ value: 'participant' }],
      },
      { name: 'muc#jid', type: 'jid-single', label: 'Address', values: [seat.text] },
      { name: 'muc#roomnick', type: 'text-single', label: 'Nick', values: [occupant.nick] },
      { name: 'muc#request_allow', type: 'boolean', label: 'May speak', values: ['0'] },
    ],
  });
  const message = element('message', clientNs, { from: room.text }, form);
  const moderators = room.audience.filter((each) => each.occupant.role === 'moderator');
  room.submit(() => room.spread(moderators, 'message', message, room.jid));
}

function grant(room: Room, seat: Seat, filled: NonNullable<ReturnType<typeof filledIn>>): void {
  const [allowed] = filled.get('muc#request_allow') ?? [];
  const [nick = ''] = filled.get('muc#roomnick') ?? [];
  if (allowed !== '1' && allowed !== 'true') return;
  const asking = room.occupant(nick);
  if (asking === undefined) throw new StanzaError('item-not-found');
  if (asking.role === 'visitor') setRole(room, asking, 'participant', { actor: seat.occupant.nick });
}
