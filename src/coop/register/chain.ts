import { canonicalJson } from '../../formats/canonical-json/index.ts';
import { commitmentOf, sha256 } from '../hash.ts';
import type { Movement } from './types.ts';

/** What is hashed of a movement; persons are commitments, as accounts are in the ledger. */
export interface ChainedMovement
  extends Pick<
    Movement,
    'seq' | 'kind' | 'effective' | 'recorded' | 'decision' | 'shares' | 'amount' | 'cancels'
  > {
  readonly person: string;
  /** null where a movement concerns one person alone. */
  readonly other: string | null;
}

/** Where the chain of a co-op's register begins. */
export const registerStart = (coop: string): Buffer => sha256('coop-register/v1\0', coop);

/** The link after `before`. */
export function registerLink(before: Uint8Array, movement: ChainedMovement): Buffer {
  const { seq, kind, effective, recorded, decision, shares, amount, cancels, person, other } = movement;
  const row = { seq, kind, effective, recorded, decision, shares, amount, cancels, person, other };
  return sha256('coop-movement/v1\0', before, canonicalJson(row));
}

/** What stands for a person in the chain: nobody without the salt can tell who it is. */
export const personCommitment = (salt: Uint8Array, number: number): string =>
  commitmentOf(salt, `person:${number}`);
