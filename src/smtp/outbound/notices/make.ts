import { type Clock, StoreError } from '../../../base/index.ts';
import type { Outbox, Outgoing, QueuedMessage, QueuedRecipient } from '../../../stores/outbox/index.ts';
import { compose } from './compose.ts';
import { headerBytesMax, wholeBytesMax } from './limits.ts';
import type { Action, Told } from './types.ts';

export interface NoticeOptions {
  readonly outbox: Pick<Outbox, 'stage' | 'bytes'>;
  readonly hostname: string;
  readonly domain: string;
  readonly clock: Clock;
  /** Where a notice about a message of this sender goes: senders that were rewritten are what they were. */
  readonly returnTo: (sender: string) => string;
  /** Header lines put above a notice: signatures. */
  readonly sign: (bytes: Buffer) => Promise<string>;
}

export interface Notices {
  /** A notice about one message, staged, for those of `told` whose sender wants to hear of it; none: null. */
  about(message: QueuedMessage, told: readonly Told[]): Promise<Outgoing | null>;
}

/** RFC 3461 §4.1: who names conditions is told of those, who names none of failures and delays. */
export function wants(recipient: Pick<QueuedRecipient, 'notify'>, action: Action): boolean {
  const condition = action === 'failed' ? 'FAILURE' : action === 'delayed' ? 'DELAY' : 'SUCCESS';
  if (recipient.notify.length === 0) return condition !== 'SUCCESS';
  return recipient.notify.includes(condition);
}

export function createNotices({ outbox, hostname, domain, clock, returnTo, sign }: NoticeOptions): Notices {
  return {
    async about(message, told) {
      // RFC 5321 §6.1, RFC 3464 §2: never about a notice, which is what the null sender says.
      if (message.sender === '' || message.kind === 'notification' || told.length === 0) return null;
      const sender = returnTo(message.sender);
      if (sender === '') return null;
      const failed = told.some(({ action }) => action === 'failed');
      // Of what is forwarded nobody knows whether it is the sender's: its words are not sent there in our name.
      const whole =
        failed &&
        message.kind !== 'forward' &&
        message.options.ret === 'FULL' &&
        message.size + Buffer.byteLength(message.head) <= wholeBytesMax;
      const bytesMax = whole ? wholeBytesMax : headerBytesMax;
      // A notice without what it is about, or unsigned, is better than none.
      const returned = await outbox
        .bytes(message, whole ? 'all' : 'header', bytesMax)
        .catch(orNothing(Buffer.alloc(0)));
      const notice = {
        message: { ...message, sender },
        told,
        whole,
        returned: wholeLines(returned, bytesMax),
      };
      const composed = compose(notice, { hostname, domain, nowMs: clock.nowMs() });
      const { bytes, headerLength, utf8, eightBit } = composed;
      const head = await sign(bytes).catch(orNothing(''));
      return {
        account: 0,
        kind: 'notification',
        sender: '',
        options: { body: eightBit ? '8BITMIME' : '7BIT', utf8, ret: null, envid: null, tls: null },
        head,
        blob: await outbox.stage(bytes, Number.MAX_SAFE_INTEGER),
        headerLength,
        recipients: [{ address: sender, notify: ['NEVER'], orcpt: null }],
      };
    },
  };
}

/** What is not there for good; what the store cannot say for the moment is asked again. */
function orNothing<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof StoreError && (error.reason === 'unavailable' || error.reason === 'no-space'))
      throw error;
    return nothing;
  };
}

/** Cut at a line's end where it was cut at all. */
function wholeLines(bytes: Buffer, bytesMax: number): Buffer {
  if (bytes.length < bytesMax) return bytes;
  return bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
}
