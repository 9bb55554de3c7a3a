import { avatarHash, cardToAvatar, forgetAvatarHash, hasOtherPicture } from '../cards/index.ts';
import { inTurn } from '../roster/index.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Specification } from '../specification.ts';
import { tellPicture } from './0153-vcard-avatars.ts';

/** What an address book has changed meanwhile is published when a client comes. */
async function follow({ home, chat }: Session): Promise<void> {
  try {
    await inTurn(home, async () => {
      await cardToAvatar(home);
      await avatarHash(home);
    });
  } catch (error) {
    chat.log.error('xmpp avatar not followed', { error });
  }
}

/** For whoever keeps own cards: that of a member who is there may be another one now. */
export async function ownCardChanged(home: Home): Promise<void> {
  if (home.chat.cards === null || home.sessions.size === 0) return;
  await inTurn(home, async () => {
    // What a client has just published is no change of the card yet: it goes there by itself.
    if (await hasOtherPicture(home)) await cardToAvatar(home);
  });
  await tellPicture(home);
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
