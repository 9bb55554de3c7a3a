import { Worker } from 'node:worker_threads';
import { messageOf, StoreError } from '../../base/index.ts';
import { fromFault } from '../core/faults.ts';
import type { ChangeHint } from '../database.ts';
import { limits } from '../limits.ts';
import type { Order, Outcome, Report, ThreadRole, Unit } from './thread.ts';

interface Waiting {
  /** Null for a request that is no operation. */
  readonly unit: Unit | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

interface CrewMemberOptions {
  readonly workerUrl: URL;
  readonly role: ThreadRole;
  /** Operations sent at once, and how many may wait. */
  readonly batchMax: number;
  readonly waitingMax: number;
  /** A thread without work this long is let go, and started again when there is some; null: it stays. */
  readonly restMs: number | null;
  /** Units that ran, or may have: told before anybody is answered. */
  readonly onRan: (units: Iterable<Unit>) => void;
  readonly onHints: (hints: readonly ChangeHint[]) => void;
  readonly onError: (event: string, error: unknown) => void;
}

/** An argument that cannot be cloned is our bug; it is refused alone and must not hold up the others. */
function cloneable({ unit, reject }: Waiting & { readonly unit: Unit }): boolean {
  try {
    structuredClone(unit.args);
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}

/** Resolves when it has closed its connection and ended. */
function letGo(worker: Worker): Promise<void> {
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  worker.postMessage({ kind: 'close' } satisfies Order);
  return ended;
}

/**
 * How many of the units that wait make the next batch. Of many only half: while their rows are committed, the bytes of
 * the other half's successors are synced, so that disk, main thread and writer work at the same time.
 */
export function batchUnits(waiting: number, batchMax: number): number {
  return Math.min(batchMax, waiting >= limits.halvedUnitsMin ? Math.ceil(waiting / 2) : waiting);
}

/**
 * One thread and the queue before it. At most one batch is under way; what arrives meanwhile makes the next one,
 * so the batch grows with the load and a lone operation waits for nobody. A thread that dies fails what it had
 * under way and is started again.
 */
export class CrewMember {
  readonly #options: CrewMemberOptions;
  readonly #queue: (Waiting & { readonly unit: Unit })[] = [];
  readonly #underWay = new Map<number, Waiting>();
  #worker: Worker | null = null;
  #restart: NodeJS.Timeout | null = null;
  #rest: NodeJS.Timeout | null = null;
  #nextId = 1;
  #closed: Promise<void> | null = null;
  /** Done when the threads that were let go have ended. */
  #left: Promise<unknown> = Promise.resolve();

  constructor(options: CrewMemberOptions) {
    this.#options = options;
  }

  get load(): number {
    return this.#queue.length + this.#underWay.size;
  }

  /** Resolves with what the operation answered, once it is committed. */
  run(name: string, args: unknown): Promise<unknown> {
    if (this.#closed) return Promise.reject(new StoreError('unavailable', 'the database is closing'));
    if (this.#queue.length >= this.#options.waitingMax) {
      return Promise.reject(new StoreError('unavailable', 'the database has too much to do'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ unit: { id: this.#nextId++, name, args }, resolve, reject });
      this.#send();
    });
  }

  /** A request that is no operation: it waits for its turn like one. */
  request(make: (id: number) => Order): Promise<unknown> {
    if (this.#closed) return Promise.reject(new StoreError('unavailable', 'the database is closing'));
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#underWay.set(id, { unit: null, resolve, reject });
      this.#thread().postMessage(make(id));
    });
  }

  #thread(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.#options.workerUrl, { workerData: this.#options.role });
    worker.on('message', (report: Report) => this.#report(report));
    worker.on('error', (error) => this.#died(worker, error));
    worker.on('exit', () => this.#died(worker, new Error('the thread ended')));
    this.#worker = worker;
    return worker;
  }

  #send(): void {
    if (this.#underWay.size > 0 || this.#queue.length === 0 || this.#restart) return;
    const taken = this.#queue.splice(0, batchUnits(this.#queue.length, this.#options.batchMax));
    for (const waiting of taken) this.#underWay.set(waiting.unit.id, waiting);
    try {
      this.#thread().postMessage({ kind: 'units', units: taken.map(({ unit }) => unit) } satisfies Order);
    } catch {
      for (const { unit } of taken) this.#underWay.delete(unit.id);
      this.#queue.unshift(...taken.filter(cloneable));
      this.#send();
    }
  }

  #report(report: Report): void {
    this.#options.onRan(this.#unitsUnderWay());
    for (const outcome of report.outcomes) this.#settle(outcome);
    this.#options.onHints(report.hints);
    this.#send();
    if (this.#options.restMs !== null && this.load === 0) this.#restSoon(this.#options.restMs);
  }

  /** An idle thread costs some 20 MB; the next scan waits the moment that a new one takes. */
  #restSoon(afterMs: number): void {
    if (this.#rest) clearTimeout(this.#rest);
    this.#rest = setTimeout(() => {
      const worker = this.#worker;
      if (this.load > 0 || !worker || this.#closed) return;
      this.#worker = null;
      this.#left = Promise.all([this.#left, letGo(worker)]);
    }, afterMs);
    this.#rest.unref();
  }

  *#unitsUnderWay(): Generator<Unit> {
    for (const { unit } of this.#underWay.values()) if (unit !== null) yield unit;
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#underWay.get(outcome.id);
    this.#underWay.delete(outcome.id);
    if (outcome.ok) waiting?.resolve(outcome.value);
    else waiting?.reject(fromFault(outcome.fault));
  }

  #died(worker: Worker, error: unknown): void {
    if (this.#worker !== worker) return;
    this.#worker = null;
    // What was under way may have been committed before the thread ended.
    this.#options.onRan(this.#unitsUnderWay());
    const ended = [...this.#underWay.values()];
    this.#underWay.clear();
    if (this.#closed) ended.push(...this.#queue.splice(0));
    const fault = new StoreError('unavailable', 'the database thread ended', { cause: messageOf(error) });
    for (const { reject } of ended) reject(fault);
    if (this.#closed) return;
    this.#options.onError('storage thread ended', error);
    this.#restart = setTimeout(() => {
      this.#restart = null;
      this.#send();
    }, limits.restartMs);
  }

  /** Runs what was queued, then ends the thread. */
  close(): Promise<void> {
    this.#closed ??= this.#end();
    return this.#closed;
  }

  async #end(): Promise<void> {
    while (this.load > 0 && (this.#worker || this.#restart)) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const worker = this.#worker;
    if (this.#restart) clearTimeout(this.#restart);
    if (this.#rest) clearTimeout(this.#rest);
    // A process that ends while a thread still closes its connection may take the native code down with it.
    if (worker) await letGo(worker);
    await this.#left;
  }
}
