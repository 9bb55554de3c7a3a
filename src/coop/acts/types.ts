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
