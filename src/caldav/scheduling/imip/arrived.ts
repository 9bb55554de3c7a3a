import {
  addressOf,
  attendeesIn,
  CalendarError,
  type CalendarObject,
  organizerIn,
  readMessage,
  writeComponent,
} from '../../../formats/icalendar/index.ts';
import type { NewJob } from '../../../stores/collections/index.ts';
import { jobOf, laneOfArrived } from '../jobs.ts';

/** Who speaks by a message of each method. */
const speakers = {
  REQUEST: 'organizer',
  CANCEL: 'organizer',
  ADD: 'organizer',
  DECLINECOUNTER: 'organizer',
  REPLY: 'attendee',
  REFRESH: 'attendee',
  COUNTER: 'one of the attendees',
} as const;

/**
 * What is to be done with a message that came by mail, whose one author was proven. Null where it is just mail: it cannot be
 * read, it is of a method that says nothing to a calendar, or its author is not who it speaks for (RFC 6047 §3):
 * SENT-BY says so of oneself, and is not believed.
 */
export function arrivedJob(bytes: Buffer, author: string): NewJob | null {
  const message = read(bytes);
  if (message === null) return null;
  const { method, object } = message;
  const speaker = isSpoken(method) ? speakers[method] : null;
  if (speaker === null) return null;
  const sender = addressOf(`mailto:${author}`);
  const from = speakerOf[speaker](object, sender);
  if (from === null) return null;
  const calendar = writeComponent(object.calendar);
  const lane = laneOfArrived(object.uid);
  return jobOf({ from, to: [], calendar, quiet: false, arrived: true }, { lane, outward: false });
}

const isSpoken = (method: string): method is keyof typeof speakers => Object.hasOwn(speakers, method);

function read(bytes: Buffer): { readonly method: string; readonly object: CalendarObject } | null {
  try {
    return readMessage(bytes);
  } catch (error) {
    if (error instanceof CalendarError) return null;
    throw error;
  }
}

function organizerOfAll({ instances }: CalendarObject, sender: string): string | null {
  const all = instances.map(organizerIn);
  const [first] = all;
  if (first == null) return null;
  return all.every((party) => party?.address === sender) ? first.address : null;
}

/** RFC 5546 §3.2.3: an answer is of one attendee. */
function attendeeOfAll({ instances }: CalendarObject, sender: string): string | null {
  const all = instances.flatMap((component) => attendeesIn(component));
  const [first] = all;
  if (first === undefined) return null;
  return all.every((party) => party.address === sender) ? first.address : null;
}

/** RFC 5546 §3.2.7: who proposes something names the others too. */
function oneOfAll({ instances }: CalendarObject, sender: string): string | null {
  const all = instances.every((component) =>
    attendeesIn(component).some(({ address }) => address === sender),
  );
  return all ? sender : null;
}

const speakerOf = {
  organizer: organizerOfAll,
  attendee: attendeeOfAll,
  'one of the attendees': oneOfAll,
} as const;
