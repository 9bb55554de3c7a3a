import type { AcceptedRecipient, Transaction } from '../session/types.ts';

/** Addresses of ours whose mail goes on to others, lower-case; not those that are elsewhere themselves. */
export function forwardersOf({ recipients }: Pick<Transaction, 'recipients'>): string[] {
  const leadsOn = ({ address, others }: AcceptedRecipient) => others.some((other) => other !== address);
  return recipients.filter(leadsOn).map(({ address }) => address.toLowerCase());
}

/**
 * What tells us on its next visit that a message was sent on from this address. Of several addresses none is named: each
 * would tell the others of a hidden recipient (RFC 5321 §7.2).
 */
export function deliveredToField(transaction: Pick<Transaction, 'recipients'>): string {
  const [only, ...others] = forwardersOf(transaction);
  return only === undefined || others.length > 0 ? '' : `Delivered-To: ${only}\r\n`;
}
