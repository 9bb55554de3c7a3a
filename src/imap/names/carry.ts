import type { Copied, UidRange } from '../../stores/mail/index.ts';
import { noteOwn } from '../session/own.ts';
import type { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import type { Place } from './place.ts';
import { changeableFlags, hasAll } from './rights.ts';

/**
 * COPY and MOVE from the selected mailbox: within an account, or into another one's. Flags that the member may not set
 * in the target are left out (RFC 4314 §4); what lies there counts against its owner's quota.
 */
export async function carry(
  session: Session,
  { account, id }: Selected,
  target: Place,
  ranges: readonly UidRange[],
  { leaves }: { readonly leaves: boolean },
): Promise<Copied> {
  const { mail, progress } = session;
  const to = target.mailbox.id;
  const plain = () => (leaves ? mail.move(account, id, to, ranges) : mail.copy(account, id, to, ranges));
  const across = () =>
    mail.sharing.transfer({ account, mailbox: id }, { account: target.account, mailbox: to }, ranges, {
      only: changeableFlags(target.rights),
      leaves,
    });
  const isPlain = target.account === account && hasAll(target.rights, 'swt');
  const carried = await progress.during(isPlain ? plain() : across());
  const made = { mailbox: to, uids: carried.to };
  noteOwn(session, { account: target.account, modseqs: [carried.modseq], made });
  return carried;
}
