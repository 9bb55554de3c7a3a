import { bareText, type Jid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import { type CapsShown, capsOf } from '../caps/index.ts';
import { standingOf } from '../roster/contacts.ts';
import type { HomeState } from '../roster/state.ts';
import { hears } from '../roster/subscription.ts';
import type { Home } from '../routing/home.ts';
import { resourcesPerContactMax, resourcesPerHomeMax } from './limits.ts';

/** A resource of a contact that is there, and what its client can do (XEP-0115). */
export interface ContactResource {
  readonly jid: Jid;
  readonly caps: CapsShown | null;
}

/** Which resources of its contacts an account has heard of; while it has sessions. */
class Resources {
  readonly #contacts = new Map<string, Map<string, ContactResource>>();
  #count = 0;

  of(contact: string): Iterable<ContactResource> {
    return this.#contacts.get(contact)?.values() ?? [];
  }

  *all(): Generator<ContactResource> {
    for (const resources of this.#contacts.values()) yield* resources.values();
  }

  note(jid: Jid, presence: Element): void {
    const contact = bareText(jid);
    const known = this.#contacts.get(contact);
    const isNew = known?.has(jid.resource) !== true;
    if (isNew && (this.#count >= resourcesPerHomeMax || (known?.size ?? 0) >= resourcesPerContactMax)) return;
    if (isNew) this.#count++;
    const resources = known ?? new Map<string, ContactResource>();
    resources.set(jid.resource, { jid, caps: capsOf(presence) });
    this.#contacts.set(contact, resources);
  }

  /** Without a resource: all of that contact. */
  forget(jid: Jid): void {
    const contact = bareText(jid);
    const known = this.#contacts.get(contact);
    if (known === undefined) return;
    const before = known.size;
    if (jid.resource === '') known.clear();
    else known.delete(jid.resource);
    this.#count -= before - known.size;
    if (known.size === 0) this.#contacts.delete(contact);
  }
}

const all = new WeakMap<Home, Resources>();

/** Resources of contacts that are there, of whom the account hears; of none while it has no session. */
export function contactResources(home: Home): Pick<Resources, 'of' | 'all'> {
  return home.sessions.size === 0 ? nobody : (all.get(home) ?? nobody);
}

const nobody = new Resources();

/** Somebody tells the account that it is there, or no more. */
export function noteResource(home: Home, state: HomeState, from: Jid, presence: Element): void {
  const resources = all.get(home) ?? new Resources();
  if (presence.attributes.type === 'unavailable') resources.forget(from);
  else if (home.sessions.size > 0 && from.resource !== '' && hears(standingOf(state, bareText(from)))) {
    all.set(home, resources);
    resources.note(from, presence);
  }
}

/** Nothing is heard of that contact any more; `contact` has no resource. */
export function forgetContact(home: Home, contact: Jid): void {
  all.get(home)?.forget(contact);
}

/** Nobody of the account is there any more: what it heard grows old. */
export function forgetResources(home: Home): void {
  all.delete(home);
}
