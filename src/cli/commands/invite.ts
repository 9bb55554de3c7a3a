import { z } from 'zod';
import { StoreError } from '../../base/index.ts';
import { invitationUri, inviteDaysMax } from '../../chat/index.ts';
import { prepareLocal } from '../../formats/jid/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { webAddress } from '../../web/index.ts';
import { adminCommand } from '../admin/index.ts';
import { date } from '../text.ts';

const command = adminCommand<Rooms>();
const dayMs = 24 * 3_600_000;

/** The local part that is kept for who comes. Throws StoreError. */
async function keptFor(rooms: Rooms, wanted: string | undefined): Promise<string> {
  if (wanted === undefined) return '';
  const local = prepareLocal(wanted);
  const address = `${local}@${rooms.settings.value.coop.domain}`;
  if ((await rooms.accounts.accounts.byAddress(address)) !== null)
    throw new StoreError('exists', `${address} is somebody's already`);
  return local;
}

const invite = command({
  name: ['member', 'invite'],
  summary: 'print a link by which somebody becomes a member from a chat program',
  options: [
    {
      name: 'as',
      value: 'USER',
      summary: 'the part of the address before the @; else whoever comes chooses',
    },
    { name: 'uses', value: 'COUNT', summary: 'for so many people; without it, one' },
    { name: 'days', value: 'DAYS', summary: `how long it is good; without it, ${inviteDaysMax}` },
  ],
  schema: z.strictObject({
    as: z.string().optional(),
    uses: z.coerce.number().int().positive().prefault(1),
    days: z.coerce.number().int().positive().max(365).prefault(inviteDaysMax),
  }),
  async run(rooms, { as: wanted, uses, days }) {
    const { settings, conversations, clock } = rooms;
    const { chat, coop } = settings.value;
    if (chat.registration === 'closed')
      throw new StoreError(
        'denied',
        'chat.registration is closed: nobody becomes a member from a chat program',
      );
    if (wanted !== undefined && uses > 1) throw new StoreError('invalid', 'one address is for one person');
    const local = await keptFor(rooms, wanted);
    const expiresMs = clock.nowMs() + days * dayMs;
    const { token } = await conversations.registrations.invites.create({
      ...{ kind: 'account', creator: 0, local, groups: [], rooms: [], label: '', uses, expiresMs },
    });
    const page = webAddress(settings.value, `/invite/${token}`);
    const uri = invitationUri({ domain: coop.domain, settings: () => chat }, token, {
      ...{ kind: 'account', local, from: '' },
    });
    const expires = new Date(expiresMs).toISOString();
    return { text: `${page}\n${uri}\ngood until ${date(expiresMs)}`, json: { page, uri, uses, expires } };
  },
});

export const inviteCommands = [invite];
