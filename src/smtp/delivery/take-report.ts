import type { Session } from '../session/session.ts';
import type { AcceptedRecipient, Transaction } from '../session/types.ts';
import type { Reply } from '../wire/reply.ts';
import { replyOfError } from './failure.ts';
import type { Spool } from './spool.ts';

/** Whether a recipient is nobody but the server itself, which reads reports. */
export function isIntake({ targets, others }: AcceptedRecipient): boolean {
  return targets.length === 0 && others.length === 0;
}

/** Reads the report in a message to one of the addresses for them; null where it is for none of them. */
export async function takeReport(
  session: Session,
  transaction: Transaction,
  spool: Spool,
): Promise<Reply | null> {
  const { intake } = session.services;
  if (intake === null || session.door.privilege !== null) return null;
  if (!transaction.recipients.some(({ address }) => intake.takes(address))) return null;
  try {
    return await intake.take(spool.pieces(), spool.length, transaction.verdict);
  } catch (error) {
    return replyOfError(session, error);
  }
}
