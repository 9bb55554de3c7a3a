import { refusal } from '../refusals.ts';
import { waitingMax } from './limits.ts';

/** What is done under one name, one after the other: what is looked at before a change is what the change meets. */
export class Line {
  readonly #last = new Map<string, { readonly done: Promise<void>; count: number }>();

  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    const count = (before?.count ?? 0) + 1;
    if (count > waitingMax) throw refusal('E_BUSY', 'too many are changing the same thing');
    const turn = (before?.done ?? Promise.resolve()).then(work);
    const last = {
      count,
      done: turn.then(
        () => this.#leave(name),
        () => this.#leave(name),
      ),
    };
    this.#last.set(name, last);
    return turn;
  }

  #leave(name: string): void {
    const last = this.#last.get(name);
    if (last === undefined) return;
    last.count--;
    if (last.count === 0) this.#last.delete(name);
  }
}
