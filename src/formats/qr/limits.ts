/** Versions of the symbol that are made: 57 modules wide at most, which a telephone reads from a screen. */
export const versionMax = 10;
/** Octets of a text at level M in the largest of them (ISO/IEC 18004 table 7). */
export const textBytesMax = 213;
