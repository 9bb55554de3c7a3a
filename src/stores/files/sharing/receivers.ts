import type { Accounts } from '../../../accounts/index.ts';
import type { Share } from '../types.ts';

/** A member or a group by any name of theirs; null for nobody of ours. */
export async function findReceiver(
  accounts: Pick<Accounts, 'byName' | 'byAddress' | 'group'>,
  text: string,
): Promise<Share['to'] | null> {
  const wanted = text.trim();
  const member = (await accounts.byName(wanted)) ?? (await accounts.byAddress(wanted));
  if (member) return { kind: 'member', member: member.id };
  const address = await accounts.group(wanted);
  return address === null ? null : { kind: 'group', address };
}
