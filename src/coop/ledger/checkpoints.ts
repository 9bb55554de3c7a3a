import { createHmac } from 'node:crypto';
import type { Clock } from '../../base/index.ts';
import { Frontier } from '../../formats/merkle/index.ts';
import { checkpointText, type NoteSigner, noteSigner } from '../../formats/signed-note/index.ts';
import type { Database } from '../../storage/index.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { grow, type Proof } from './scripts/tree.ts';
import type { StoredCheckpoint, TreeNode } from './types.ts';

export interface CheckpointsOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly coop: string;
  readonly secret: (name: string) => Promise<string>;
}

const dayMs = 86_400_000;

/** What the log is called in its checkpoints, and whoever signs them. */
export const originOf = (coop: string): string => `${coop}/ledger`;

/** The signed states of a ledger, and the proofs that lead to them. */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  #signer: Promise<NoteSigner> | null = null;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  async #sign(text: string): Promise<string> {
    return (await this.#signerOf()).sign(text);
  }

  #signerOf(): Promise<NoteSigner> {
    const { secret, coop } = this.#options;
    this.#signer ??= secret('ledger').then((kept) => {
      const seed = createHmac('sha256', Buffer.from(kept, 'base64')).update('checkpoint').digest();
      return noteSigner(originOf(coop), seed);
    });
    // What could not be read is read again.
    this.#signer.catch(() => {
      this.#signer = null;
    });
    return this.#signer;
  }

  /** What readers check checkpoints with. */
  async verifierKey(): Promise<string> {
    return (await this.#signerOf()).verifierKey;
  }

  /** Signs what the ledger is now; where nothing came since the last one, that is answered. Null: the ledger is empty. */
  async sign(between: () => Promise<void> = async () => {}): Promise<StoredCheckpoint | null> {
    const { database, clock, coop } = this.#options;
    const last = await this.last();
    const frontier = new Frontier(
      last?.size ?? 0,
      (last?.peaks ?? []).map((peak) => Buffer.from(peak, 'hex')),
    );
    const nodes: TreeNode[] = [];
    for (;;) {
      const rows = await database.call(operations.ledgerHashes, { after: frontier.size });
      if (rows.length === 0) break;
      nodes.push(...grow(frontier, rows));
      await between();
    }
    if (frontier.size === (last?.size ?? 0)) return last;
    const { size } = frontier;
    const root = frontier.root();
    const note = await this.#sign(checkpointText({ origin: originOf(coop), size, root }));
    const peaks = frontier.peaks.map((peak) => peak.toString('hex'));
    const grown = { size, root: root.toString('hex'), peaks, nodes, note, now: clock.nowMs() };
    return database.call(operations.checkpointAdd, grown);
  }

  /** `sign`, unless one was signed today (UTC). */
  async daily(between: () => Promise<void> = async () => {}): Promise<StoredCheckpoint | null> {
    const last = await this.last();
    const day = (ms: number) => Math.floor(ms / dayMs);
    if (last !== null && day(last.at) >= day(this.#options.clock.nowMs())) return last;
    return this.sign(between);
  }

  last(): Promise<StoredCheckpoint | null> {
    return this.#options.database.call(operations.checkpointLast, {});
  }

  /** In pages, in order of their sizes. */
  async *all({ after = 0 } = {}): AsyncIterable<readonly StoredCheckpoint[]> {
    for (let from = after; ; ) {
      const page: readonly StoredCheckpoint[] = await this.#options.database.call(operations.checkpoints, {
        after: from,
      });
      const last = page.at(-1);
      if (last === undefined) return;
      yield page;
      from = last.size;
    }
  }

  /**
   * That an entry is in the tree of the first checkpoint that has it and `size` entries or more. Refuses with E_NOT_FOUND where
   * none has been signed since.
   */
  async inclusion(seq: number, { size = 0 } = {}): Promise<Proof> {
    const found = await this.#options.database.call(operations.inclusion, { seq, size });
    if (found !== null) return found;
    throw refusal('E_NOT_FOUND', `no checkpoint has entry ${seq} yet`, { seq });
  }

  /** That the first `older` entries are the beginning of a checkpoint of `newer` entries or the first one with more. */
  async consistency(older: number, newer: number): Promise<Proof> {
    const found = await this.#options.database.call(operations.consistency, { older, newer });
    if (found !== null) return found;
    throw refusal('E_NOT_FOUND', `no checkpoint has ${Math.max(older, newer)} entries yet`);
  }
}
