/** The first time after which a message, or a destination, is tried again; it doubles from there. */
export const firstRetryMs = 300_000;
/** The longest. */
export const retryMsMax = 4 * 3_600_000;
/** Times are spread by so much, so that what came together does not come back together. */
export const jitterPercent = 20;
/** Recipients of one destination that are claimed at once, and so the most in one transaction (RFC 5321 §4.5.3.1.8). */
export const rowsPerLaneMax = 100;
/** Destinations that are looked at in one step. */
export const lanesPerStepMax = 20;
/** Rows that are too old, or late, decided in one step. */
export const overdueRowsMax = 100;
/** A line that has nothing to carry is kept so long for the next message to the same place. */
export const idleLineMs = 3_000;
/** Messages on one line; servers tire of more. */
export const messagesPerLineMax = 100;
/** An address that did not answer is left alone so long where there are others. */
export const badAddressMs = 300_000;
export const badAddressesMax = 5_000;
/** Where not all addresses can be tried, those that failed so lately come after the others. */
export const failedAddressMs = 8 * 3_600_000;
/** Addresses that are tried for one line; the next time begins with others. */
export const addressesPerOpenMax = 5;
/** The search for one line, all addresses together: hosts that keep us waiting must not hold a worker for hours. */
export const openMs = 600_000;
/** New lines that one worker opens in place of broken ones. */
export const linesPerWorkerMax = 5;
/** How often others who may have put something into the outbox are looked after. */
export const recheckMs = 30_000;
/** How often this process says that it lives. */
export const renewMs = 60_000;
/** The database did not answer: asked again after this long. */
export const storeRetryMs = 1_000;
/** What a queue that ends waits for the database to take its rows back. */
export const leaveMs = 5_000;
