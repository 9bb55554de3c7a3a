/** Every bound of this folder, unit last. */

/** Octets of a description. */
export const descriptionBytesMax = 8_192;
/** Octets of an Accept header that is read; what is longer says nothing. */
export const acceptBytesMax = 1_024;
/** Characters of a telephone number that the directory shows. */
export const phoneCharactersMax = 64;
/** Octets of a photo that the directory shows, in base64. */
export const directoryPhotoBytesMax = 1_048_576;
