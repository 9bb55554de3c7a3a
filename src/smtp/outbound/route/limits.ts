/** Exchangers tried of a domain, however many it names: the best of them. */
export const exchangersMax = 10;
export const addressesPerHostMax = 6;
