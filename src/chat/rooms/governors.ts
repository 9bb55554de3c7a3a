import { bareText } from '../../formats/jid/index.ts';
import type { RoomAffiliationChange, RoomMember } from '../../stores/conversations/index.ts';
import type { Field, Filled } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { tryJid } from '../stanza.ts';
import type { Room } from './room.ts';

type Governor = 'owner' | 'admin';

const names: Readonly<Record<Governor, string>> = {
  owner: 'muc#roomconfig_roomowners',
  admin: 'muc#roomconfig_roomadmins',
};
const labels: Readonly<Record<Governor, string>> = { owner: 'Owners', admin: 'Admins' };

const governorsOf = (room: Room, kind: Governor): readonly RoomMember[] =>
  [...room.members.values()].filter(({ affiliation }) => affiliation === kind);

/** XEP-0045 §15.5.4: who governs the room, as its configuration shows it. More than a list shows are changed by lists alone. */
export function governorFields(room: Room): readonly Field[] {
  const kinds: readonly Governor[] = ['admin', 'owner'];
  const fields = kinds.map((kind): Field => {
    const values = governorsOf(room, kind).map(({ jid }) => jid);
    return { name: names[kind], label: labels[kind], type: 'jid-multi', values };
  });
  return fields.some(({ values }) => values.length > room.limits.itemsPerCallMax) ? [] : fields;
}

/** By bare address; undefined where the field was not filled in. Throws StanzaError. */
function namedIn(filled: Filled, kind: Governor): ReadonlySet<string> | undefined {
  const values = filled.get(names[kind])?.filter((value) => value !== '');
  if (values === undefined) return undefined;
  return new Set(
    values.map((value) => {
      const jid = tryJid(value);
      if (jid === null || jid.local === '')
        throw new StanzaError('not-acceptable', {
          text: `the field '${names[kind]}' has addresses of people`,
        });
      return bareText(jid);
    }),
  );
}

/** §10.2: how others stand to the room once its configuration has said who governs it. Throws StanzaError. */
export async function governorChanges(room: Room, filled: Filled): Promise<readonly RoomAffiliationChange[]> {
  const [owners, admins] = [namedIn(filled, 'owner'), namedIn(filled, 'admin')];
  const wished = new Map<string, Governor | null>();
  const take = (kind: Governor, named: ReadonlySet<string> | undefined): void => {
    if (named === undefined) return;
    for (const { jid } of governorsOf(room, kind)) if (!named.has(jid)) wished.set(jid, null);
    for (const jid of named) {
      const before = room.members.get(jid)?.affiliation;
      // Who owns it is less by the list of owners alone.
      if (before !== kind && (before !== 'owner' || owners !== undefined)) wished.set(jid, kind);
    }
  };
  take('admin', admins);
  // Who is named as both owns it.
  for (const jid of owners ?? []) if (wished.get(jid) === 'admin') wished.delete(jid);
  take('owner', owners);
  for (const jid of admins ?? []) if (wished.get(jid) === null) wished.set(jid, 'admin');
  if (wished.size > room.limits.itemsPerCallMax)
    throw new StanzaError('policy-violation', {
      text: `at most ${room.limits.itemsPerCallMax} people are changed at once`,
    });
  const { homes } = room.chat;
  return Promise.all(
    [...wished].map(async ([text, affiliation]) => {
      const jid = tryJid(text);
      const home = jid !== null && homes.isLocal(jid.domain) ? await homes.find(jid) : null;
      return { jid: text, account: home?.account ?? 0, affiliation };
    }),
  );
}
