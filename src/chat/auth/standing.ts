import { directoryAccount, isPassword } from '../../accounts/index.ts';
import { StreamError } from '../errors.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';

/** Sessions that give up their account: they are told so before they end. */
export const parting = new WeakSet<Session>();

/**
 * Members hear at once that they were disabled, deleted or renamed, and sessions end with the password that they came by,
 * those too that wait to be resumed. Changes that come while it is looked are looked at together.
 */
export function watchMembers(chat: Chat): () => void {
  const { store, limits } = chat;
  let isDue = false;
  let isLooking = false;
  let retry: NodeJS.Timeout | undefined;
  const look = async () => {
    isLooking = true;
    while (isDue) {
      isDue = false;
      if (await lookUpMembers(chat)) continue;
      clearTimeout(retry);
      retry = setTimeout(due, limits.lookAgainMs).unref();
    }
    isLooking = false;
  };
  const due = () => {
    isDue = true;
    if (!isLooking) void look();
  };
  const unsubscribe = store.roster.subscribe(directoryAccount, due);
  return () => {
    unsubscribe();
    clearTimeout(retry);
    retry = undefined;
  };
}

/** The same of one, who has signed in a while ago: what has changed since nobody has told this session. */
export function lookAgain({ chat, home }: Session): void {
  lookUp(chat, home).catch((error: unknown) => chat.log.warn('a member not looked up', { error }));
}

/** False: of some it is not known; the others are as they should be. Never rejects. */
async function lookUpMembers(chat: Chat): Promise<boolean> {
  chat.homes.forgetIdle();
  let isKnown = true;
  for (const home of [...chat.homes.lively]) {
    await lookUp(chat, home).catch((error: unknown) => {
      isKnown = false;
      chat.log.warn('members not looked up', { error });
    });
  }
  return isKnown;
}

async function lookUp(chat: Chat, home: Home): Promise<void> {
  const { accounts, homes } = chat;
  const member = await accounts.member(home.account);
  if (member === null || member.disabled || homes.of(member) !== home) {
    // RFC 6120 §4.9.3.12
    for (const session of [...home.sessions.values()])
      end(session, new StreamError('not-authorized', 'the account is no longer here'));
    homes.forget(home);
    return;
  }
  const hasChanged = [...home.sessions.values()].some((session) => session.member.version < member.version);
  const living = hasChanged ? await accounts.livingCredentials(member.id) : null;
  for (const session of [...home.sessions.values()]) {
    if (session.member.version < member.version && living !== null && isOver(session, living)) {
      // RFC 6120 §4.9.3.16: what opened the stream was revoked; who has another password comes back with it.
      end(session, new StreamError('reset', 'the password that opened this session is no longer good'));
      continue;
    }
    if (session.member.version <= member.version) session.member = member;
  }
}

const isOver = ({ root }: Session, living: ReadonlyMap<string, unknown>): boolean =>
  isPassword(root) && !living.has(root);

function end(session: Session, error: StreamError): void {
  if (parting.has(session)) return;
  session.stream?.fail(error);
  session.close();
}
