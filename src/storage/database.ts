import type { Operation, StoreModule } from './schema/module.ts';

/**
 * The one door to the database, the same for both engines.
 * `call` resolves when the operation's effect is durable (writes) or with a consistent view (reads). It rejects
 * with StoreError: the script's own reason, 'no-space' when the disk is full, 'unavailable' when the database is
 * locked or gone.
 */
export interface Database {
  readonly engine: 'sqlite' | 'postgres';
  call<Args, Result>(operation: Operation<Args, Result>, args: Args): Promise<Result>;
  readonly changes: Changes;
  readonly leases: Leases;
  /** Writes a complete, consistent copy of the database into `dir` while writes go on. */
  backup(dir: string): Promise<void>;
  /** The engine's own integrity check; an empty list means sound. */
  check(): Promise<string[]>;
  close(): Promise<void>;
}

/** A hint that an account's modseq moved; the truth is modseq in the database. Hints may be lost or doubled. */
export interface ChangeHint {
  readonly account: number;
  readonly modseq: number;
}

/**
 * Wakes listeners after commit, never before. Nothing is buffered: a listener hears the newest modseq and reads
 * what it missed from its store.
 */
export interface Changes {
  publish(hints: readonly ChangeHint[]): void;
  subscribe(account: number, listener: (modseq: number) => void): () => void;
  /** Hears every account: for background work such as indexing. */
  subscribeAll(listener: (hint: ChangeHint) => void): () => void;
  readonly listeners: number;
}

/** A job that must run in one process only. */
export interface Lease {
  readonly name: string;
  /** False once another holder may have taken over; the job must stop. */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

export interface Leases {
  /** Null while another holder's lease has not run out. */
  acquire(name: string, ttlMs: number): Promise<Lease | null>;
}

export interface DatabaseOptions {
  readonly modules: readonly StoreModule[];
  /** Folder of the data: database file, lock, admin socket. */
  readonly dir: string;
  /** `sqlite`, or a postgres:// URL. */
  readonly database: string;
  /** Where the threads start: the module that calls `runWorker(modules)`. */
  readonly workerUrl: URL;
  readonly readers?: number;
  /** Only for the control of the crash test: commits that are not durable. */
  readonly unsafeNoSync?: boolean;
  /** PostgreSQL: how often listeners re-check for hints that were lost, ms. Default 30,000. */
  readonly recheckMs?: number;
  readonly onError?: (event: string, error: unknown) => void;
}
