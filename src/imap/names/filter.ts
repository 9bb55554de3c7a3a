import { delimiter } from '../../stores/mail/index.ts';
import { type Decoder, shown, wireLimits } from '../wire/index.ts';
import { isForeign } from './place.ts';

/** Which mailboxes are meant (RFC 5465 §6); `subtree-one`, of RFC 7377 §2.1, is no choice of NOTIFY. */
export type MailboxFilter =
  | { readonly kind: 'selected' | 'selected-delayed' | 'personal' | 'inboxes' | 'subscribed' }
  | { readonly kind: 'subtree' | 'subtree-one' | 'mailboxes'; readonly names: readonly string[] };

/** A name as filters see it. */
export interface FilteredName {
  readonly name: string;
  readonly subscribed: boolean;
}

const plainFilters = ['selected', 'selected-delayed', 'personal', 'inboxes', 'subscribed'] as const;

/** `named`: the words that names follow. */
export function parseFilter(
  decoder: Decoder,
  named: readonly ('subtree' | 'subtree-one' | 'mailboxes')[],
): MailboxFilter {
  const start = decoder.offset;
  const word = decoder.keyword('which mailboxes').toLowerCase();
  const plain = plainFilters.find((known) => known === word);
  if (plain !== undefined) return { kind: plain };
  const kind = named.find((known) => known === word);
  if (kind === undefined) return decoder.fault(`unknown choice of mailboxes ${shown(word)}`, start);
  decoder.sp();
  if (decoder.peek() !== '(') return { kind, names: [decoder.mailbox()] };
  const bounds = { min: 1, max: wireLimits.notifyNamesMax, what: 'mailboxes' };
  return { kind, names: decoder.list((d) => d.mailbox(), bounds) };
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(0, name.lastIndexOf(delimiter)));
}

/** Whether a name is among those that a filter means. */
export function matches(filter: MailboxFilter, { name, subscribed }: FilteredName): boolean {
  switch (filter.kind) {
    case 'personal':
    // RFC 5465 §6.3: mail may be delivered to any mailbox of a member.
    case 'inboxes':
      return !isForeign(name);
    case 'subscribed':
      return subscribed;
    case 'subtree':
      return filter.names.some((top) => name === top || name.startsWith(top + delimiter));
    case 'subtree-one':
      return filter.names.some((top) => name === top || parentOf(name) === top);
    case 'mailboxes':
      return filter.names.includes(name);
    default:
      return false;
  }
}
