import type { ArrivedNews } from '../caldav/index.ts';
import { type ChatServer, type News, Notices } from '../chat/index.ts';
import { decodeHeader, type EnvelopeAddress } from '../formats/mime/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { Arrival, HearOfArrival } from '../smtp/index.ts';

/** What members hear in chat of their mail and of their calendars. */
export interface MemberNews {
  readonly mail: { readonly arrived: HearOfArrival };
  readonly invited: (news: ArrivedNews) => void;
  /** Nobody is told before there is chat, nor after `stop`. */
  start(chat: ChatServer): { stop(): Promise<void> };
}

export function openNews({ settings }: Pick<Rooms, 'settings'>): MemberNews {
  let server: ChatServer | null = null;
  const [language = 'en'] = settings.value.coop.languages;
  const notices = new Notices({ chat: () => server?.chat ?? null, language });
  return {
    mail: {
      arrived(arrival) {
        const { account, mailbox } = arrival;
        if (mailbox === 'INBOX' && notices.mayHear(account)) notices.tell(account, newsOfMail(arrival));
      },
    },
    invited({ account, method, from, title }) {
      // What others answer is no invitation.
      const isCancelled = method === 'CANCEL';
      if (isCancelled || method === 'REQUEST' || method === 'ADD')
        notices.tell(account, { kind: 'invitations', from, title, isCancelled });
    },
    start(chat) {
      server = chat;
      return { stop: async () => notices.stop() };
    },
  };
}

function newsOfMail({ parsed: { envelope } }: Arrival): News {
  const [author] = envelope.from;
  return {
    kind: 'mail',
    from: author === undefined ? '' : shownAuthor(author),
    subject: decodeHeader(envelope.subject ?? ''),
  };
}

/** The name is what anybody may have written: the address stands with it. */
function shownAuthor({ name, mailbox, host }: EnvelopeAddress): string {
  const address = mailbox === null || host === null ? '' : `${mailbox}@${host}`;
  const shown = decodeHeader(name ?? '').trim();
  if (shown === '' || shown === address) return address;
  return address === '' ? shown : `${shown} <${address}>`;
}
