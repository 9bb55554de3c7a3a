import { runDeliveryStages } from '../inbound/pipeline.ts';
import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';
import type { Reply } from '../wire/reply.ts';
import { replyOfError } from './failure.ts';
import { deliveryKey } from './memory.ts';

/** By account: null delivered and durable, else why not. */
export type Outcomes = ReadonlyMap<number, Reply | null>;

type Staged = Awaited<ReturnType<Session['services']['mail']['stage']>>;

/**
 * Gives a staged message to each account. All are under way at once, so that they share a commit. Who has it
 * from an earlier attempt of the same message does not get it twice.
 */
export async function deliverLocally(
  session: Session,
  transaction: Transaction,
  accounts: readonly number[],
  { staged, hash, junk }: { readonly staged: Staged; readonly hash: string; readonly junk: boolean },
): Promise<Outcomes> {
  const { mail, memory, arrived } = session.services;
  const { address: sender } = transaction.sender;
  const { verdict } = transaction;
  const outcomes = new Map<number, Reply | null>();
  const one = async (account: number) => {
    const key = deliveryKey(hash, sender, account);
    try {
      if (!memory.has(key)) {
        const placement = await runDeliveryStages({ account, sender, verdict, parsed: staged.parsed, junk });
        await mail.deliver(account, placement.mailbox, staged);
        arrived({ account, mailbox: placement.mailbox, parsed: staged.parsed });
      }
      outcomes.set(account, null);
    } catch (error) {
      outcomes.set(account, replyOfError(session, error));
    }
  };
  await Promise.all(accounts.map(one));
  // What was delivered keeps the bytes by itself now; where nobody has them they go.
  mail.discard(staged.blob);
  return outcomes;
}
