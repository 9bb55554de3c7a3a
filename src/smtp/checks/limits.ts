/** Signatures of one message that are verified; those of the author's domain come first (RFC 6376 §6.1 lets us choose). */
export const signaturesMax = 20;
/** Signatures with l= among them: each length is a hash of its own. */
export const partialSignaturesMax = 2;
/** A signature field of more octets is not verified: its list of names would be compared with each field. */
export const signatureFieldBytesMax = 8_192;
/** A header of more fields or octets is not verified; SPF and DMARC still are. */
export const checkedFieldsMax = 1_000;
export const checkedHeaderBytesMax = 262_144;
/** All ARC fields together; each seal covers all those before it (RFC 8617 §5.1.1). */
export const arcFieldBytesMax = 65_536;
/** Characters of p= in a key record: 8192 bits of RSA. RFC 8301 §3.2 asks for 4096. */
export const keyCharsMax = 1_500;
/** RFC 8301 §3.2: RSA keys of fewer bits are worth nothing. */
export const keyBitsMin = 1_024;
/** DNS questions of one message, all checks but DMARC together. */
export const questionsMax = 150;
/** Those of DMARC: RFC 9989 §4.10.2 walks of eight for the author and ten that may align, and whether a name exists. */
export const policyQuestionsMax = 100;
/** RFC 7208 §4.6.4. */
export const spfLookupsMax = 10;
export const spfVoidLookupsMax = 2;
/** Octets that are hashed in one turn of the event loop, unless one line is longer. */
export const turnBytes = 65_536;
/** From the end of a message to its verdict; what is unknown then is a temporary error. */
export const checkMsMax = 20_000;
/** Of these, milliseconds at the end that are for DMARC alone: all else is over then. */
export const policyMsMin = 5_000;
/** Octets of one line of our Authentication-Results, where a word is not longer. */
export const resultLineBytes = 76;
/** Of a name that claims results, so many of the domains above it are compared with ours. */
export const parentDomainsMax = 10;
