import { replies } from '../replies.ts';
import type { Session } from '../session/session.ts';
import type { RcptOptions, Transaction } from '../session/types.ts';
import { isSuccess, type Reply, reply } from '../wire/reply.ts';

/** Until there is a queue, mail for others is taken only where a relay takes it at the same moment. */
export const noRelay = reply(450, '4.7.1', 'This server does not send mail to other domains yet');

/**
 * Names a recipient to the relay, opening the transaction there with the first one. Null: the relay accepted;
 * a Reply is the relay's own refusal. An address is named once, however many recipients lead to it.
 */
export async function relayTo(
  session: Session,
  transaction: Transaction,
  address: string,
  options: RcptOptions,
): Promise<Reply | null> {
  const { relay } = session.services;
  if (relay === null) return noRelay;
  if (transaction.recipients.some((recipient) => recipient.relayed.includes(address))) return null;
  try {
    await session.flush();
    if (transaction.relay === null) {
      const opened = await relay.open();
      if ('code' in opened) return opened;
      const accepted = await opened.mail(await senderOnward(session, transaction), transaction.options);
      if (!isSuccess(accepted)) {
        opened.close();
        return accepted;
      }
      transaction.relay = opened;
    }
    const answer = await transaction.relay.rcpt(address, options);
    return isSuccess(answer) ? null : answer;
  } catch (error) {
    session.log.warn('relay failed', { error });
    return replies.localError;
  }
}

/** In whose name a message goes on: of what is forwarded, the sender would fail SPF under its own. */
export async function senderOnward(session: Session, transaction: Transaction): Promise<string> {
  const { address } = transaction.sender;
  const { srs } = session.services;
  return srs === null ? address : srs.forward(address);
}
