import type { Moved, Quiet } from '../../stores/collections/index.ts';
import { placeOfCollection } from './places.ts';

/** What became of a place since it was last looked at. Absent: nothing of that; else who need not hear of it. */
export interface Heard {
  readonly account: number;
  readonly place: string;
  readonly content?: Quiet;
  readonly properties?: Quiet;
  /** The place itself is gone. */
  readonly gone: boolean;
}

/** Of two writes one need not hear who need not hear of either. */
function quietOf(one: Quiet | undefined, other: Quiet): Quiet {
  if (one === undefined || one === 'all') return other;
  return other === 'all' ? one : one.filter((token) => other.includes(token));
}

export const isQuiet = (quiet: Quiet, token: string): boolean => quiet === 'all' || quiet.includes(token);

/** Writes by place, so that what comes together is told together. */
export class Gathered {
  readonly #placesMax: number;
  #places = new Map<string, Heard>();

  constructor(placesMax: number) {
    this.#placesMax = placesMax;
  }

  /** False: there was no room for all of it. */
  add(moved: Moved): boolean {
    const { account, collection, quiet } = moved;
    const own = { account, place: placeOfCollection(collection) };
    if (!('home' in moved)) return this.#note(own, moved.what === 'items' ? 'content' : 'properties', quiet);
    // Whose homes have one more, or one less; with a share come other privileges.
    const members = moved.what === 'shared' ? [] : [account];
    if ('members' in moved) members.push(...moved.members);
    const noted = members.map((member) =>
      this.#note({ account: member, place: moved.home }, 'content', quiet),
    );
    if (moved.what === 'shared') noted.push(this.#note(own, 'properties', quiet));
    if (moved.what === 'removed') noted.push(this.#note(own, 'content', quiet, true));
    return !noted.includes(false);
  }

  #note(
    { account, place }: Pick<Heard, 'account' | 'place'>,
    what: 'content' | 'properties',
    quiet: Quiet,
    gone = false,
  ): boolean {
    const key = `${account} ${place}`;
    const before = this.#places.get(key);
    if (before === undefined && this.#places.size >= this.#placesMax) return false;
    this.#places.set(key, {
      ...before,
      account,
      place,
      [what]: quietOf(before?.[what], quiet),
      gone: gone || (before?.gone ?? false),
    });
    return true;
  }

  /** All that was heard, and begins anew. */
  take(): readonly Heard[] {
    const heard = [...this.#places.values()];
    this.#places = new Map();
    return heard;
  }
}
