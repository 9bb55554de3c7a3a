/** Every bound of this folder, unit last. */

/** Octets of a description. */
export const descriptionBytesMax = 8_192;
/** Conditions of one filter. */
export const filterConditionsMax = 100;
/** Octets of one text-match: each value is compared with it. */
export const textMatchBytesMax = 4_096;
/** Properties that an address-data picks. */
export const pickedNamesMax = 200;
/** Cards that one query answers; what is more is told of (RFC 6352 §8.6.1). */
export const queryRowsMax = 50_000;
/** Cards whose bytes are read at once. */
export const batchItemsMax = 100;
/** Octets of an Accept header that is read; what is longer says nothing. */
export const acceptBytesMax = 1_024;
/** Characters of a telephone number that the directory shows. */
export const phoneCharactersMax = 64;
/** Octets of a photo that the directory shows, in base64. */
export const directoryPhotoBytesMax = 1_048_576;
