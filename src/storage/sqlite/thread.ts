import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { releaseStartupMemory } from '../../base/index.ts';
import { driveSync } from '../core/drive.ts';
import { type Fault, toFault } from '../core/faults.ts';
import { Registry } from '../core/registry.ts';
import type { ChangeHint } from '../database.ts';
import { limits } from '../limits.ts';
import type { StoreModule } from '../schema/module.ts';
import { openConnection, type SqliteConnection } from './connection.ts';

/** What a thread is told when it starts. */
export interface ThreadRole {
  readonly role: 'writer' | 'reader';
  readonly file: string;
  readonly unsafeNoSync: boolean;
}

/** One operation to run. */
export interface Unit {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

export type Order =
  | { readonly kind: 'units'; readonly units: readonly Unit[] }
  | { readonly kind: 'backup'; readonly id: number; readonly file: string }
  | { readonly kind: 'check'; readonly id: number }
  | { readonly kind: 'close' };

export type Outcome =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly fault: Fault };

export interface Report {
  readonly outcomes: readonly Outcome[];
  /** Accounts whose committed modseq moved. */
  readonly hints: readonly ChangeHint[];
}

/** What SQLite says of its log, in pages. */
interface Checkpoint {
  readonly log: number;
  readonly checkpointed: number;
}

interface Statements {
  readonly begin: { run(): unknown };
  readonly beginRead: { run(): unknown };
  readonly commit: { run(): unknown };
  readonly rollback: { run(): unknown };
  readonly savepoint: { run(): unknown };
  readonly release: { run(): unknown };
  readonly undo: { run(): unknown };
}

function statementsOf(connection: SqliteConnection): Statements {
  const { raw } = connection;
  return {
    begin: raw.prepare('begin immediate'),
    beginRead: raw.prepare('begin'),
    commit: raw.prepare('commit'),
    rollback: raw.prepare('rollback'),
    savepoint: raw.prepare('savepoint unit'),
    release: raw.prepare('release unit'),
    undo: raw.prepare('rollback to unit'),
  };
}

/** Runs operations over one connection: the writer's in one transaction, a reader's each in its own snapshot. */
class Runner {
  readonly #connection: SqliteConnection;
  readonly #registry: Registry;
  readonly #statements: Statements;

  constructor(connection: SqliteConnection, registry: Registry) {
    this.#connection = connection;
    this.#registry = registry;
    this.#statements = statementsOf(connection);
  }

  #drive(unit: Unit, hints: ChangeHint[]): unknown {
    const operation = this.#registry.find(unit.name);
    return driveSync(this.#registry.start(operation, this.#connection.queries, unit.args), hints);
  }

  /** Group commit: a unit that fails is undone alone, one fsync for all. Nothing is answered before COMMIT returned. */
  write(units: readonly Unit[]): Report {
    const { raw } = this.#connection;
    const outcomes: Outcome[] = [];
    const hints: ChangeHint[] = [];
    try {
      this.#statements.begin.run();
      let isEmpty = true;
      for (const unit of units) {
        const unitHints: ChangeHint[] = [];
        const outcome = isEmpty ? this.#first(unit, unitHints) : this.#next(unit, unitHints);
        outcomes.push(outcome);
        if (!outcome.ok) continue;
        isEmpty = false;
        hints.push(...unitHints);
      }
      this.#statements.commit.run();
      return { outcomes, hints };
    } catch (error) {
      if (raw.inTransaction) this.#statements.rollback.run();
      const fault = toFault(error);
      return { outcomes: units.map((unit) => ({ id: unit.id, ok: false, fault })), hints: [] };
    }
  }

  /** Undone with the transaction: within a savepoint SQLite keeps the pages of each statement, several times its own cost. */
  #first(unit: Unit, hints: ChangeHint[]): Outcome {
    try {
      return { id: unit.id, ok: true, value: this.#drive(unit, hints) };
    } catch (error) {
      this.#demandTransaction(error);
      this.#statements.rollback.run();
      this.#statements.begin.run();
      return { id: unit.id, ok: false, fault: toFault(error) };
    }
  }

  #next(unit: Unit, hints: ChangeHint[]): Outcome {
    this.#statements.savepoint.run();
    try {
      const value = this.#drive(unit, hints);
      this.#statements.release.run();
      return { id: unit.id, ok: true, value };
    } catch (error) {
      this.#demandTransaction(error);
      this.#statements.undo.run();
      this.#statements.release.run();
      return { id: unit.id, ok: false, fault: toFault(error) };
    }
  }

  /** A full disk makes SQLite roll back the whole transaction: then no unit of the batch happened. */
  #demandTransaction(error: unknown): void {
    if (!this.#connection.raw.inTransaction) throw error;
  }

  read(unit: Unit): Outcome {
    const { raw } = this.#connection;
    try {
      this.#statements.beginRead.run();
      try {
        return { id: unit.id, ok: true, value: this.#drive(unit, []) };
      } finally {
        if (raw.inTransaction) this.#statements.commit.run();
      }
    } catch (error) {
      return { id: unit.id, ok: false, fault: toFault(error) };
    }
  }
}

function attempt(id: number, work: () => unknown): Outcome {
  try {
    return { id, ok: true, value: work() };
  } catch (error) {
    return { id, ok: false, fault: toFault(error) };
  }
}

/**
 * Moves the log into the database once it has grown, after the batch that made it grow was answered. Where it fails
 * (a full disk) the log holds everything and the next batch tries again.
 */
function checkpointer({ raw }: SqliteConnection): () => void {
  // Prepared once: to make the statement anew after every batch costs more than to run it.
  const look = raw.prepare('pragma wal_checkpoint(NOOP)');
  return () => {
    try {
      const { log, checkpointed } = look.get() as Checkpoint;
      if (log - checkpointed >= limits.checkpointPagesMax) raw.pragma('wal_checkpoint(PASSIVE)');
    } catch {}
  };
}

function backup(connection: SqliteConnection, file: string): void {
  // Beside it first: a copy that was interrupted must never stand in for the last good one.
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  connection.raw.prepare('vacuum into ?').run(unfinished);
  const written = openSync(unfinished, 'r+');
  try {
    fsyncSync(written);
  } finally {
    closeSync(written);
  }
  renameSync(unfinished, file);
}

function check(connection: SqliteConnection): string[] {
  const rows = connection.raw.pragma('integrity_check') as { integrity_check: string }[];
  return rows.map((row) => row.integrity_check).filter((line) => line !== 'ok');
}

/** Prepares what was not needed yet, and lets what waits run in between; then gives back what that and the start took. */
function settle(connection: SqliteConnection): void {
  if (!connection.raw.open) return;
  if (connection.queries.prepareNext()) setImmediate(() => settle(connection)).unref();
  else releaseStartupMemory();
}

/** The body of a writer or reader thread; `modules` is the same list that the main thread opened the database with. */
export function runWorker(modules: readonly StoreModule[]): void {
  if (parentPort === null) throw new Error('runWorker runs in a worker thread');
  const port = parentPort;
  const role = workerData as ThreadRole;
  const registry = new Registry(modules);
  const connection = openConnection(role.file, registry.modules, {
    readonly: role.role === 'reader',
    unsafeNoSync: role.unsafeNoSync,
  });
  if (role.role === 'writer') connection.raw.pragma('wal_autocheckpoint = 0');
  const runner = new Runner(connection, registry);
  const checkpoint = checkpointer(connection);
  const answer = (report: Report) => port.postMessage(report);
  port.on('message', (order: Order) => {
    if (order.kind === 'units') {
      if (role.role === 'writer') {
        answer(runner.write(order.units));
        checkpoint();
      } else answer({ outcomes: order.units.map((unit) => runner.read(unit)), hints: [] });
    } else if (order.kind === 'backup') {
      answer({ outcomes: [attempt(order.id, () => backup(connection, order.file))], hints: [] });
    } else if (order.kind === 'check') {
      answer({ outcomes: [attempt(order.id, () => check(connection))], hints: [] });
    } else {
      connection.close();
      port.close();
    }
  });
  if (role.role === 'writer') setTimeout(() => settle(connection), limits.settleMs).unref();
}
