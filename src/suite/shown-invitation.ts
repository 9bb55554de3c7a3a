import { invitationUri } from '../chat/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { ShownInvitation } from '../web/index.ts';

/** What the page of an invitation to chat says; null where its token is good for nothing any more. */
export function shownInvitation({ conversations, accounts, settings }: Rooms) {
  return async (token: string): Promise<ShownInvitation | null> => {
    const invite = await conversations.registrations.invites.peek(token);
    if (invite === null) return null;
    const { domain } = settings.value.coop;
    const creator = await accounts.accounts.member(invite.creator);
    const from = creator === null || creator.disabled ? null : creator;
    if (invite.kind === 'contact' && from === null) return null;
    const shown = { kind: invite.kind, local: invite.local, from: from?.address ?? '' };
    return {
      uri: invitationUri({ domain, settings: () => settings.value.chat }, token, shown),
      from: invite.kind === 'contact' ? (from?.name ?? null) : null,
      address: invite.local === '' ? null : `${invite.local}@${domain}`,
    };
  };
}
