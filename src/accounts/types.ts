/** Who a session is. `id` keys every row of the member's data. */
export interface Member {
  readonly id: number;
  /** Primary address, `local@domain`, normalised. */
  readonly address: string;
  readonly name: string;
  readonly admin: boolean;
  readonly disabled: boolean;
  /** Changes with every change of a credential; caches are keyed by it. */
  readonly version: number;
}

/** What a credential may be used for; an app password may carry fewer than all. */
export const scopes = ['mail', 'submission', 'dav', 'chat', 'api'] as const;
export type Scope = (typeof scopes)[number];

export type AuthFailure = 'credentials' | 'disabled' | 'throttled' | 'busy' | 'scope' | 'unavailable';

export type AuthResult =
  | { readonly ok: true; readonly member: Member; readonly credential: string }
  | { readonly ok: false; readonly reason: AuthFailure; readonly retryAfterMs: number };

export interface PasswordLogin {
  /** `local@domain`, or a local part alone for the main domain; `%40` is read as '@'. */
  readonly username: string;
  readonly password: string;
  readonly scope: Scope;
  /** The client's address: throttling counts by it and by account. */
  readonly remote: string;
}

/** Where a message for an address goes. */
export type Recipient =
  | {
      readonly kind: 'member';
      readonly account: number;
      readonly address: string;
      readonly tag: string | null;
    }
  | { readonly kind: 'remote'; readonly address: string };

export type Resolution =
  /** Deliver to all of these (an alias or group names several). */
  | { readonly kind: 'local'; readonly recipients: readonly Recipient[] }
  /** The domain is ours, the local part is unknown. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'disabled' }
  /** The domain is not ours. */
  | { readonly kind: 'foreign' };

/** What protocols ask of the accounts. */
export interface Accounts {
  /** Resolves with a refusal, never rejects for wrong credentials; unknown and wrong answer alike in text and time. */
  login(login: PasswordLogin): Promise<AuthResult>;
  member(id: number): Promise<Member | null>;
  byAddress(address: string): Promise<Member | null>;
  /** RCPT TO: what becomes of mail for this address. */
  resolve(address: string): Promise<Resolution>;
  isLocalDomain(domain: string): Promise<boolean>;
  /** May this member write as `address` (own address, alias that leads to the member alone, plus-tags of these)? */
  owns(member: number, address: string): Promise<boolean>;
}
