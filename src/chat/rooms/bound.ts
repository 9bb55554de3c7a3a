import { bareText } from '../../formats/jid/index.ts';
import type { RoomAffiliationChange } from '../../stores/conversations/index.ts';
import type { Chat } from '../services.ts';
import { tryJid } from '../stanza.ts';
import { setAffiliations } from './admin.ts';
import type { Room } from './room.ts';

/** Who is in a group of the directory now: bare addresses, and whose they are. Nobody is in one that is no more. */
async function membersOf({ accounts }: Chat, group: string): Promise<ReadonlyMap<string, number>> {
  const resolution = await accounts.resolve(group);
  const members = new Map<string, number>();
  if (resolution.kind !== 'local') return members;
  for (const recipient of resolution.recipients) {
    if (recipient.kind !== 'member') continue;
    const member = await accounts.member(recipient.account);
    const jid = member === null || member.disabled ? null : tryJid(member.address);
    if (jid !== null) members.set(bareText(jid), recipient.account);
  }
  return members;
}

/**
 * A room that follows a group: whoever is in the group is a member, and whoever has left it is none any more, and goes where
 * the room is for members alone. Who governs the room, who is kept out of it, and guests of elsewhere stay what they are.
 */
export async function follow(room: Room): Promise<void> {
  const { binding } = room.row;
  if (binding === null || room.isGone) return;
  await room.inTurn(async () => {
    const members = await membersOf(room.chat, binding);
    const changes: RoomAffiliationChange[] = [];
    for (const { jid, account, affiliation } of room.members.values())
      if (affiliation === 'member' && account > 0 && !members.has(jid))
        changes.push({ jid, account, affiliation: null });
    for (const [jid, account] of members)
      if (!room.members.has(jid)) changes.push({ jid, account, affiliation: 'member' });
    const { itemsPerCallMax } = room.limits;
    for (let at = 0; at < changes.length; at += itemsPerCallMax)
      await setAffiliations(room, changes.slice(at, at + itemsPerCallMax), undefined, false);
  });
}
