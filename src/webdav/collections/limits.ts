/** Every bound of this folder, unit last. */

/** A write that finds something else than it was made for is made anew so often, where its client had no condition. */
export const writeAttemptsMax = 4;
/** Names in one multiget. */
export const multigetHrefsMax = 5_000;
/** Items whose bytes are held at once for an answer. */
export const multigetItemsMax = 100;
/** About how many octets of them; how many items there are in that is known only when they were read. */
export const multigetBytesMax = 8 * 1_048_576;
/** Items that are read first where the collection holds more than that. */
export const multigetFirstItemsMax = 10;
