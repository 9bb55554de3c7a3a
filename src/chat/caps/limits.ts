/** Hashes whose features are known. */
export const capsKnownMax = 2_000;
/** Characters of all names of features of one client; who has more is taken to have none. */
export const capsCharactersMax = 16_384;
/** Questions that wait for their answer, of all accounts. */
export const capsAskedMax = 1_000;
/** Of those, to clients of one account. */
export const capsAskedPerAccountMax = 10;
/** For which a client is waited for. */
export const capsAnswerMsMax = 15_000;
