import type { Alias } from '../scripts/aliases.ts';
import type { Domain } from '../scripts/domains.ts';
import type { MemberChange } from '../scripts/members.ts';
import type { AddressKind } from '../tables.ts';
import type { Member, Scope } from '../types.ts';

export type { Alias, Domain, MemberChange };

export interface NewMemberWish {
  /** For people; default: the local part. */
  readonly name?: string;
  /** Without one the member signs in by a one-time link first. */
  readonly password?: string;
  readonly admin?: boolean;
}

/** `next` is the `after` of the page that follows; null on the last. */
export interface Page<Row, Cursor> {
  readonly rows: readonly Row[];
  readonly next: Cursor | null;
}

export interface CredentialInfo {
  readonly id: number;
  readonly kind: 'password' | 'app-password';
  /** The device, as the member named it. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Ms since 1970; `lastUsed` to the hour, null for never; `revoked` null while it works. */
  readonly created: number;
  readonly lastUsed: number | null;
  readonly revoked: number | null;
}

/** A bearer token without what opens the door. Ms since 1970; `revoked` null while it works. */
export interface ApiTokenInfo {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly created: number;
  readonly expires: number;
  readonly revoked: number | null;
}

/**
 * What an administrator, and a member for what is their own, may change. Who may call what is decided before
 * (access.ts). Rejects with StoreError: 'invalid' for what cannot be stored, 'exists', 'not-found', 'conflict',
 * 'limit' as named in its message, 'unavailable' where too many passwords are being hashed.
 */
export interface AccountsAdmin {
  /** `address`: local part alone for the main domain. */
  addMember(address: string, wish?: NewMemberWish): Promise<Member>;
  changeMember(id: number, change: MemberChange): Promise<Member>;
  disableMember(id: number): Promise<Member>;
  enableMember(id: number): Promise<Member>;
  /** The old address keeps leading to the member. */
  renameMember(id: number, address: string): Promise<Member>;
  /** Ends the membership for good: then the stores let go of the data. Its addresses are held for a while. */
  deleteMember(id: number): Promise<void>;
  /** Finishes deletions that were interrupted; answers how many. Run at start. */
  resumeErasures(): Promise<number>;
  members(page?: { after?: number; max?: number }): Promise<Page<Member & { created: number }, number>>;
  addresses(id: number): Promise<readonly { readonly address: string; readonly kind: AddressKind }[]>;

  /** Answers the number of the new credential. */
  setPassword(id: number, password: string): Promise<number>;
  /**
   * Takes a one-time sign-in token and sets its member's password, both or neither; null where the token is unknown,
   * used, too old, or its member is disabled. A password that is refused leaves the token.
   */
  redeemWithPassword(token: string, password: string): Promise<Member | null>;
  /** The only time the password is seen. */
  addAppPassword(
    id: number,
    name: string,
    scopes: readonly Scope[],
  ): Promise<{ readonly id: number; readonly password: string }>;
  credentials(id: number): Promise<readonly CredentialInfo[]>;
  revokeAppPassword(id: number, credential: number): Promise<void>;
  /** A bearer token for a program: the only time it is seen. `scopes` are words of whoever asks for it. */
  addApiToken(
    id: number,
    wish: { readonly name: string; readonly scopes: readonly string[]; readonly days: number },
  ): Promise<{ readonly id: number; readonly token: string; readonly expires: number }>;
  apiTokens(id: number): Promise<readonly ApiTokenInfo[]>;
  revokeApiToken(id: number, token: number): Promise<void>;
  /** A token for a link that signs the member in once; `expires` in ms since 1970. */
  createSignInToken(id: number): Promise<{ readonly token: string; readonly expires: number }>;

  addDomain(domain: string): Promise<string>;
  domains(): Promise<readonly (Domain & { readonly configured: boolean })[]>;
  /** Refused while an address uses it, or the configuration names it. */
  removeDomain(domain: string): Promise<void>;

  addAlias(address: string, targets: readonly string[]): Promise<Alias>;
  /** Gives an alias other targets. */
  changeAlias(address: string, targets: readonly string[]): Promise<Alias>;
  /** Where mail for addresses of a domain goes that nobody has; null: it is refused. */
  setCatchAll(domain: string, targets: readonly string[] | null): Promise<Alias | null>;
  aliases(page?: { after?: string; max?: number }): Promise<Page<Alias, string>>;
  removeAlias(address: string): Promise<void>;
}
