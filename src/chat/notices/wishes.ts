import type { NoticeKind } from '../../stores/conversations/index.ts';
import type { Chat } from '../services.ts';
import { mayAsk } from './notices.ts';

/** What members want to be told of, for their own pages. */
export interface ChatNotices {
  /** Null where the co-op lets nobody ask for it. */
  of(account: number): Promise<ReadonlySet<NoticeKind> | null>;
  /** Nothing is done where nobody may ask for it. */
  choose(account: number, wanted: readonly NoticeKind[]): Promise<void>;
}

export function chatNotices(chat: Chat): ChatNotices {
  const { roster } = chat.store;
  return {
    of: async (account) => (mayAsk(chat) ? roster.notices(account) : null),
    async choose(account, wanted) {
      if (mayAsk(chat)) await roster.setNotices(account, wanted);
    },
  };
}
