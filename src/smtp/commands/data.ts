import { replyOfError } from '../delivery/failure.ts';
import { receive, type Verdict } from '../delivery/receive.ts';
import { replies } from '../replies.ts';
import { type Content, Interrupted } from '../session/content.ts';
import { DottedContent } from '../session/dotted.ts';
import type { Session } from '../session/session.ts';
import type { Command, Transaction } from '../session/types.ts';
import { closing, isPermanent, isSuccess, type Reply, reply } from '../wire/reply.ts';

/** RFC 5321 §4.1.1.4; RFC 2033 §4.2 for LMTP. 250 means: durable for every recipient. */
export const data: Command = {
  verb: 'DATA',
  rfc: 5321,
  help: 'DATA: the message, ended by a line with a dot',
  run: async (session, argument) => {
    const { transaction } = session;
    if (argument !== '') return replies.noArgument;
    if (transaction === null) return replies.noMail;
    // RFC 2033 §4.2 asks LMTP for 503 here.
    if (transaction.recipients.length === 0)
      return session.door.lmtp ? { ...replies.noRecipient, code: 503 } : replies.noRecipient;
    // RFC 3030 §2 and §3
    if (transaction.chunks !== null) return replies.chunksBegun;
    if (transaction.options.body === 'BINARYMIME') return replies.binaryByData;
    await session.answer(reply(354, null, 'Send the message; a line with a dot alone ends it'));
    try {
      return await takeContent(session, transaction, new DottedContent(session));
    } finally {
      session.resetTransaction();
      session.messageDone();
    }
  },
};

/** Takes the message in, to whatever end; never rejects. LMTP has a reply for each recipient. */
export async function takeContent(
  session: Session,
  transaction: Transaction,
  content: Content,
): Promise<readonly Reply[]> {
  const { lmtp } = session.door;
  const one = (only: Reply): Reply[] => (lmtp ? transaction.recipients.map(() => only) : [only]);
  try {
    const verdict = await takeWhole(session, transaction, content);
    return 'perRecipient' in verdict ? finish(session, transaction, verdict) : one(count(session, verdict));
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    session.log.info('smtp message broke off', { bytes: content.bytes, code: error.farewell?.code });
    return error.farewell ? [closing(error.farewell)] : [];
  }
}

/** A refused message is read to its real end before it is answered, or its rest would be taken for commands. */
async function takeWhole(
  session: Session,
  transaction: Transaction,
  content: Content,
): Promise<Verdict | Reply> {
  try {
    return await receive(session, transaction, content);
  } catch (thrown) {
    const error = content.failure ?? thrown;
    if (error instanceof Interrupted) throw error;
    const refusal = replyOfError(session, error);
    await content.drain();
    return refusal;
  }
}

function finish(session: Session, transaction: Transaction, verdict: Verdict): readonly Reply[] {
  const { perRecipient, bytes, hash, id } = verdict;
  const whole = summarise(perRecipient, id);
  session.log.info('smtp message', {
    outcome: isSuccess(whole) ? 'accepted' : isPermanent(whole) ? 'refused' : 'deferred',
    code: whole.code,
    id,
    bytes,
    hash: hash.slice(0, 16),
    recipients: transaction.recipients.length,
  });
  if (isSuccess(whole)) session.services.counters.messageBytes(session.door.name).observe(bytes);
  count(session, whole);
  return session.door.lmtp ? perRecipient : [whole];
}

/** SMTP has one answer for all: what failed for some is tried again for all, and those who have it are remembered. */
export function summarise(perRecipient: readonly Reply[], id: string): Reply {
  const failures = perRecipient.filter((answer) => !isSuccess(answer));
  const [first] = failures;
  if (!first) return reply(250, '2.0.0', `Delivered as ${id}`);
  if (failures.length < perRecipient.length) return replies.localError;
  return failures.find((answer) => !isPermanent(answer)) ?? first;
}

function count(session: Session, answer: Reply): Reply {
  const outcome = isSuccess(answer) ? 'accepted' : isPermanent(answer) ? 'refused' : 'deferred';
  session.services.counters.messages(session.door.name, outcome).inc();
  return answer;
}
