import { StoreError } from '../../base/index.ts';
import {
  addressOf,
  applyCancel,
  applyReply,
  applyRequest,
  attendeeIn,
  attendeesIn,
  type CalendarObject,
  delegationIn,
  organizerIn,
  readMessage,
} from '../../formats/icalendar/index.ts';
import { invitedByGroup } from './groups.ts';
import type { SchedulingHouse } from './house.ts';
import { answersToldAttendeesMax, deliveryAttemptsMax } from './limits.ts';
import { tell } from './organizer.ts';
import { isLeftToClient, organizerAddress, roleIn } from './role.ts';
import { roomAnswers } from './room.ts';
import { announce, type Kept, keep, keptOf, type News } from './shelf.ts';
import { takeAdd, takeCounter, takeDeclineCounter, takeRefresh } from './talk.ts';
import { selfIn } from './users.ts';

/** A message as it comes to one account. Whoever gives it here knows that it is from `from`. */
export interface Delivery {
  readonly account: number;
  /** As `addressOf`. */
  readonly from: string;
  readonly calendar: string;
  /** It is no news. */
  readonly quiet: boolean;
}

/** What a message did: it is in the calendar, or it said nothing that counts here. */
export type Outcome = 'taken' | 'nothing-new' | 'refused';

/**
 * Takes a message into the inbox and the calendar of who it is for. Doing it again does nothing more. A message by somebody
 * else than the organiser, or the attendee, that it speaks for is refused.
 */
export async function deliver(house: SchedulingHouse, delivery: Delivery): Promise<Outcome> {
  const { method, object } = readMessage(delivery.calendar);
  const take = takers[method];
  if (take === undefined || (object.kind !== 'VEVENT' && object.kind !== 'VTODO')) return 'refused';
  for (let attempt = 1; ; attempt++) {
    try {
      return await take(house, delivery, object);
    } catch (error) {
      const faster =
        error instanceof StoreError && (error.reason === 'conflict' || error.reason === 'exists');
      if (!faster || attempt === deliveryAttemptsMax) throw error;
    }
  }
}

type Take = (house: SchedulingHouse, delivery: Delivery, message: CalendarObject) => Promise<Outcome>;

const takers: Readonly<Record<string, Take>> = {
  REQUEST: takeRequest,
  CANCEL: takeCancel,
  REPLY: takeReply,
  ADD: takeAdd,
  REFRESH: takeRefresh,
  COUNTER: takeCounter,
  DECLINECOUNTER: takeDeclineCounter,
};

/** The sender organises it, and organises what is there already. */
function isOrganizer({ from }: Delivery, message: CalendarObject, kept: Kept | null): boolean {
  const everywhere = message.instances.every((component) => organizerIn(component)?.address === from);
  return everywhere && (kept === null || organizerAddress(kept.object) === from);
}

async function takeRequest(
  house: SchedulingHouse,
  delivery: Delivery,
  sent: CalendarObject,
): Promise<Outcome> {
  const { account, quiet } = delivery;
  const kept = await keptOf(house, account, sent.uid);
  const known = await selfIn(house.accounts, account, [sent, kept?.object ?? null]);
  const message = await invitedByGroup(house, account, sent, kept?.object ?? null, known);
  const more = message === sent ? [] : await selfIn(house.accounts, account, [message]);
  const self = new Set([...known, ...more]);
  if (self.has(delivery.from)) return 'refused';
  const passedOn = kept === null && delegationIn(message, delivery.from, self);
  if (!passedOn && !isOrganizer(delivery, message, kept)) return 'refused';
  const invites = message.instances.some((component) => attendeeIn(component, self) !== null);
  if (!invites && roleIn(kept?.object ?? null, self) !== 'attendee') return 'refused';
  // Others' answers are told about what is there; what its owner removed does not come back by them.
  if (quiet && kept === null) return 'nothing-new';
  if (kept !== null && isLeftToClient(kept.object)) return leftToClient(house, delivery, message);
  const next = applyRequest(kept?.object ?? null, message, self);
  if (next === null) return 'nothing-new';
  const answered = await roomAnswers(house, account, next, self);
  // RFC 6638 §3.2.10: answers of others are no change that a client must look at first.
  const tag = quiet ? 'keep' : 'new';
  if (answered !== null) await keep(house, account, kept, answered.object, { ...answered, tag });
  else await keep(house, account, kept, next, { tag, ...(quiet ? {} : { news: newsOf(delivery, message) }) });
  return 'taken';
}

async function takeCancel(
  house: SchedulingHouse,
  delivery: Delivery,
  message: CalendarObject,
): Promise<Outcome> {
  const { account } = delivery;
  const kept = await keptOf(house, account, message.uid);
  if (!isOrganizer(delivery, message, kept)) return 'refused';
  if (kept === null) return 'nothing-new';
  const self = await selfIn(house.accounts, account, [message, kept.object]);
  if (isLeftToClient(kept.object)) return leftToClient(house, delivery, message);
  if (roleIn(kept.object, self) !== 'attendee') return 'refused';
  const next = applyCancel(kept.object, message);
  if (next === null) return 'nothing-new';
  await keep(house, account, kept, next, { tag: 'new', news: newsOf(delivery, message) });
  return 'taken';
}

async function takeReply(
  house: SchedulingHouse,
  delivery: Delivery,
  message: CalendarObject,
): Promise<Outcome> {
  const { account, from } = delivery;
  const speaks = message.instances.every((component) =>
    attendeesIn(component).every((party) => addressOf(party.property.value) === from),
  );
  if (!speaks) return 'refused';
  const kept = await keptOf(house, account, message.uid);
  if (kept === null) return 'nothing-new';
  const before = kept.object;
  const self = await selfIn(house.accounts, account, [before]);
  if (isLeftToClient(before) && self.has(organizerAddress(before) ?? ''))
    return leftToClient(house, delivery, message);
  if (roleIn(before, self) !== 'organizer') return 'refused';
  const after = applyReply(before, message, new Set([from]));
  if (after === null) return 'nothing-new';
  const { jobs } =
    partiesIn(after) > answersToldAttendeesMax
      ? { jobs: [] }
      : await tell(house, { account, before, after, self });
  await keep(house, account, kept, after, { tag: 'keep', jobs, news: newsOf(delivery, message) });
  return 'taken';
}

/** A client that speaks for itself takes in what it finds in the inbox (RFC 6638 §7.1). */
async function leftToClient(
  house: SchedulingHouse,
  delivery: Delivery,
  message: CalendarObject,
): Promise<Outcome> {
  if (delivery.quiet) return 'nothing-new';
  await announce(house, delivery.account, newsOf(delivery, message));
  return 'taken';
}

const newsOf = ({ from }: Delivery, message: CalendarObject): News => ({ message, from });

const partiesIn = (object: CalendarObject): number =>
  Math.max(...object.instances.map((component) => attendeesIn(component).length));
