/** What becomes of a message that nobody has stopped. */
export type MessageRule =
  /** To the resource that is named. */
  | 'resource'
  /** To every resource that is available with a priority of 0 or more. */
  | 'all'
  /** Nobody is there: kept until somebody is. */
  | 'offline'
  | 'bounce'
  | 'ignore';

export interface MessageCase {
  /** The address names a resource. */
  readonly isFull: boolean;
  /** That resource is bound. */
  readonly isBound: boolean;
  /** Some resource is available with a priority of 0 or more. */
  readonly isAvailable: boolean;
}

type Row = readonly [toBareWithSomebody: MessageRule, toBareWithNobody: MessageRule, toAbsent: MessageRule];

// RFC 6121 §8.5.2.1.1, §8.5.2.2.1, §8.5.3.2.1: absent 'all' is as if it were to the bare address.
const rows: ReadonlyMap<string, Row> = new Map(
  Object.entries<Row>({
    chat: ['all', 'offline', 'all'],
    normal: ['all', 'offline', 'all'],
    headline: ['all', 'ignore', 'ignore'],
    groupchat: ['bounce', 'bounce', 'bounce'],
    error: ['ignore', 'ignore', 'ignore'],
  }),
);

/** The table of RFC 6121 §8.5 for messages; a type that nobody knows is `normal` (§5.2.2). */
export function messageRule(type: string, { isFull, isBound, isAvailable }: MessageCase): MessageRule {
  if (isFull && isBound) return 'resource';
  const [somebody, nobody, absent] = rows.get(type) ?? ['all', 'offline', 'all'];
  if (isFull && absent !== 'all') return absent;
  return isAvailable ? somebody : nobody;
}
