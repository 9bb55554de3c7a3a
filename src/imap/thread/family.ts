/** No message, no parent. */
export const none = -1;

/** Messages that answer each other, while it is worked out who answers whom. */
export interface Family {
  /** Of each message its parent, a message or a dummy; `none` at the top. */
  readonly parents: Int32Array;
  /** Dummies are numbered from here; `parents` has a place for each. */
  readonly messageCount: number;
}

/** What threads are made of; see `Threading` of stores/mail. */
export interface Letters {
  readonly messages: Int32Array;
  readonly parentStarts: Uint32Array;
  readonly parents: Uint32Array;
  readonly idCount: number;
}

const turnMessages = 1024;

/**
 * RFC 5256 §3 REFERENCES step 1: links messages by their References, in the order of the mailbox; ids that no message
 * has become dummies. A link that would make a loop is not made. To know that, `stepsMax` steps may be taken up the
 * threads; beyond it links into threads of many are left out, which only ids made up for that purpose come to.
 */
export function* linkFamily(letters: Letters, stepsMax: number): Generator<void, Family> {
  const linking = new Linking(letters, stepsMax);
  const { messages, parentStarts, parents } = letters;
  for (let message = 0; message < messages.length; message++) {
    if (message % turnMessages === turnMessages - 1) yield;
    let before = none;
    for (let at = parentStarts[message] ?? 0; at < (parentStarts[message + 1] ?? 0); at++) {
      const node = linking.nodeOf(parents[at] ?? 0);
      if (before !== none && linking.parents[node] === none) linking.link(before, node);
      before = node;
    }
    linking.place(message, before);
  }
  return { parents: linking.parents.slice(0, linking.nodeCount), messageCount: messages.length };
}

class Linking {
  readonly parents: Int32Array;
  nodeCount: number;
  readonly #nodeOfId: Int32Array;
  readonly #childCounts: Uint32Array;
  #stepsLeft: number;

  constructor({ messages, idCount }: Letters, stepsMax: number) {
    const count = messages.length;
    this.#stepsLeft = stepsMax;
    this.parents = new Int32Array(count + idCount).fill(none);
    this.#childCounts = new Uint32Array(count + idCount);
    this.#nodeOfId = new Int32Array(idCount).fill(none);
    this.nodeCount = count;
    for (let message = 0; message < count; message++) {
      const id = messages[message] ?? none;
      // Of several messages with one id the first has it; the others are nobody's parents.
      if (id !== none && this.#nodeOfId[id] === none) this.#nodeOfId[id] = message;
    }
  }

  nodeOf(id: number): number {
    const known = this.#nodeOfId[id] ?? none;
    if (known !== none) return known;
    this.#nodeOfId[id] = this.nodeCount;
    return this.nodeCount++;
  }

  link(parent: number, child: number): void {
    if (this.#makesLoop(parent, child)) return;
    this.parents[child] = parent;
    this.#childCounts[parent] = (this.#childCounts[parent] ?? 0) + 1;
  }

  /** Step 1.B: its own References know best; what others said of its parent does not count. */
  place(message: number, parent: number): void {
    const now = this.parents[message] ?? none;
    if (now === parent) return;
    if (now !== none) {
      this.parents[message] = none;
      this.#childCounts[now] = (this.#childCounts[now] ?? 1) - 1;
    }
    if (parent !== none) this.link(parent, message);
  }

  #makesLoop(parent: number, child: number): boolean {
    if (parent === child) return true;
    if (this.#childCounts[child] === 0) return false;
    for (let node = parent; node !== none; node = this.parents[node] ?? none) {
      if (node === child || this.#stepsLeft-- <= 0) return true;
    }
    return false;
  }
}
