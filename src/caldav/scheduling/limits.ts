/** Every bound of this folder, unit last. */

/** Who answered is told to the other members who are invited, where there are at most so many. */
export const answersToldAttendeesMax = 50;
/** Times that a delivery begins again because somebody else wrote meanwhile. */
export const deliveryAttemptsMax = 6;
/** Jobs that one look takes, and how long they are ours: so long they wait where a process was killed. A long one goes on. */
export const turnRows = 4;
export const claimMs = 20_000;
/** Between two attempts: the first, doubled each time, at most. */
export const firstPauseMs = 15_000;
export const longestPauseMs = 6 * 60 * 60_000;
/** Attempts after which a job is put aside, and for how long. */
export const attemptsMax = 16;
export const asideMs = 365 * 86_400_000;
/** The worker looks at least so often: another process may have written. */
export const lookEveryMs = 60_000;
/** Whom one request of the outbox asks about (RFC 6638 §5). */
export const freeBusyRecipientsMax = 100;
/** Octets of one. */
export const freeBusyBytesMax = 65_536;
/** How far ahead a room looks whether it is free, and at how many instances. */
export const roomDaysMax = 400;
export const roomInstancesMax = 200;
/** Messages that an inbox keeps; the oldest go first. */
export const inboxItemsMax = 500;
/** Characters of what is shown of an event in a mail. */
export const shownCharactersMax = 500;
/** Who asks to be told all again (REFRESH) is told so often at most. */
export const refreshPauseMs = 15 * 60_000;
