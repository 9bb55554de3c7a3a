import { messageOf } from '../../base/index.ts';
import { areRelated } from '../../formats/address/index.ts';
import type { Verdict } from '../checks/index.ts';
import { compose, type Told } from '../outbound/notices/index.ts';
import { splitHeader } from '../session/content.ts';
import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';
import { isSuccess, type Reply } from '../wire/reply.ts';
import type { Spool } from './spool.ts';

/**
 * Tells the sender of deliveries to mailboxes here, where it asked for that by NOTIFY=SUCCESS (RFC 3461 §5.2.3). The
 * message is accepted already: a receipt that cannot be written is logged and not sent. Nobody gets one for what somebody
 * else may have sent in their name.
 */
export async function sendReceipts(
  session: Session,
  transaction: Transaction,
  done: {
    readonly spool: Spool;
    readonly trace: string;
    readonly junk: boolean;
    readonly perRecipient: readonly Reply[];
  },
): Promise<void> {
  const { sender, options, recipients } = transaction;
  const { outbox, settings, clock, log } = session.services;
  if (sender.address === '' || done.junk || !done.perRecipient.every(isSuccess)) return;
  if (transaction.verdict !== null && !isProven(sender.address, transaction.verdict)) return;
  const told: Told[] = recipients
    .filter(({ targets, options: { notify } }) => targets.length > 0 && notify.includes('SUCCESS'))
    .map(({ address, options: { orcpt } }) => ({
      recipient: { address, orcpt, expires: 0 },
      action: 'delivered',
      answer: { code: 0, status: '2.1.5', text: '', host: '' },
    }));
  if (told.length === 0) return;
  try {
    const { header } = await splitHeader(done.spool.pieces());
    const returned = Buffer.concat([Buffer.from(done.trace), header]);
    const { ret, envid, utf8, tls } = options;
    const message = {
      sender: sender.address,
      created: clock.nowMs(),
      options: { body: null, ret, envid, utf8, tls },
    };
    const { hostname, domain } = settings;
    const notice = compose(
      { message, told, returned, whole: false },
      { hostname, domain, nowMs: clock.nowMs() },
    );
    await outbox.enqueue({
      account: 0,
      kind: 'notification',
      sender: '',
      options: {
        body: notice.eightBit ? '8BITMIME' : '7BIT',
        utf8: notice.utf8,
        ret: null,
        envid: null,
        tls: null,
      },
      head: '',
      blob: await outbox.stage(notice.bytes, Number.MAX_SAFE_INTEGER),
      headerLength: notice.headerLength,
      recipients: [{ address: sender.address, notify: ['NEVER'], orcpt: null }],
    });
  } catch (error) {
    log.warn('receipt not sent', { error, reason: messageOf(error) });
  }
}

/** Whether SPF or a signature vouches for the domain of the envelope sender. */
function isProven(sender: string, { spf, dkim }: Verdict): boolean {
  const domain = sender.slice(sender.lastIndexOf('@') + 1).toLowerCase();
  if (spf.result === 'pass' && areRelated(spf.domain, domain)) return true;
  return dkim.some((signature) => signature.result === 'pass' && areRelated(signature.domain, domain));
}
