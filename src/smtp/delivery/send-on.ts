import { StoreError } from '../../base/index.ts';
import type { Outgoing, OutgoingRecipient } from '../../stores/outbox/index.ts';
import { replies } from '../replies.ts';
import { splitHeader } from '../session/content.ts';
import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { replyOfError } from './failure.ts';
import { deliveryKey } from './memory.ts';
import type { Spool } from './spool.ts';

/** Every address elsewhere that a transaction leads to. */
export function othersOf(transaction: Transaction): string[] {
  return transaction.recipients.flatMap(({ others }) => others);
}

/**
 * Puts the message into the outbox for all who are not here, once; success where there is nobody. Durable when it
 * resolves. Who is in the outbox from an earlier attempt of the same message is not put there again.
 */
export async function sendOn(
  session: Session,
  transaction: Transaction,
  { spool, head, hash }: { readonly spool: Spool; readonly head: string; readonly hash: string },
): Promise<Reply> {
  const { outbox, memory, settings } = session.services;
  const recipients = recipientsOf(transaction).filter(
    ({ address }) => !memory.has(deliveryKey(hash, transaction.sender.address, address)),
  );
  if (recipients.length === 0) return replies.ok;
  try {
    const { header } = await splitHeader(spool.pieces());
    const headerLength = header.length;
    const message = await outgoing(session, transaction, recipients);
    // Last: only `enqueue` lets go of what was staged.
    const blob = await outbox.stage(spool.whole() ?? spool.pieces(), settings.messageBytesMax * 2);
    const id = await outbox.enqueue({ ...message, head, blob, headerLength });
    session.log.info('mail queued', { id, kind: message.kind, recipients: recipients.length });
    return replies.ok;
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'limit') return reply(450, '4.7.1', error.message);
    return replyOfError(session, error);
  }
}

/** An address is named once, however many recipients lead to it. */
function recipientsOf({ recipients }: Transaction): OutgoingRecipient[] {
  const byAddress = new Map<string, OutgoingRecipient>();
  for (const { address, options, others } of recipients) {
    for (const other of others) {
      if (byAddress.has(other)) continue;
      // RFC 3461 §5.2.7: who is told of it is told of the address that was written to.
      const orcpt = options.orcpt ?? (other === address ? null : `rfc822;${address}`);
      byAddress.set(other, { address: other, notify: options.notify, orcpt });
    }
  }
  return [...byAddress.values()];
}

async function outgoing(
  { door, member, services }: Session,
  { sender, options }: Transaction,
  to: readonly OutgoingRecipient[],
): Promise<Omit<Outgoing, 'head' | 'blob' | 'headerLength'>> {
  const { utf8, ret, envid, tls, notBeforeMs } = options;
  // What was binary is no longer (RFC 3030 §3): only 7 and 8 bits leave.
  const body = options.body === 'BINARYMIME' ? '8BITMIME' : options.body;
  const common = {
    options: { body, utf8, ret, envid, tls },
    recipients: to,
    ...(notBeforeMs === null ? {} : { notBefore: notBeforeMs }),
  };
  if (door.privilege !== null && member !== null)
    return { ...common, account: member.id, kind: 'submission', sender: sender.address };
  // Of what is forwarded the sender would fail SPF under its own name.
  const onward = services.srs === null ? sender.address : await services.srs.forward(sender.address);
  return { ...common, account: 0, kind: 'forward', sender: onward };
}
