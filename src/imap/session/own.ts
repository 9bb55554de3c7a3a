import type { UidRange } from '../../stores/mail/index.ts';
import type { Session } from './session.ts';

/** What a command of the client did: it is not told of that as news (RFC 5465 §5). */
export interface OwnChange {
  readonly account: number;
  readonly modseqs: readonly number[];
  /** Messages it put into a mailbox. */
  readonly made?: { readonly mailbox: number; readonly uids: readonly UidRange[] };
}

export function noteOwn({ notifier, selected }: Session, { account, modseqs, made }: OwnChange): void {
  notifier?.own(account, modseqs);
  if (made !== undefined && selected?.account === account && selected.id === made.mailbox) {
    selected.made(made.uids);
  }
}
