import { cardToAvatar, forgetAvatarHash } from '../cards/index.ts';
import { inTurn } from '../roster/index.ts';
import type { Session } from '../routing/session.ts';
import type { Specification } from '../specification.ts';

/** What an address book has changed meanwhile is published when a client comes. */
async function follow({ home, chat }: Session): Promise<void> {
  try {
    await inTurn(home, () => cardToAvatar(home));
  } catch (error) {
    chat.log.error('xmpp avatar not followed', { error });
  }
}

/** One picture for clients of both kinds. */
export const avatarConversion: Specification = {
  xep: '0398',
  name: 'User Avatar to vCard-Based Avatars Conversion',
  version: '1.0.1',
  features: { account: ['urn:xmpp:pep-vcard-conversion:0'] },
  presence: {
    sent(session, first) {
      const { chat } = session;
      if (!first || session.presence === null || chat.cards === null) return;
      chat.commits.behind(follow(session));
    },
  },
  // Who has changed the card elsewhere comes with another picture.
  session: { opened: ({ home }) => forgetAvatarHash(home) },
};
