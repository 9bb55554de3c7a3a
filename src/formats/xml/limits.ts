/** Octets of one document, unless who reads it says less. */
export const xmlBytesMax = 16_777_216;
/** Looking up a name space takes longer the deeper an element lies. */
export const xmlDepthMax = 100;
export const xmlElementsMax = 500_000;
/** Of one element, name spaces counted. */
export const xmlAttributesMax = 64;
