/** Messages that an import keeps with one commit. */
export const importedAtOnceMax = 500;
/** Items of one node that are read with one question. */
export const itemsPerPageMax = 100;
/** A file that is imported: it is held as a whole. */
export const portableBytesMax = 256 * 1024 * 1024;
