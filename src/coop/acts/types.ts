/** What somebody is in the co-op; an account may be several. */
export const roles = ['member', 'treasurer', 'board', 'auditor', 'administrator'] as const;
export type Role = (typeof roles)[number];

/**
 * What a route or a command declares that it takes. `own`: whoever it is about. There is no default, so that forgetting it does
 * not compile.
 */
export type Privilege =
  | 'public'
  | 'own'
  | 'register.read'
  | 'register.write'
  | 'admission.decide'
  | 'decision.record'
  | 'ledger.read'
  | 'ledger.write'
  | 'bank.import'
  | 'bank.match'
  | 'invoice.write'
  | 'pay.prepare'
  | 'pay.approve'
  | 'year.close'
  | 'roles.grant'
  | 'acts.read';

/** Who acts. Every act is kept with it. */
export interface Actor {
  /** The account of myco, by its id. */
  readonly account: number;
  /** Their number in the register, also where they are not a member yet or any more; 0 where they are not in it. */
  readonly member: number;
  readonly roles: readonly Role[];
  readonly via: 'cli' | 'api' | 'page';
}

/** What is kept of a write. */
export interface NewAct {
  readonly actor: Actor;
  /** `share.transfer`. */
  readonly verb: string;
  /** `member:17`. No name, no address: the log outlives the person. */
  readonly subject: string;
  /** Used once by each account. */
  readonly key: string;
  /** Of what was asked, hex: the same key with another one is refused. */
  readonly bodyHash: string;
  /** ms since 1970. */
  readonly now: number;
}

/** An act of the log. */
export interface Act {
  readonly n: number;
  readonly at: number;
  readonly account: number;
  readonly member: number;
  readonly via: Actor['via'];
  readonly roles: readonly Role[];
  readonly verb: string;
  readonly subject: string;
  readonly key: string;
  readonly hash: string;
}

/** Who decided: the general assembly, the board, or the board on one person. */
export const decisionKinds = ['assembly', 'board', 'admission', 'exclusion'] as const;
export type DecisionKind = (typeof decisionKinds)[number];

/** What was decided, as movements and entries refer to it. */
export interface Decision {
  /** `agm-2026:7`, `board:12`: how the minutes call it. Used once. */
  readonly reference: string;
  readonly kind: DecisionKind;
  /** The day of the decision, `2026-03-31`. */
  readonly on: string;
  /** What it is about, in a few words and without a name. */
  readonly title: string;
  /** SHA-256 of the minutes, hex; '' for a decision of the board that has none. */
  readonly document: string;
  /** The act by which it was recorded. */
  readonly act: number;
}
