/** Of one stanza, the root counted. RFC 6120 §8 knows no limit; nobody nests as deep. */
export const stanzaDepthMax = 64;
/** Of one element, declarations of name spaces counted. */
export const stanzaAttributesMax = 64;
/** Of one stanza: what is parsed costs more memory than its text. */
export const stanzaElementsMax = 20_000;
