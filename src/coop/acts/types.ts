/** What somebody is in the co-op; an account may be several. */
export type Role = 'member' | 'treasurer' | 'board' | 'auditor' | 'administrator';

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
  /** The member's number where the account is a member's, else 0. */
  readonly member: number;
  readonly roles: readonly Role[];
  readonly via: 'cli' | 'api' | 'page';
}
