/** Every status a command exits with (CONTRACT.md); the help lists them. */
export const exits = [
  { name: 'done', status: 0, meaning: 'done' },
  { name: 'refused', status: 1, meaning: 'refused; the reason is on standard error' },
  { name: 'usage', status: 2, meaning: 'wrong usage: no such command, a missing or malformed argument' },
] as const;

export type Status = (typeof exits)[number]['status'];

/** A command was written wrongly; exits with 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
