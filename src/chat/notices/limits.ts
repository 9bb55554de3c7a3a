/** So long it is waited for more of the same burst, before a member is told. */
export const noticeQuietMs = 2_000;
/** Who was told is told of what comes meanwhile after this, at once of all of it. */
export const noticeEveryMs = 30_000;
/** Mails and invitations that one notice names; of more it says how many. */
export const noticeLinesMax = 5;
/** Of a sender, a subject or a title. */
export const noticeTextCharsMax = 150;
/** Members of whom something waits to be told; for more nothing is. */
export const noticesWaitingMax = 10_000;
