import { StoreError } from '../../base/index.ts';
import { childOf, type Element, element } from '../../formats/stanza/index.ts';
import { type Filled, filledIn, formElement } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { setAffiliations } from './admin.ts';
import { type Asker, askerOf, type RoomPart, type RoomRequest } from './asked.ts';
import { demandNick } from './enter.ts';
import { mucRegisterForm, registerNs } from './names.ts';
import { affiliationMay } from './rights.ts';

/**
 * XEP-0045 §7.10: who stands to the room reserves a nick. Others become members by it where everybody may speak anyway; a
 * room that asks who comes in, or who speaks, or that follows a list, is not joined so.
 */
function demandRegistrant({ room: { config, row } }: RoomRequest, { affiliation }: Asker): void {
  if (affiliationMay(affiliation, 'enterMembersOnly')) return;
  const isOpen = !config.membersOnly && !config.moderated && config.password === '' && row.binding === null;
  if (!affiliationMay(affiliation, 'register') || !isOpen)
    throw new StanzaError('not-allowed', { text: 'ask an owner of the room' });
}

const nickField = 'muc#register_roomnick';

function form(request: RoomRequest): Element {
  const { room, asker } = request;
  const nick = room.members.get(asker.bare)?.nick ?? '';
  // §7.10: who is registered is told as what.
  if (nick !== '')
    return element(
      'query',
      registerNs,
      {},
      element('registered', registerNs),
      element('username', registerNs, {}, nick),
    );
  demandRegistrant(request, asker);
  const asked = formElement({
    ...{ type: 'form', of: mucRegisterForm, title: 'A nick of one’s own' },
    fields: [{ name: nickField, type: 'text-single', label: 'Nick', values: [], isRequired: true }],
  });
  return element('query', registerNs, {}, asked);
}

function demandFilled(payload: Element): string {
  const filled: Filled | undefined = filledIn(payload, mucRegisterForm);
  const [nick = ''] = filled?.get(nickField) ?? [];
  if (nick === '') throw new StanzaError('bad-request', { text: 'a nick is missing' });
  return nick;
}

function register(request: RoomRequest): Promise<null> {
  const { room, payload, stanza, session } = request;
  return room.inTurn(async () => {
    const asker = askerOf(request);
    const member = room.members.get(asker.bare);
    const account = session?.home.account ?? 0;
    const who = { jid: asker.bare, account };
    if (childOf(payload, 'remove') !== undefined) {
      if (member === undefined) throw new StanzaError('registration-required');
      const isOwn = member.affiliation === 'member' && room.row.binding === null;
      await setAffiliations(room, [isOwn ? { ...who, affiliation: null } : { ...who, nick: '' }]);
      return null;
    }
    demandRegistrant(request, asker);
    const nick = demandFilled(payload);
    demandNick(room, stanza.from, nick);
    await setAffiliations(room, [
      { ...who, nick, ...(member ? {} : { affiliation: 'member' as const }) },
    ]).catch((error: unknown) => {
      if (error instanceof StoreError && error.reason === 'exists') throw new StanzaError('conflict');
      throw error;
    });
    return null;
  });
}

export const registering: RoomPart = {
  features: () => [registerNs],
  handlers: [
    { name: 'query', ns: registerNs, type: 'get', who: 'anyone', run: form },
    { name: 'query', ns: registerNs, type: 'set', who: 'anyone', run: register },
  ],
};
