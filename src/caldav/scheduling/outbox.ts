import {
  addressOf,
  attendeesIn,
  CalendarError,
  type Component,
  durationMs,
  organizerIn,
  Property,
  readDuration,
  readMessage,
  timeOf,
  type Window,
  writeComponent,
  writeFreeBusy,
} from '../../formats/icalendar/index.ts';
import { escapeXml } from '../../formats/xml/index.ts';
import {
  bareFolder,
  type Collection,
  DavError,
  type DavMethod,
  type DavPrivilege,
  type Exchange,
  prefixDeclarations,
  type Scene,
  stillActs,
} from '../../webdav/index.ts';
import { refusal } from '../conditions.ts';
import { freeBusyDaysMax } from '../limits.ts';
import { caldavName, kinds, outboxName } from '../names.ts';
import { busyOf } from './busy.ts';
import type { SchedulingHouse } from './house.ts';
import { freeBusyBytesMax, freeBusyRecipientsMax } from './limits.ts';
import { readKept } from './shelf.ts';
import { placeOf, selfIn } from './users.ts';

/** Where clients ask when others are free (RFC 6638 §2.1). Nothing is kept in it. */
export interface OutboxResource extends Collection {
  readonly kind: typeof kinds.outbox;
  readonly account: number;
  /** Whether the visitor still may, after a body came. */
  still(): Promise<boolean>;
}

const privileges: ReadonlySet<DavPrivilege> = new Set([
  'read',
  'read-current-user-privilege-set',
  'schedule-send-invite',
  'schedule-send-reply',
  'schedule-send-freebusy',
]);

/** In a home, for its owner and who acts for them. */
export function outboxIn(
  { account, house, owner, right, visit }: Scene,
  home: readonly string[],
): OutboxResource | null {
  if (right !== 'own' && right !== 'act') return null;
  return {
    ...bareFolder([...home, outboxName]),
    kind: kinds.outbox,
    account,
    owner,
    types: [caldavName('schedule-outbox')],
    may: (privilege) => privileges.has(privilege),
    still: () => stillActs(house, visit.visitor, account),
  };
}

const isOutbox = (resource: { readonly kind: string } | null): resource is OutboxResource =>
  resource?.kind === kinds.outbox;

/** RFC 6638 §5: who asks hears of each when they are busy, and nothing else. */
export function outboxPost(house: SchedulingHouse): DavMethod {
  return {
    name: 'POST',
    rfc: '6638 §5',
    on: ({ resource }) => isOutbox(resource),
    demands: () => [{ on: 'resource', privilege: 'schedule-send-freebusy' }],
    async run(exchange, { resource }) {
      if (!isOutbox(resource)) return;
      const asked = await readQuestion(house, exchange, resource.account);
      if (!(await resource.still())) throw new DavError(403, 'that is not allowed any more');
      const answers: string[] = [];
      for (const attendee of asked.attendees) answers.push(await answerFor(house, exchange, asked, attendee));
      const root = 'C:schedule-response';
      const body = `<?xml version="1.0" encoding="utf-8"?>\n<${root}${prefixDeclarations}>${answers.join('')}</${root}>\n`;
      exchange.send(200, { 'Content-Type': 'application/xml; charset=utf-8' }, body);
    },
  };
}

interface Question {
  readonly window: Window;
  readonly attendees: readonly Property[];
  /** UID and ORGANIZER, which each answer repeats. */
  readonly repeated: readonly Property[];
  /** Who asks. */
  readonly account: number;
  /** The object that is about to be moved, and so makes nobody busy (X-CALENDARSERVER-MASK-UID of Apple's clients). */
  readonly masked: string | null;
}

const wrong = (message: string) => refusal('valid-scheduling-message', message);

async function readQuestion(house: SchedulingHouse, exchange: Exchange, account: number): Promise<Question> {
  const type = exchange.header('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'text/calendar') throw refusal('supported-calendar-data', 'what is sent is text/calendar');
  const { method, object } = read(await bytesOf(exchange));
  const [component] = object.instances;
  if (method !== 'REQUEST' || object.kind !== 'VFREEBUSY' || component === undefined)
    throw wrong('an outbox takes requests for free and busy times');
  const organizer = organizerIn(component);
  const self = await selfIn(house.accounts, account, [object]);
  if (organizer === null || !self.has(organizer.address))
    throw refusal('organizer-allowed', 'who asks is the organiser');
  const attendees = attendeesIn(component).map(({ property }) => property);
  if (attendees.length > freeBusyRecipientsMax)
    throw wrong(`one asks about at most ${freeBusyRecipientsMax} at once`);
  return {
    window: windowOf(component, object.zones()),
    attendees,
    repeated: [...component.properties('UID'), organizer.property],
    account,
    masked: component.text('X-CALENDARSERVER-MASK-UID')?.trim() ?? null,
  };
}

function read(bytes: Buffer) {
  try {
    return readMessage(bytes);
  } catch (error) {
    if (error instanceof CalendarError) throw refusal('valid-calendar-data', error.message);
    throw error;
  }
}

async function bytesOf(exchange: Exchange): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of exchange.body) {
    bytes += piece.length;
    if (bytes > freeBusyBytesMax) throw new DavError(413, `it is longer than ${freeBusyBytesMax} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

const dayMs = 86_400_000;

function windowOf(
  component: Component,
  zones: { instantOf(time: ReturnType<typeof timeOf>): number },
): Window {
  const start = component.property('DTSTART');
  const end = component.property('DTEND');
  const duration = component.property('DURATION');
  if (start === undefined) throw wrong('it has no DTSTART');
  const startMs = zones.instantOf(timeOf(start));
  const lasts = duration === undefined ? dayMs : durationMs(readDuration(duration.value));
  const endMs = end === undefined ? startMs + lasts : zones.instantOf(timeOf(end));
  if (!(startMs < endMs)) throw wrong('it ends before it begins');
  if (endMs - startMs > freeBusyDaysMax * dayMs) throw wrong(`it is of more than ${freeBusyDaysMax} days`);
  return { startMs, endMs };
}

async function answerFor(
  house: SchedulingHouse,
  { visit }: Exchange,
  { window, repeated, account, masked }: Question,
  attendee: Property,
): Promise<string> {
  const place = await placeOf(house.accounts, addressOf(attendee.value));
  const recipient = `<C:recipient><D:href>${escapeXml(attendee.value)}</D:href></C:recipient>`;
  const response = (status: string, data = '') =>
    `<C:response>${recipient}<C:request-status>${status}</C:request-status>${data}</C:response>`;
  if (place.kind === 'mail' || place.kind === 'group') return response('5.3;No scheduling support for user');
  if (place.kind === 'nobody') return response('3.7;Invalid calendar user');
  const except = masked !== null && (await mayMask(house, account, place.account, masked)) ? masked : null;
  const periods = await busyOf(house, place.account, window, except);
  const made = writeFreeBusy(window, periods, visit.clock.nowMs(), [...repeated, attendee]);
  const reply = made.with(Property.of('METHOD', 'REPLY'));
  return response('2.0;Success', `<C:calendar-data>${escapeXml(writeComponent(reply))}</C:calendar-data>`);
}

/** What is one's own, or what one leads; of anything else it would be told that it is there. */
async function mayMask(
  { accounts, collections }: SchedulingHouse,
  asking: number,
  asked: number,
  uid: string,
): Promise<boolean> {
  if (asking === asked) return true;
  const [item] = await collections.byUid(asked, 'calendars', uid);
  if (item === undefined) return false;
  const object = readKept(item.bytes);
  const self = await selfIn(accounts, asking, [object]);
  return object.instances.every((each) => self.has(organizerIn(each)?.address ?? ''));
}
