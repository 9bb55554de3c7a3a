import { bareText, type Jid } from '../../formats/jid/index.ts';
import { element } from '../../formats/stanza/index.ts';
import { clientNs } from '../namespaces.ts';
import type { Home } from '../routing/home.ts';
import type { Session } from '../routing/session.ts';
import { addressed } from '../stanza.ts';

export const unavailable = element('presence', clientNs, { type: 'unavailable' });

/** Every available resource tells that contact that it is there (RFC 6121 §3.1.5, XEP-0191 §3.4). */
export async function tellContact(home: Home, contact: Jid): Promise<void> {
  for (const { presence, jid } of availableOf(home))
    if (presence !== null) await home.chat.router.route(addressed(presence, jid, contact));
}

/** Every available resource tells that contact that it is no more (RFC 6121 §3.2.2, §3.3.3). */
export async function untellContact(home: Home, contact: Jid): Promise<void> {
  for (const { jid } of availableOf(home)) await home.chat.router.route(addressed(unavailable, jid, contact));
}

export const availableOf = (home: Home): readonly Session[] =>
  [...home.sessions.values()].filter(({ isAvailable }) => isAvailable);

/** Whom a session has told of itself by name (RFC 6121 §4.6), by the address as text. */
export class Directed {
  /** Most sessions tell nobody by name. */
  #told: Map<string, Jid> | null = null;
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** False: there are too many. */
  add(text: string, jid: Jid): boolean {
    this.#told ??= new Map();
    if (!this.#told.has(text) && this.#told.size >= this.#max) return false;
    this.#told.set(text, jid);
    return true;
  }

  delete(text: string): void {
    this.#told?.delete(text);
  }

  /** By any resource: who is told of one in a room is asked by others in it. */
  hasBare(jid: Jid): boolean {
    const bare = bareText(jid);
    for (const told of this.#told?.values() ?? []) if (bareText(told) === bare) return true;
    return false;
  }

  /** Those of them, which are forgotten. */
  takeWhere(isOne: (jid: Jid) => boolean): readonly Jid[] {
    const taken: Jid[] = [];
    for (const [text, jid] of this.#told ?? []) {
      if (!isOne(jid)) continue;
      this.#told?.delete(text);
      taken.push(jid);
    }
    return taken;
  }

  /** All of them, which are forgotten. */
  take(): readonly Jid[] {
    const all = [...(this.#told?.values() ?? [])];
    this.#told = null;
    return all;
  }
}
