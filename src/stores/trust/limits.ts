/** Signing keys that a domain may have at one time, published ones and old ones together. */
export const keysPerDomainMax = 16;
/** RFC 8301 §3.2 asks signers for at least 1024 bits and advises 2048. */
export const rsaModulusBits = 2048;
/** A retired key stays in the DNS this long: what it signed may still be on its way (a queue tries for five days). */
export const retiredPublishedDays = 7;
/** Then it is only listed, and then it is forgotten. */
export const retiredKeptDays = 60;
/** Different observations of one day, of a kind, that are kept to be reported; further ones are not counted. */
export const owedRowsPerDayMax = 100_000;
/** Observations that nobody reported on (a lease was held elsewhere, mail could not be sent) are forgotten. */
export const owedKeptDays = 7;
/** Reports of others that are kept, of all domains together; then the oldest go. */
export const receivedReportsMax = 5_000;
/** Rows of one received report; the rest is counted and not kept. */
export const receivedRowsMax = 2_000;
