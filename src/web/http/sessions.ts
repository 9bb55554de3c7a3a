import type { Accounts, Member } from '../../accounts/index.ts';
import type { Clock } from '../../base/index.ts';
import { sessionMinutesMax, sessionsMax, sessionsPerMemberMax } from '../limits.ts';
import { newCookieValue } from './cookies.ts';

interface Session {
  readonly member: number;
  version: number;
  usedMs: number;
}

/**
 * Who is signed in, in memory: a restart signs everybody out. A session ends with the time it is left alone, and with
 * any change of the member's credentials that it did not make itself. Kept in order of use, oldest first.
 */
export class Sessions {
  readonly #accounts: Pick<Accounts, 'member'>;
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  /** The tokens of each member who has any, in order of use too. */
  readonly #own = new Map<number, Set<string>>();

  constructor(accounts: Pick<Accounts, 'member'>, clock: Clock) {
    this.#accounts = accounts;
    this.#clock = clock;
  }

  /** A new session; what its cookie holds. */
  begin(member: Member): string {
    const own = this.#own.get(member.id);
    const [oldestOwn] = own ?? [];
    if (own && oldestOwn !== undefined && own.size >= sessionsPerMemberMax) this.end(oldestOwn);
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined && this.#sessions.size >= sessionsMax) this.end(oldest);
    const token = newCookieValue();
    this.#put(token, { member: member.id, version: member.version, usedMs: this.#clock.monotonicMs() });
    return token;
  }

  /** Who the session belongs to, or null; looking counts as using it. */
  async memberOf(token: string | null): Promise<Member | null> {
    const session = token === null ? undefined : this.#sessions.get(token);
    if (token === null || !session) return null;
    const member = await this.#accounts.member(session.member);
    // Signed out meanwhile: it must not come back.
    if (this.#sessions.get(token) !== session) return null;
    const now = this.#clock.monotonicMs();
    this.end(token);
    const fresh = now - session.usedMs < sessionMinutesMax * 60_000;
    if (!fresh || !member || member.disabled || member.version !== session.version) return null;
    session.usedMs = now;
    this.#put(token, session);
    return member;
  }

  /** The session itself made one change of a credential, and goes on; another's change beside it ends it. */
  keep(token: string): void {
    const session = this.#sessions.get(token);
    if (session) session.version++;
  }

  end(token: string): void {
    const session = this.#sessions.get(token);
    if (!session) return;
    this.#sessions.delete(token);
    const own = this.#own.get(session.member);
    own?.delete(token);
    if (own?.size === 0) this.#own.delete(session.member);
  }

  #put(token: string, session: Session): void {
    this.#sessions.set(token, session);
    const own = this.#own.get(session.member) ?? new Set();
    this.#own.set(session.member, own.add(token));
  }

  get size(): number {
    return this.#sessions.size;
  }
}
