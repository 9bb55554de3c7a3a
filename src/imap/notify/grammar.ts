import { type MailboxFilter, parseFilter } from '../names/filter.ts';
import { type Decoder, type FetchItem, type FetchItemParser, wireLimits } from '../wire/index.ts';

/** The events of RFC 5465 §5 that are told, as they are written there. */
export const eventNames = [
  'MessageNew',
  'MessageExpunge',
  'FlagChange',
  'MailboxName',
  'SubscriptionChange',
  'MailboxMetadataChange',
  'ServerMetadataChange',
] as const;
export type EventName = (typeof eventNames)[number];

export interface EventGroup {
  readonly filter: MailboxFilter;
  /** Empty for NONE. */
  readonly events: ReadonlySet<EventName>;
  /** What MessageNew fetches. */
  readonly items: readonly FetchItem[];
  /** Events that were asked for and are not told. */
  readonly unknown: readonly string[];
}

export interface NotifySet {
  /** Counters are to be told at once. */
  readonly status: boolean;
  readonly groups: readonly EventGroup[];
}

/** "NONE" / "SET" [SP "STATUS"] 1*(SP event-group); null for NONE. RFC 5465 §8. */
export function parseNotify(
  decoder: Decoder,
  fetchItems: ReadonlyMap<string, FetchItemParser>,
): NotifySet | null {
  if (decoder.tryKeyword('NONE')) return null;
  if (!decoder.tryKeyword('SET')) decoder.faultExpected('SET or NONE');
  decoder.sp();
  const status = decoder.tryKeyword('STATUS');
  if (status) decoder.sp();
  const groups: EventGroup[] = [];
  do {
    if (groups.length >= wireLimits.optionsMax)
      decoder.fault(`more than ${wireLimits.optionsMax} event groups`);
    groups.push(parseGroup(decoder, fetchItems));
  } while (decoder.tryChar(' '));
  const ofSelected = groups.filter(({ filter }) => isOfSelected(filter));
  if (ofSelected.length > 1) decoder.fault('SELECTED and SELECTED-DELAYED go into one group, once'); // §6.1
  return { status, groups };
}

export function isOfSelected({ kind }: MailboxFilter): boolean {
  return kind === 'selected' || kind === 'selected-delayed';
}

/** "(" filter-mailboxes SP events ")". */
function parseGroup(decoder: Decoder, fetchItems: ReadonlyMap<string, FetchItemParser>): EventGroup {
  decoder.char('(');
  const start = decoder.offset;
  const filter = parseFilter(decoder, ['subtree', 'mailboxes']);
  decoder.sp();
  const { events, items, unknown } = parseEvents(decoder, fetchItems);
  decoder.char(')');
  const [comes, goes] = [events.has('MessageNew'), events.has('MessageExpunge')];
  // RFC 5465 §5
  if (comes !== goes) decoder.fault('MessageNew and MessageExpunge go together', start);
  const ofFlags = events.has('FlagChange') || unknown.includes('ANNOTATIONCHANGE');
  if (ofFlags && !comes) decoder.fault('changes of messages need MessageNew and MessageExpunge', start);
  const messageEvents = new Set<EventName>(['MessageNew', 'MessageExpunge', 'FlagChange']);
  if (isOfSelected(filter) && [...events].some((event) => !messageEvents.has(event))) {
    decoder.fault('of the selected mailbox only events of messages can be told', start); // §6.1
  }
  return { filter, events, items, unknown };
}

/** "(" event *(SP event) ")" / "NONE"; MessageNew may be followed by what to fetch. */
function parseEvents(
  decoder: Decoder,
  fetchItems: ReadonlyMap<string, FetchItemParser>,
): Pick<EventGroup, 'events' | 'items' | 'unknown'> {
  const events = new Set<EventName>();
  const unknown: string[] = [];
  let items: readonly FetchItem[] = [];
  if (decoder.tryKeyword('NONE')) return { events, items, unknown };
  decoder.char('(');
  for (;;) {
    if (events.size + unknown.length >= wireLimits.optionsMax) {
      decoder.fault(`more than ${wireLimits.optionsMax} events`);
    }
    const word = decoder.keyword('an event');
    const event = eventNames.find((known) => known.toUpperCase() === word);
    if (event === undefined) unknown.push(word);
    else events.add(event);
    if (decoder.tryChar(')')) break;
    decoder.sp();
    if (event !== 'MessageNew' || decoder.peek() !== '(') continue;
    items = decoder.fetchItems(fetchItems);
    if (decoder.tryChar(')')) break;
    decoder.sp();
  }
  return { events, items, unknown };
}
