import { StoreError } from '../../base/index.ts';
import { Refusal } from '../errors.ts';
import { type MailboxFilter, matches, parseFilter } from '../names/filter.ts';
import { locate, type Place } from '../names/place.ts';
import { placeOf, visibleNames } from '../names/visible.ts';
import { Selected } from '../session/selected.ts';
import type { Session } from '../session/session.ts';
import { type Decoder, wireLimits } from '../wire/index.ts';
import type { Source } from './answer.ts';

/** Where to search: "IN" SP "(" filter-mailboxes *(SP filter-mailboxes) ")". RFC 7377 §4 esearch-source-opts. */
export function parseSources(decoder: Decoder): readonly MailboxFilter[] {
  const filters: MailboxFilter[] = [];
  decoder.char('(');
  do {
    if (decoder.peek() === '(') decoder.fault('scope options are not known here'); // none is defined
    if (filters.length >= wireLimits.optionsMax)
      decoder.fault(`more than ${wireLimits.optionsMax} choices of mailboxes`);
    const start = decoder.offset;
    const filter = parseFilter(decoder, ['subtree', 'subtree-one', 'mailboxes']);
    if (filter.kind === 'selected-delayed') decoder.fault('SELECTED-DELAYED is not for searches', start); // §2.1
    filters.push(filter);
  } while (decoder.tryChar(' '));
  decoder.char(')');
  return filters;
}

/**
 * The mailboxes that filters mean, each once, as far as this member may read them; what was not named must be visible
 * besides. What is not there or not allowed is passed over in silence (RFC 7377 §2.1).
 */
export async function placesOf(session: Session, filters: readonly MailboxFilter[]): Promise<Place[]> {
  const places = new Map<string, Place>();
  const add = (place: Place) => {
    const key = `${place.account} ${place.mailbox.id}`;
    if (place.rights.includes('r') && !places.has(key)) places.set(key, place);
  };
  for (const visible of await visibleNames(session)) {
    const place = placeOf(session, visible);
    if (place === null) continue;
    if (filters.some((filter) => matches(filter, visible))) add(place);
  }
  for (const name of filters.flatMap((filter) => namesOf(session, filter))) {
    const place = await located(session, name);
    if (place !== null) add(place);
  }
  return [...places.values()];
}

function namesOf({ selected }: Session, filter: MailboxFilter): readonly string[] {
  if ('names' in filter) return filter.names;
  return filter.kind === 'selected' && selected !== null ? [selected.name] : [];
}

/** Who knows a name may search there without seeing it in LIST. */
async function located(session: Session, name: string): Promise<Place | null> {
  try {
    return await locate(session, name, 'r');
  } catch (error) {
    if (error instanceof Refusal || error instanceof StoreError) return null;
    throw error;
  }
}

function isSelected({ selected }: Session, { account, mailbox }: Place): boolean {
  return selected !== null && selected.account === account && selected.id === mailbox.id;
}

/**
 * Lets `work` look into a mailbox, as this session knows it where it is the selected one and else as it is now. Null
 * where it went meanwhile.
 */
export async function within<T>(
  session: Session,
  place: Place,
  work: (source: Source) => Promise<T>,
): Promise<T | null> {
  const { name, mailbox } = place;
  const known = session.selected;
  if (known !== null && isSelected(session, place))
    return work({ selected: known, name, uidValidity: mailbox.uidValidity });
  const opened = await Selected.open(session.mail, place, true).catch((error: unknown) => {
    if (error instanceof StoreError && error.reason === 'not-found') return null;
    throw error;
  });
  if (opened === null) return null;
  const { selected, mailbox: now } = opened;
  try {
    if (!session.rev2) selected.addRecent(now.recentUid);
    return await work({ selected, name, uidValidity: now.uidValidity });
  } finally {
    selected.close();
  }
}
