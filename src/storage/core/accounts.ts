/** Whose data an operation touches: `account`, or several `accounts`; ascending, for locks are taken in one order. */
export function accountsOf(args: unknown): number[] {
  if (typeof args !== 'object' || args === null) return [];
  const named = 'accounts' in args && Array.isArray(args.accounts) ? args.accounts : null;
  const accounts = new Set<unknown>(named ?? ('account' in args ? [args.account] : []));
  return [...accounts]
    .filter((account) => Number.isSafeInteger(account))
    .map(Number)
    .sort((a, b) => a - b);
}
