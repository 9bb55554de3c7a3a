/** A row as it is kept; times in ms since 1970, `passed` 0 for not yet. */
export interface SenderRow {
  readonly key: string;
  readonly first: number;
  readonly seen: number;
  readonly passed: number;
}

/** Who writes to whom (RFC 6647 §2.3). */
export interface Triplet {
  /** The peer's network, as the caller names networks. */
  readonly network: string;
  /** '' for the null sender. */
  readonly sender: string;
  readonly recipient: string;
}

/** What is remembered of strangers. Rejects with StoreError where the database cannot be asked. */
export interface Senders {
  /**
   * Whether a suspicious sender may pass: its network has passed before with a sender of this domain, or this triplet came
   * first `delayMs` ago or longer. Else it is remembered from now on.
   */
  meet(triplet: Triplet, delayMs: number): Promise<boolean>;
  /** Forgets what is old, and the oldest of too much. */
  purge(): Promise<void>;
  /** Writes what waits. */
  flush(): Promise<void>;
  /** The same, and no timer is left. */
  close(): Promise<void>;
}
