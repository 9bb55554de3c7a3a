import { Refusal } from '../errors.ts';
import type { StatusItemFeature } from '../features.ts';
import type { Session } from '../session/session.ts';
import type { StatusItem } from '../wire/index.ts';
import type { Place } from './place.ts';

/** The items of RFC 9051 §6.3.11 and, as RECENT, of RFC 3501 §6.3.10. */
export const baseStatusItems: readonly StatusItemFeature[] = [
  { name: 'MESSAGES', value: ({ messages }) => messages },
  { name: 'UIDNEXT', value: ({ uidNext }) => uidNext },
  { name: 'UIDVALIDITY', value: ({ uidValidity }) => uidValidity },
  { name: 'UNSEEN', value: ({ unseen }) => unseen },
  { name: 'DELETED', value: ({ deleted }) => deleted },
  // Never fewer than there are: those expunged before any client saw them count until one does.
  { name: 'RECENT', value: (mailbox) => Math.min(mailbox.messages, mailbox.uidNext - mailbox.recentUid) },
];

/** The features of the items, in the order asked; tells each that it was asked for. */
export function statusFeatures(session: Session, items: readonly StatusItem[]): StatusItemFeature[] {
  return items.map((name) => {
    const feature = session.services.features.statusItems.get(name);
    if (!feature) throw new Refusal(`this server has no STATUS item ${name}`, null, 'BAD');
    feature.asked?.(session);
    return feature;
  });
}

/** `* STATUS name (MESSAGES 3 …)`; `name` as the client asked for it. */
export async function writeStatus(
  session: Session,
  name: string,
  { account, mailbox }: Pick<Place, 'account' | 'mailbox'>,
  features: readonly StatusItemFeature[],
): Promise<void> {
  const { out } = session;
  const values: (number | string)[] = [];
  for (const feature of features) values.push(await feature.value(mailbox, session, account));
  out.data('STATUS').sp().mailbox(name).sp();
  out.list(features.entries(), ([i, { name }]) => out.raw(`${name} ${values[i]}`));
  out.crlf();
}
