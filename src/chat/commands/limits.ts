/** Commands that one session has begun and not ended; the oldest is forgotten. */
export const commandsAtOnceMax = 10;
/** Rows of one answer to an administrator. */
export const listedMax = 500;
/** Of an announcement. */
export const announcementBytesMax = 16_384;
