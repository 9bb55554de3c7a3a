/** Who passed is known so long without being seen again. */
export const knownMs = 36 * 86_400_000;
/** Who was asked to come again has so long. */
export const comeAgainMs = 2 * 86_400_000;
/** Rows that are kept; the ones not seen for longest go first. */
export const rowsMax = 1_000_000;
/** New rows after which is looked whether there are too many. */
export const rowsBetweenPurgesMax = 50_000;
/** Rows held in memory. */
export const heldRowsMax = 20_000;
/** How long a change waits for others to be written with; a crash forgets so much, and a sender is asked once more. */
export const writeBehindMs = 2_000;
/** Changes that wait; with more they are written at once. */
export const waitingRowsMax = 5_000;
/** "Last seen" is kept as coarse as this, so that a busy sender writes nothing. */
export const seenEveryMs = 3_600_000;
