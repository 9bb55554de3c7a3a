/** Every bound of this folder, unit last. */

/** A write that finds something else than it was made for is made anew so often, where its client had no condition. */
export const writeAttemptsMax = 4;
/** Items whose bytes are held at once for an answer. */
export const batchItemsMax = 100;
/** Their octets, one item at least; where sizes are known only when they were read, about so many. */
export const batchBytesMax = 8 * 1_048_576;
/** Items of unknown size that are read first where the collection holds more than that. */
export const firstItemsMax = 10;
