import { StreamError } from '../errors.ts';
import type { Session } from '../routing/session.ts';
import type { Chat } from '../services.ts';
import { clientOf } from '../xeps/0386-bind2.ts';

/** A program that a member chats with, as its owner sees it. */
export interface ChatClient {
  /** As it names itself (XEP-0388), or its resource. */
  readonly id: string;
  /** What it says that it is, and where it runs; '' where it says nothing. */
  readonly software: string;
  readonly device: string;
  /** It is there, or may come back to its session at once. */
  readonly isThere: boolean;
  /** When it last signed in, in milliseconds since 1970. */
  readonly seenMs: number;
  /** It comes back without its password (XEP-0484). */
  readonly hasToken: boolean;
  /** The credential that it signed in with, as `AuthResult` names it. */
  readonly credential: string;
}

/** A member's programs. */
export interface ChatClients {
  /** Those that are there first, then those that were seen last. */
  of(account: number): Promise<readonly ChatClient[]>;
  /** Ends its sessions, and takes its tokens and its registrations for push back. */
  end(account: number, id: string): Promise<void>;
}

export function chatClients(chat: Chat): ChatClients {
  const { devices } = chat.store.registrations;
  const sessionsOf = async (account: number): Promise<readonly Session[]> => {
    const member = await chat.accounts.member(account);
    return member === null ? [] : [...chat.homes.of(member).sessions.values()];
  };
  return {
    async of(account) {
      const open = new Map((await sessionsOf(account)).map((session) => [clientOf(session), session]));
      const known = (await devices.of(account)).map((device) => ({
        ...{ id: device.client, software: device.software, device: device.name },
        ...{ isThere: open.has(device.client), seenMs: device.lastSeenMs },
        ...{ hasToken: device.hasToken, credential: device.credential },
      }));
      for (const { id } of known) open.delete(id);
      const others = [...open].map(([id, { openedAt, root, jid }]) => ({
        ...{ id, software: '', device: jid.resource, isThere: true, seenMs: openedAt },
        ...{ hasToken: false, credential: root },
      }));
      return [...known, ...others].toSorted(
        (a, b) => Number(b.isThere) - Number(a.isThere) || b.seenMs - a.seenMs,
      );
    },
    async end(account, id) {
      await devices.remove(account, id);
      for (const session of await sessionsOf(account)) {
        if (clientOf(session) !== id) continue;
        session.stream?.fail(new StreamError('not-authorized', 'the session was ended'));
        session.close();
      }
    },
  };
}
