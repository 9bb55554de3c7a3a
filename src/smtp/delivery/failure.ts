import { StoreError } from '../../base/index.ts';
import { replies, replyOfReason } from '../replies.ts';
import { Refusal } from '../session/content.ts';
import type { Session } from '../session/session.ts';
import type { Reply } from '../wire/reply.ts';

/** A failure as a reply; what we did not expect is logged, never told. */
export function replyOfError(session: Session, error: unknown): Reply {
  if (error instanceof Refusal) return error.reply;
  if (error instanceof StoreError) return replyOfReason[error.reason];
  session.log.error('smtp delivery failed', { error });
  return replies.localError;
}
