import type { Specification } from '../specification.ts';

/** Multi-User Chat: what rooms are is `chat/rooms`; here is what they ask of sessions. */
export const multiUserChat: Specification = {
  xep: '0045',
  name: 'Multi-User Chat',
  version: '1.35.5',
  session: {
    closed(session) {
      session.chat.rooms.closed(session);
    },
  },
};
