/** What was done: `share.transfer`. */
export const verbCharactersMax = 60;
/** What it was done to: `member:17`, `run:5`. */
export const subjectCharactersMax = 200;
/** The key under which a write is asked for once. */
export const actKeyCharactersMax = 200;
/** What is answered again under the same key, as JSON. */
export const answerCharactersMax = 4_000;
/** Of a decision: its reference in the minutes. */
export const referenceCharactersMax = 100;
/** Of a decision: what it is about. */
export const titleCharactersMax = 200;
/** Acts that one page of the log holds. */
export const actPageRows = 200;
/** Rows that one step of a check reads. */
export const actStepRows = 2_000;
