import { type FilteredName, matches } from '../names/filter.ts';
import { isForeign } from '../names/place.ts';
import { type EventGroup, type EventName, isOfSelected } from './grammar.ts';

/** What a client has asked to be told of mailboxes that it has not selected. */
export class Wishes {
  readonly #groups: readonly EventGroup[];

  constructor(groups: readonly EventGroup[]) {
    this.#groups = groups.filter(({ filter }) => !isOfSelected(filter));
  }

  /** RFC 5465 §6: groups add up; one that says NONE ends the search. */
  has(event: EventName, name: FilteredName): boolean {
    for (const { filter, events } of this.#groups) {
      if (!matches(filter, name)) continue;
      if (events.size === 0) return false;
      if (events.has(event)) return true;
    }
    return false;
  }

  /** Whether anything at all is to be told of this mailbox. */
  speakOf(name: FilteredName): boolean {
    const first = this.#groups.find(({ filter }) => matches(filter, name));
    return first !== undefined && first.events.size > 0;
  }

  /** Whether any mailbox could be told of for this event. */
  hasSome(event: EventName): boolean {
    return this.#groups.some(({ events }) => events.has(event));
  }

  /** Whether mailboxes of others could be told of. */
  get reachOthers(): boolean {
    return this.#groups.some(
      ({ filter }) => filter.kind === 'subscribed' || ('names' in filter && filter.names.some(isForeign)),
    );
  }
}
