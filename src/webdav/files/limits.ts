/** Names of a folder that are read at once for a listing. */
export const listPageRows = 500;

/** Entries of the trash that are read at once. */
export const trashPageRows = 200;

/** Octets of a checksum header that is looked at. */
export const checksumBytesMax = 200;

/** Numbers that are tried for a name that is taken in a drop folder. */
export const dropNamesMax = 1_000;

/** Of a body of so many bytes it is asked first whether its place is locked; a smaller one costs less than the question. */
export const askedFirstBytesMin = 64 * 1024;
