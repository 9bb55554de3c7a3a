import { Recent } from '../../base/index.ts';
import { accountsOf } from '../core/accounts.ts';
import { limits } from '../limits.ts';
import type { AnyOperation } from '../schema/module.ts';

interface Answer {
  /** The count of writes when it was read. */
  readonly at: number;
  readonly value: unknown;
  readonly weight: number;
}

/** Freezes lists and objects all the way down; answers how many things there are. */
function freeze(value: unknown): number {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return 1;
  Object.freeze(value);
  let things = 1;
  for (const inner of Object.values(value)) things += freeze(inner);
  return things;
}

/**
 * Answers of `recall` operations. Every write of this process goes through one thread, and `wrote` hears of each one
 * before whoever asked for it does: so an answer that no write came after is what the database would say. An operation
 * that names no account is one of its whole module.
 */
export class Recalled {
  readonly #answers: Recent<string, Answer>;
  /** The count of writes at the last one: of the account, in the module by who named no account, in the module at all. */
  readonly #byAccount = new Map<number, number>();
  readonly #unnamed = new Map<string, number>();
  readonly #byModule = new Map<string, number>();
  #writes = 0;

  constructor(answersMax: number = limits.recalledAnswersMax) {
    this.#answers = new Recent<string, Answer>(answersMax, ({ weight }) => weight);
  }

  /** What is held, answers and what stands in their lists. */
  get weight(): number {
    return this.#answers.weight;
  }

  /** A write was committed, or may have been. */
  wrote({ module }: AnyOperation, args: unknown): void {
    const accounts = accountsOf(args);
    this.#writes++;
    this.#byModule.set(module, this.#writes);
    if (accounts.length === 0) this.#unnamed.set(module, this.#writes);
    for (const account of accounts) this.#byAccount.set(account, this.#writes);
  }

  /** The answer held, else what `read` says now; `read` must not wait for anything. */
  answer(operation: AnyOperation, args: unknown, read: () => unknown): unknown {
    const lastWrite = this.#lastWrite(operation, args);
    const key = operation.name + JSON.stringify(args);
    const held = this.#answers.get(key);
    if (held !== undefined && held.at >= lastWrite) return held.value;
    const value = read();
    this.#answers.set(key, { at: this.#writes, value, weight: freeze(value) });
    return value;
  }

  #lastWrite({ module }: AnyOperation, args: unknown): number {
    const [account] = accountsOf(args);
    if (account === undefined) return this.#byModule.get(module) ?? 0;
    return Math.max(this.#byAccount.get(account) ?? 0, this.#unnamed.get(module) ?? 0);
  }
}
