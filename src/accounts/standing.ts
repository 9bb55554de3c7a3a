import type { Accounts, AuthResult, Member } from './types.ts';

/** Who has signed in, and with what. */
export type SignedIn = Extract<AuthResult, { readonly ok: true }>;

/** Passwords are numbers as `AuthResult` names them; what else signs in ends by itself. */
export const isPassword = (credential: string): boolean => /^\d+$/.test(credential);

/**
 * The member as of now; null where nothing that was opened so stays open: the account is gone or disabled, or the password
 * was revoked or changed. One point read while nothing has changed. Rejects with StoreError.
 */
export async function standing(
  accounts: Pick<Accounts, 'member' | 'livingCredentials'>,
  { member: before, credential }: Pick<SignedIn, 'member' | 'credential'>,
): Promise<Member | null> {
  const member = await accounts.member(before.id);
  if (member === null || member.disabled) return null;
  if (member.version === before.version || !isPassword(credential)) return member;
  return (await accounts.livingCredentials(member.id)).has(credential) ? member : null;
}
