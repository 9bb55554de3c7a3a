import { jidText } from '../../formats/jid/index.ts';
import { childOf, type Element, elementsOf } from '../../formats/stanza/index.ts';
import type { NewRow } from '../../stores/conversations/index.ts';
import {
  idOf,
  keepingOf,
  messageOf,
  retractNs,
  rowOf,
  stanzaIdElement,
  tombstoneOf,
} from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { type Stanza, stanzaText } from '../stanza.ts';
import { subjectOf } from './history.ts';
import { type Seat, sayable } from './occupants.ts';
import { mayChangeSubject, roleMay } from './rights.ts';
import type { Room } from './room.ts';

/** What everybody is sent of a message: from the nick, with the id that who sent it knows it by. */
function heard(room: Room, { occupant }: Seat, { element: of }: Stanza): Element {
  const { id, 'xml:lang': lang } = of.attributes;
  const children = [...sayable(of, room.text), occupant.id];
  const attributes = { type: 'groupchat', from: jidText(occupant.jid), id, 'xml:lang': lang };
  return { name: 'message', ns: clientNs, attributes, children };
}

/** XEP-0313 on rooms: whose it was is kept beside it. Null: it is not kept. */
export function roomRow(
  room: Room,
  said: Element,
  sender: { readonly bare: string; readonly nick: string },
): NewRow | null {
  if (!room.config.archive || keepingOf('chat', said.children) !== 'archive') return null;
  const stanza: Stanza = { kind: 'message', type: 'groupchat', element: said, from: room.jid, to: room.jid };
  const row = rowOf(room.row.id, 'in', stanza, room.chat.clock.nowMs());
  const occupantId = [...elementsOf(said)].find(({ name }) => name === 'occupant-id')?.attributes.id ?? null;
  return { ...row, kind: 'room', peer: sender.bare, resource: sender.nick, occupantId };
}

/** What is told later to who enters: words, not signs that somebody writes. */
const isTold = ({ children }: Element): boolean =>
  children.some((child) => typeof child !== 'string' && child.ns === clientNs && child.name === 'body');

interface Saying {
  /** Done once everybody has heard it. */
  readonly after?: () => void;
  /** It could not be kept, and nobody has heard it. */
  readonly failed: (error: unknown) => void;
}

/** Everybody who is there hears it once it is kept. */
export function say(
  room: Room,
  said: Element,
  row: NewRow | null,
  { after, failed }: Partial<Saying> = {},
): void {
  const { audience } = room;
  const atMs = row?.atMs ?? room.chat.clock.nowMs();
  const from = room.jid;
  room.submit(
    (id) => {
      const stamped =
        id === 0 ? said : { ...said, children: [stanzaIdElement(room.text, id), ...said.children] };
      if (isTold(said)) room.history.add({ id, atMs, element: stamped }, room.historyMax);
      room.spread(audience, 'message', stamped, from);
      after?.();
    },
    row,
    failed,
  );
}

/** XEP-0045 §7.4, §8.1. Throws StanzaError. */
export function talk(room: Room, seat: Seat, stanza: Stanza): Promise<void> | void {
  const { occupant } = seat;
  room.demandPace(occupant.bare, 'messages');
  const subject = subjectOf(stanza.element);
  if (subject !== null) return setSubject(room, seat, stanza, subject);
  if (!roleMay(occupant.role, 'sendMessages'))
    throw new StanzaError('forbidden', { text: 'visitors do not speak here' });
  // §10.1: in a locked room is its owner alone; one that speaks takes it as it is, and its program may never say so.
  room.isLocked = false;
  const said = heard(room, seat, stanza);
  say(room, said, roomRow(room, said, occupant), {
    after: () => retract(room, occupant.bare, said),
    failed: (error) => room.chat.router.bounce(stanza, error),
  });
}

async function setSubject(room: Room, seat: Seat, stanza: Stanza, text: string): Promise<void> {
  const { occupant } = seat;
  if (!mayChangeSubject(occupant.role, room.config)) throw new StanzaError('forbidden');
  await room.inTurn(async () => {
    room.row = await room.chat.store.rooms.update(room.row.id, { subject: { text, by: occupant.nick } });
    const said = heard(room, seat, stanza);
    say(room, said, roomRow(room, said, occupant), {
      failed: (error) => room.chat.router.bounce(stanza, error),
    });
  });
}

/** XEP-0424 §5: who has said it takes it back, under whatever nick; those who come later read that something was there. */
function retract(room: Room, bare: string, said: Element): void {
  const id = idOf(childOf(said, 'retract', retractNs)?.attributes.id ?? '');
  if (id === null || !room.config.archive) return;
  const atMs = room.chat.clock.nowMs();
  const work = redact(room, id, { id: said.attributes.id, atMs }, (peer) => peer === bare);
  room.chat.commits.behind(
    work.then(
      () => undefined,
      (error: unknown) => room.chat.log.error('a message was not taken back', { error }),
    ),
  );
}

/** A tombstone in its place, in the archive and in what is told; false where there is nothing to take back. */
export async function redact(
  room: Room,
  id: number,
  of: Parameters<typeof tombstoneOf>[1],
  mayTake: (peer: string) => boolean = () => true,
): Promise<boolean> {
  const { archive } = room.chat.store;
  const key = { kind: 'room', owner: room.row.id } as const;
  const row = await archive.find(key, id);
  if (row === null || row.redacted || !mayTake(row.peer)) return false;
  const tombstone = tombstoneOf(messageOf(row.stanza), of);
  await archive.redact(key, id, stanzaText(tombstone));
  room.history.replace(id, {
    ...tombstone,
    children: [stanzaIdElement(room.text, id), ...tombstone.children],
  });
  return true;
}

/** What was said before the room was loaded. */
export async function recall(room: Room): Promise<void> {
  const { historyMax, chat } = room;
  if (historyMax === 0 || !room.config.archive) return;
  const key = { kind: 'room', owner: room.row.id } as const;
  const { rows } = await chat.store.archive.query({ ...key, before: 'end', max: historyMax });
  for (const { id, atMs, stanza } of rows) {
    const said = messageOf(stanza);
    const element = { ...said, children: [stanzaIdElement(room.text, id), ...said.children] };
    if (isTold(said)) room.history.add({ id, atMs, element }, historyMax);
  }
}
