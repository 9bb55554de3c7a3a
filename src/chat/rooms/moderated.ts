import { randomToken } from '../../base/index.ts';
import { jidText } from '../../formats/jid/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { idOf, retractNs } from '../archive/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { askerOf, type RoomPart, type RoomRequest } from './asked.ts';
import { affiliationMay, roleMay } from './rights.ts';
import { redact, roomRow, say } from './talk.ts';

const moderateNs = 'urn:xmpp:message-moderate:1';
const messageIdBits = 80;

/** XEP-0425 §4: a moderator takes back what somebody has said; the room tells it, so that nobody can pretend it. */
function moderate(request: RoomRequest): Promise<null> {
  const { room, payload } = request;
  return room.inTurn(async () => {
    const { role, affiliation, bare, text } = askerOf(request);
    if (!roleMay(role, 'moderateMessages') && !affiliationMay(affiliation, 'editModeratorList'))
      throw new StanzaError('forbidden', { text: 'messages are taken back by moderators' });
    if (childOf(payload, 'retract', retractNs) === undefined)
      throw new StanzaError('feature-not-implemented', { text: 'messages are retracted, and nothing else' });
    const id = idOf(payload.attributes.id ?? '');
    if (id === null) throw new StanzaError('item-not-found', { text: 'there is no such message' });
    const occupant = room.seats.get(text)?.occupant;
    const by = occupant === undefined ? room.text : jidText(occupant.jid);
    const moderated = element('moderated', moderateNs, { by }, occupant?.id ?? null);
    const why = textOf(childOf(payload, 'reason'));
    const more = why === '' ? [moderated] : [moderated, element('reason', retractNs, {}, why)];
    const messageId = randomToken(messageIdBits);
    const atMs = room.chat.clock.nowMs();
    await room.settled();
    if (!(await redact(room, id, { id: messageId, atMs, more })))
      throw new StanzaError('item-not-found', { text: 'there is no such message' });
    const said = retraction(room.text, messageId, String(id), more);
    say(room, said, roomRow(room, said, { bare, nick: occupant?.nick ?? '' }));
    return null;
  });
}

const retraction = (from: string, id: string, of: string, more: readonly Element[]): Element =>
  element(
    'message',
    clientNs,
    { type: 'groupchat', from, id },
    element('retract', retractNs, { id: of }, ...more),
  );

/** Message Moderation. */
export const moderated: RoomPart = {
  xep: '0425',
  name: 'Message Moderation',
  version: '0.3.0',
  features: ({ archive }) => (archive ? [moderateNs, retractNs, `${retractNs}#tombstone`] : []),
  handlers: [{ name: 'moderate', ns: moderateNs, type: 'set', who: 'insiders', run: moderate }],
};
