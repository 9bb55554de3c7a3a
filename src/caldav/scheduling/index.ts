/**
 * scheduling: invitations (RFC 6638, RFC 5546, RFC 6047). What writing an object says to others is a job of the same
 * transaction (`hooks.ts`); a worker brings it to members here, into inbox and calendar, and to others by mail.
 * - A message is believed only from whom it speaks for: here the owner of the calendar, by mail whom the mail proves.
 * - What says nothing new changes nothing and makes nothing be said; only rooms and resources answer by themselves.
 * - A delivery done twice is a delivery done once. What cannot be done is tried again, then put aside with a word.
 * - What is over is told to nobody.
 */

export { schedulingExtension } from './extension.ts';
export { schedulingHooks } from './hooks.ts';
export type {
  ArrivedNews,
  CalendarUserType,
  InvitationMail,
  SchedulingHouse,
  SendInvitation,
} from './house.ts';
export { arrivedJob } from './imip/arrived.ts';
export { type ComposedMail, composeInvitation } from './imip/compose.ts';
export { envelopeOf, fateJob, type MailFate } from './imip/fate.ts';
export { isKnown } from './imip/known.ts';
export { type SchedulingWorker, startSchedulingWorker } from './worker.ts';
