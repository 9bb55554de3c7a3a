import { type Actor, anonymous, demand, type Privilege, publicAccount } from '../../accounts/index.ts';
import { Farewell } from '../errors.ts';
import { ownerRights } from '../names/place.ts';
import { changeableFlags } from '../names/rights.ts';
import { permanentFlags } from './flags.ts';
import type { Selected } from './selected.ts';
import type { Session } from './session.ts';

/** Whether the session's member may do this to an account, with what its owner grants it. Throws StoreError. */
export function demandOf(
  { member }: Session,
  owner: number,
  privilege: Privilege,
  granted: readonly Privilege[],
): void {
  const actor: Actor = member === null ? anonymous : { kind: 'member', member, scopes: ['mail'] };
  demand(actor, privilege, { kind: 'account', owner, granted });
}

/**
 * What the member may do now in the selected mailbox of somebody else. Throws Farewell where it may not read there any
 * more: clients do not get along with a NO to everything (RFC 4314 §5.1.1). Changed flags are told.
 */
export async function checkRights(session: Session, selected: Selected): Promise<void> {
  const { account, member, mail, out } = session;
  const looksAfter = selected.account === publicAccount && (member?.admin ?? false);
  const granted = await mail.sharing.rights(selected.account, selected.id, account);
  // A mailbox that is gone is told by the report.
  if (granted === null) return;
  const rights = looksAfter ? ownerRights : granted;
  if (rights === selected.rights) return;
  if (!rights.includes('r')) throw new Farewell('the selected mailbox is not shared with you any more');
  const [before, now] = [changeableFlags(selected.rights), changeableFlags(rights)];
  selected.rights = rights;
  if (selected.readOnly || (before.flags === now.flags && before.keywords === now.keywords)) return;
  out.untagged(
    'OK',
    { code: 'PERMANENTFLAGS', flags: permanentFlags(rights, selected.keywords.names) },
    'your rights have changed',
  );
}
