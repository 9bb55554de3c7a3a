import type { Element } from '../../formats/stanza/index.ts';

/** An element that came, and its text as it was on the wire. */
export interface Received {
  readonly element: Element;
  readonly text: string;
}

/** What came and nobody has looked at; who waits is told at once. */
export class Inbox<Thing> {
  readonly #things: Thing[] = [];
  #end: string | null = null;
  readonly #waiting = new Set<() => void>();

  put(thing: Thing): void {
    this.#things.push(thing);
    this.#wake();
  }

  /** Nothing more comes; what is here can still be taken. */
  close(why: string): void {
    this.#end ??= why;
    this.#wake();
  }

  /** A new connection; what is unread stays. */
  reopen(): void {
    this.#end = null;
  }

  get unread(): readonly Thing[] {
    return this.#things;
  }

  get end(): string | null {
    return this.#end;
  }

  clear(): void {
    this.#things.length = 0;
  }

  /** The next, or the first that is `wanted`, others staying; null at the end. Throws after `withinMs`. */
  async take(withinMs: number, wanted: (thing: Thing) => boolean = () => true): Promise<Thing | null> {
    for (;;) {
      const index = this.#things.findIndex(wanted);
      if (index !== -1) return this.#things.splice(index, 1)[0] ?? null;
      if (this.#end !== null) return null;
      if (!(await this.#news(withinMs))) throw new Error(`nothing came within ${withinMs} ms`);
    }
  }

  /** Resolves when nothing comes any more. Throws after `withinMs`. */
  async ended(withinMs: number): Promise<string> {
    while (this.#end === null)
      if (!(await this.#news(withinMs))) throw new Error(`the end did not come within ${withinMs} ms`);
    return this.#end;
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #news(withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const wake = () => done(true);
      const late = setTimeout(() => done(false), withinMs);
      const done = (isNews: boolean) => {
        clearTimeout(late);
        this.#waiting.delete(wake);
        resolve(isNews);
      };
      this.#waiting.add(wake);
    });
  }
}
