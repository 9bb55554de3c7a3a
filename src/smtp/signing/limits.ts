/** Domains whose keys are held ready, two keys each. */
export const keysHeldMax = 2_000;
/** Days for which a bounce to a rewritten sender finds its way back: a queue gives up after five, a vacation lasts longer. */
export const srsValidDays = 21;
/** Characters of the HMAC in a rewritten sender, five bits each. */
export const srsHashChars = 8;
