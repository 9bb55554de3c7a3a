import { jidText } from '../../formats/jid/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import type { RoomConfig } from '../../stores/conversations/index.ts';
import { mucUserNs } from '../archive/index.ts';
import { formElement, formsNs, readForm } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { tryJid } from '../stanza.ts';
import { setAffiliations } from './admin.ts';
import { askerOf, type RoomRequest } from './asked.ts';
import { changeCodes, configForm, configOf } from './config.ts';
import { governorChanges, governorFields } from './governors.ts';
import { mayStay, removeOccupant } from './leave.ts';
import { mucConfigForm, mucOwnerNs } from './names.ts';
import { announcement, changed, statusElement } from './presences.ts';
import { affiliationMay } from './rights.ts';
import type { Room } from './room.ts';

/** XEP-0045 §10.2 */
export const configuration = ({ room }: RoomRequest): Element =>
  element('query', mucOwnerNs, {}, formElement(configForm(room.config, room.text, governorFields(room))));

/** §10.1.2, §10.2, §10.9. Throws StanzaError, StoreError. */
export async function configure(request: RoomRequest): Promise<null> {
  const { room, payload } = request;
  const destroy = childOf(payload, 'destroy');
  return room.inTurn(async () => {
    if (!affiliationMay(askerOf(request).affiliation, 'configure')) throw new StanzaError('forbidden');
    if (destroy !== undefined) return demolish(request, destroy);
    const form = childOf(payload, 'x', formsNs);
    if (form === undefined) throw new StanzaError('bad-request', { text: 'a form is missing' });
    if (form.attributes.type === 'cancel') return cancel(request);
    if (form.attributes.type !== 'submit')
      throw new StanzaError('bad-request', { text: 'a form is submitted' });
    const filled = readForm(form);
    const [said = mucConfigForm] = filled.get('FORM_TYPE') ?? [];
    if (said !== mucConfigForm)
      throw new StanzaError('bad-request', { text: `a form of '${mucConfigForm}' is taken` });
    // §10.1.2: a form without fields is an instant room, which whoever may enter it may find (§6.3).
    const isInstant = room.isLocked && [...filled.keys()].every((name) => name === 'FORM_TYPE');
    const config = configOf(room.config, filled);
    const governors = await governorChanges(room, filled);
    const actor = room.seats.get(askerOf(request).text)?.occupant.nick;
    if (governors.length > 0) await setAffiliations(room, governors, actor);
    await reconfigure(room, isInstant ? { ...config, public: true } : config);
    room.isLocked = false;
    return null;
  });
}

/** In its turn: kept, then told (§10.2.1). */
export async function reconfigure(room: Room, config: RoomConfig): Promise<void> {
  const before = room.config;
  const codes = changeCodes(before, config);
  if (codes.length === 0) return;
  room.row = await room.chat.store.rooms.update(room.row.id, { config });
  room.history.trim(room.historyMax);
  if (before.whois !== config.whois) for (const occupant of room.occupants.values()) changed(occupant);
  if (!room.isLocked) tellChanged(room, codes);
  if (!before.membersOnly && config.membersOnly) expelStrangers(room);
}

export function tellChanged(room: Room, codes: readonly number[]): void {
  const { audience } = room;
  const x = element('x', mucUserNs, {}, ...codes.map(statusElement));
  const message = element('message', clientNs, { type: 'groupchat', from: room.text }, x);
  room.submit(() => room.spread(audience, 'message', message, room.jid));
}

/** §10.2.1: who is no member of a room for members alone goes. */
function expelStrangers(room: Room): void {
  for (const occupant of [...room.occupants.values()])
    if (!mayStay(room, occupant)) removeOccupant(room, occupant, { codes: [322] });
}

/** §10.1.3: a room that was never configured is not there. */
async function cancel({ rooms, room }: RoomRequest): Promise<null> {
  if (room.isLocked)
    await tearDown(room, { reason: '', alternate: '', password: '', keep: false }, () =>
      rooms.forgotten(room),
    );
  return null;
}

async function demolish({ rooms, room }: RoomRequest, destroy: Element): Promise<null> {
  const alternate = destroy.attributes.jid ?? '';
  const jid = alternate === '' ? null : tryJid(alternate);
  if (alternate !== '' && jid === null) throw new StanzaError('jid-malformed');
  const reason = textOf(childOf(destroy, 'reason'));
  const password = textOf(childOf(destroy, 'password'));
  const where = jid === null ? '' : jidText(jid);
  const tombstone = { reason, alternate: where, password, keep: room.config.persistent };
  await tearDown(room, tombstone, () => rooms.forgotten(room));
  return null;
}

/** §10.9: the room is no more, and everybody is told why, and where they may go. In its turn. */
export async function tearDown(
  room: Room,
  {
    reason,
    alternate,
    password,
    keep,
  }: {
    readonly reason: string;
    readonly alternate: string;
    readonly password: string;
    readonly keep: boolean;
  },
  forgotten: () => void,
): Promise<void> {
  const { rooms, archive } = room.chat.store;
  const { id } = room.row;
  await rooms.destroy(id, keep ? { reason, alternate } : null);
  room.isGone = true;
  const why = reason === '' ? null : element('reason', mucUserNs, {}, reason);
  // Whoever asks later is told where to go, but no password (§10.9).
  const key = password === '' ? null : element('password', mucUserNs, {}, password);
  const to = alternate === '' ? undefined : alternate;
  const destroyed = element('destroy', mucUserNs, { jid: to }, key, why);
  for (const occupant of [...room.occupants.values()]) {
    const own = [...occupant.seats.values()];
    // Everybody is told of nobody else's end.
    const told = announcement(room, own, occupant, {
      ...{ type: 'unavailable', role: 'none', affiliation: 'none', children: [], destroy: destroyed },
    });
    room.occupants.delete(occupant.key);
    for (const seat of own) room.removeSeat(seat);
    room.submit(told);
  }
  forgotten();
  await room.settled();
  await archive.erase({ kind: 'room', owner: id });
}
