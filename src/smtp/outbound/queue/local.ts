import type { Accounts } from '../../../accounts/index.ts';
import { StoreError } from '../../../base/index.ts';
import type { Log } from '../../../observability/index.ts';
import type { MailWriter } from '../../../stores/mail/index.ts';
import type { Outbox, QueuedMessage, QueuedRecipient } from '../../../stores/outbox/index.ts';
import { type HearOfArrival, heardSafely } from '../../delivery/arrival.ts';
import { returnPathField } from '../../delivery/trace.ts';
import { runDeliveryStages } from '../../inbound/pipeline.ts';
import { replyOfReason } from '../../replies.ts';
import { type Fate, finding } from '../courier/index.ts';

/** What the server itself writes to members. */
export interface LocalDelivery {
  /** Rejects where the accounts cannot be asked: our own domain must not be taken for another's. */
  isLocal(domain: string): Promise<boolean>;
  /** Never rejects. */
  deliver(message: QueuedMessage, recipient: QueuedRecipient): Promise<Fate>;
}

export interface LocalOptions {
  readonly accounts: Pick<Accounts, 'resolve' | 'isLocalDomain'>;
  readonly mail: Pick<MailWriter, 'stage' | 'deliver' | 'discard'>;
  readonly outbox: Pick<Outbox, 'content' | 'stage' | 'enqueue'>;
  readonly arrived?: HearOfArrival;
  readonly log: Log;
}

const delivered: Fate = {
  kind: 'delivered',
  answer: { code: 250, status: '2.1.5', text: 'Delivered', host: '' },
  dsn: false,
  here: true,
};

export function createLocalDelivery({ accounts, mail, outbox, arrived, log }: LocalOptions): LocalDelivery {
  const heard = heardSafely(arrived, log);
  const keep = async (message: QueuedMessage, account: number) => {
    const top = Buffer.from(returnPathField(message.sender));
    async function* all() {
      yield top;
      yield* outbox.content(message) as AsyncIterable<Buffer>;
    }
    const staged = await mail.stage(all(), Number.MAX_SAFE_INTEGER);
    try {
      const { sender } = message;
      const delivery = { account, sender, verdict: null, parsed: staged.parsed, junk: false };
      const { mailbox } = await runDeliveryStages(delivery);
      await mail.deliver(account, mailbox, staged);
      heard({ account, mailbox, parsed: staged.parsed });
    } finally {
      mail.discard(staged.blob);
    }
  };
  // Each has a row of its own from here on, so that one full mailbox brings nobody else a second copy.
  const passOn = async (message: QueuedMessage, addresses: readonly string[]) => {
    const blob = await outbox.stage(outbox.content(message), Number.MAX_SAFE_INTEGER);
    const { sender, options, headerLength, head } = message;
    const recipients = addresses.map((address) => ({ address, notify: ['NEVER'] as const, orcpt: null }));
    const length = headerLength + Buffer.byteLength(head);
    await outbox.enqueue({
      account: 0,
      kind: 'notification',
      sender,
      options,
      head: '',
      blob,
      headerLength: length,
      recipients,
    });
  };
  return {
    isLocal: (domain) => accounts.isLocalDomain(domain),
    async deliver(message, { address }) {
      try {
        const found = await accounts.resolve(address);
        if (found.kind === 'disabled')
          return { kind: 'failed', answer: finding('5.2.1', 'The mailbox is disabled') };
        if (found.kind !== 'local')
          return { kind: 'failed', answer: finding('5.1.1', 'There is nobody of that name') };
        const [only, ...more] = found.recipients;
        if (only?.kind === 'member' && more.length === 0) await keep(message, only.account);
        else await passOn(message, [...new Set(found.recipients.map((one) => one.address))]);
        return delivered;
      } catch (error) {
        return failure(error, log);
      }
    },
  };
}

function failure(error: unknown, log: Log): Fate {
  if (!(error instanceof StoreError)) {
    log.error('mail of our own not delivered', { error });
    return { kind: 'deferred', answer: finding('4.3.0', 'Something went wrong here'), unsure: false };
  }
  const { code, enhanced, lines } = replyOfReason[error.reason];
  const answer = finding(enhanced ?? '4.3.0', lines[0] ?? '');
  return code >= 500 ? { kind: 'failed', answer } : { kind: 'deferred', answer, unsure: false };
}
