/**
 * itip: what invitations say (RFC 5546, RFC 6638), as functions from objects to objects. Pure.
 *
 * - An organiser's object is told to each attendee as far as they are invited; an attendee tells their own answer alone.
 * - A message that says nothing new (SEQUENCE, then DTSTAMP) changes nothing, and who changed nothing says nothing: so
 *   nothing goes in circles.
 * - What a client wrote in a copy is told from what the organiser said: the server's notes (`notes.ts`) say which is which.
 * - Times are compared by what they mean, never as text.
 * - Who sent a message is judged before: here it is believed.
 */
export { applyAdd } from './add.ts';
export { askedAnew } from './anew.ts';
export { type AttendeeMessage, attendeeMessage } from './attendee.ts';
export { applyCancel } from './cancel.ts';
export { delegatesAsked, delegationIn } from './delegation.ts';
export { InstanceFinder, instanceKey, instanceOf, instancesByKey } from './instance.ts';
export { attendeeMayNot } from './may-not.ts';
export { sequenceOf, withNotes } from './notes.ts';
export { type OrganizerMessage, organizerMessages } from './organizer.ts';
export {
  addressOf,
  agentOf,
  answeredParameter,
  attendeeIn,
  attendeesIn,
  mailOf,
  organizerIn,
  organizerOf,
  type Party,
  partstatOf,
  refreshedParameter,
} from './people.ts';
export { progressParameter } from './progress.ts';
export { applyReply } from './reply.ts';
export { applyRequest } from './request.ts';
export { messageWith } from './view.ts';
export { timeKey, whenOf } from './when.ts';
