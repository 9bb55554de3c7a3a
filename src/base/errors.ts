/**
 * The reasons for which a store, the accounts or the storage layer refuses. The union is closed: every
 * protocol answers it with one total table (`satisfies Record<Reason, …>`), so a new reason does not compile
 * until all of them know what to say.
 */
export const reasons = [
  'not-found',
  'exists',
  'denied',
  'over-quota',
  'too-large',
  'limit',
  'conflict',
  'locked',
  'invalid',
  'has-children',
  'disabled',
  'no-space',
  'unavailable',
  'corrupt',
] as const;

export type Reason = (typeof reasons)[number];

/** Who is to blame decides the class of the answer: the client's syntax, the member's situation, or us. */
export type Blame = 'client' | 'member' | 'server';

export const blameOf = {
  'not-found': 'member',
  exists: 'member',
  denied: 'member',
  'over-quota': 'member',
  'too-large': 'member',
  limit: 'member',
  conflict: 'member',
  locked: 'member',
  invalid: 'client',
  'has-children': 'member',
  disabled: 'member',
  'no-space': 'server',
  unavailable: 'server',
  corrupt: 'server',
} as const satisfies Record<Reason, Blame>;

/** An expected refusal. `message` is safe to show to the member; `details` never holds content or secrets. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: Reason;
  readonly details: Readonly<Record<string, string | number>>;

  constructor(reason: Reason, message: string, details: Readonly<Record<string, string | number>> = {}) {
    super(message);
    this.reason = reason;
    this.details = details;
  }
}

/** A value that could not be read from bytes, text or YAML; `at` is an offset in the unit the parser names. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
  readonly at: number;

  constructor(message: string, at = -1) {
    super(message);
    this.at = at;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** A state that the code itself rules out; reaching it is our bug, never the client's. */
export function unreachable(what: never): never {
  throw new Error(`unreachable: ${String(what)}`);
}
