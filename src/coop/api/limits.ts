/** A body that is JSON; read no further than this. */
export const bodyBytesMax = 65_536;
export const bodyDepthMax = 16;
/** A body that is a file: a month of a bank's statements of many thousand lines. */
export const uploadBytesMax = 32 * 1_048_576;
export const keyCharactersMax = 100;
/** What an answer to a write is kept for: asked again with its key until then, it is told again without a look at the rooms. */
export const answersKeptDays = 7;
/** Longer answers are not kept; the rooms answer again what was done under the key. */
export const answerBytesMax = 65_536;
export const pageRowsMax = 200;
export const usualPageRows = 50;
export const cursorCharactersMax = 200;
/** Of one account, or of one network that did not say who it is: this many at once, then so many a minute. */
export const requestsBurstMax = 120;
export const requestsPerMinuteMax = 600;
/** What a file counts for that is made of all that there is, and what a document does. */
export const exportWeightCount = 60;
export const certificateWeightCount = 10;
export const callersMax = 20_000;
/** Faults of a body that one answer names. */
export const faultsMax = 20;
/** Writes under one key, or on one thing, that wait for each other. */
export const waitingMax = 20;
