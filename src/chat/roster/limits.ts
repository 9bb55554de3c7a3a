/** Strangers whose requests wait for an answer, of one account: they leave room in its list. */
export const requestsMax = 500;
