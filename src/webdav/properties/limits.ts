/** Octets of one dead property, as it stands by itself. */
export const deadPropertyBytesMax = 65_536;
/** Changes in one PROPPATCH or MKCOL. */
export const propertyChangesMax = 200;
/** Properties that one PROPFIND or report asks for by name. */
export const wantedPropertiesMax = 256;

/** A PROPFIND of depth infinity is held until it is known to end: rows, and characters of them. */
export const infinityRowsMax = 10_000;
export const infinityCharsMax = 16_777_216;
