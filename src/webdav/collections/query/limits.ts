/** Every bound of this folder, unit last. */

/** Conditions of one filter: elements in it. */
export const filterConditionsMax = 100;
/** Octets of one text-match: each value is compared with it. */
export const textMatchBytesMax = 4_096;
/** Items that one query answers; what is more is told of (RFC 4791 §7.8, RFC 6352 §8.6.1). */
export const queryRowsMax = 50_000;
/** Components and properties that are picked from each item. */
export const pickedNamesMax = 200;
/** Names in one multiget. */
export const multigetHrefsMax = 5_000;
