import type { Member } from '../../accounts/index.ts';
import { Recent } from '../../base/index.ts';
import { bareText, type Jid, parseJid } from '../../formats/jid/index.ts';
import type { Chat } from '../services.ts';
import { tryJid } from '../stanza.ts';
import { Home } from './home.ts';
import type { Session } from './session.ts';

/** The homes of this process, by bare address: those with sessions, and some that were asked for lately. */
export class Homes {
  readonly #chat: () => Chat;
  /** Domains of accounts, as addresses show them. */
  readonly #domains: ReadonlySet<string>;
  readonly #lively = new Map<string, Home>();
  /** The same by account. */
  readonly #there = new Map<number, Home>();
  #idle: Recent<string, Home>;
  readonly #idleMax: number;
  readonly #finding = new Map<string, Promise<Home | null>>();
  /** How often accounts have changed: what was looked up before may be over. */
  #changes = 0;
  #sessions = 0;

  constructor(chat: () => Chat, domains: Iterable<string>, idleMax: number) {
    this.#chat = chat;
    this.#domains = new Set(domains);
    this.#idle = new Recent(idleMax);
    this.#idleMax = idleMax;
  }

  isLocal(domain: string): boolean {
    return this.#domains.has(domain);
  }

  /** Whose address it is, whatever its resource; null where there is no such account, or a disabled one. */
  find(jid: Jid): Home | null | Promise<Home | null> {
    const text = bareText(jid);
    return this.#known(text) ?? this.#finding.get(text) ?? this.#find(text);
  }

  #known(text: string): Home | undefined {
    return this.#lively.get(text) ?? this.#idle.get(text);
  }

  #find(text: string): Promise<Home | null> {
    const finding = this.#lookUp(text).finally(() => this.#finding.delete(text));
    this.#finding.set(text, finding);
    return finding;
  }

  /** Who was disabled, deleted or renamed meanwhile is not remembered as who it was. */
  async #lookUp(text: string): Promise<Home | null> {
    for (;;) {
      const changes = this.#changes;
      const member = await this.#chat().accounts.byAddress(text);
      if (changes === this.#changes) return member === null || member.disabled ? null : this.of(member);
    }
  }

  /** The home of a member. */
  of(member: Pick<Member, 'id' | 'address'>): Home {
    const jid = parseJid(member.address);
    const text = bareText(jid);
    const known = this.#known(text);
    if (known?.account === member.id) return known;
    const home = new Home(this.#chat(), member.id, jid);
    this.#idle.set(text, home);
    return home;
  }

  /** A bound resource by its full address. */
  sessionOf(jid: Jid): Session | null {
    return this.#lively.get(bareText(jid))?.sessions.get(jid.resource) ?? null;
  }

  /** The same, of an address as text; null where it is none. */
  sessionAt(text: string): Session | null {
    const jid = tryJid(text);
    return jid && this.sessionOf(jid);
  }

  /** Homes that have sessions. */
  get lively(): Iterable<Home> {
    return this.#lively.values();
  }

  /** The home of that account; null where it has no session. */
  there(account: number): Home | null {
    return this.#there.get(account) ?? null;
  }

  *sessions(): Generator<Session> {
    for (const home of this.#lively.values()) yield* home.sessions.values();
  }

  get sessionCount(): number {
    return this.#sessions;
  }

  /** Nobody is found by it any more until it is asked for anew: the account has changed. */
  forget(home: Home): void {
    this.#changes++;
    this.#idle.delete(home.text);
    this.#lively.delete(home.text);
    if (this.#there.get(home.account) === home) this.#there.delete(home.account);
  }

  /** The same of all that have no sessions: some account has changed. */
  forgetIdle(): void {
    this.#changes++;
    this.#idle = new Recent(this.#idleMax);
  }

  /** For homes alone: a session came or went. */
  sessionsChanged(home: Home, by: 1 | -1): void {
    this.#sessions += by;
    this.#chat().meters.sessions.set(this.#sessions);
    if (home.sessions.size > 0) {
      this.#lively.set(home.text, home);
      this.#there.set(home.account, home);
      return;
    }
    if (this.#there.get(home.account) === home) this.#there.delete(home.account);
    if (this.#lively.get(home.text) !== home) return;
    this.#lively.delete(home.text);
    this.#idle.set(home.text, home);
  }
}
