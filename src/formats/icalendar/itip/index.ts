/**
 * itip: what invitations say (RFC 5546, RFC 6638), as functions from objects to objects. Pure.
 *
 * - An organiser's object is told to each attendee as far as they are invited; an attendee tells their own answer alone.
 * - A message that says nothing new (SEQUENCE, then DTSTAMP) changes nothing, and who changed nothing says nothing: so
 *   nothing goes in circles.
 * - Who sent a message is judged before: here it is believed.
 */
export { applyCancel, applyReply, applyRequest, instanceOf } from './apply.ts';
export { type AttendeeMessage, attendeeMayNot, attendeeMessage } from './attendee.ts';
export { type OrganizerMessage, organizerMessages } from './organizer.ts';
export {
  addressOf,
  agentOf,
  attendeeIn,
  attendeesIn,
  mailOf,
  organizerIn,
  organizerOf,
  type Party,
  partstatOf,
} from './people.ts';
export { instanceKey, instancesByKey, messageWith, sequenceOf, timeKey, timingOf } from './view.ts';
