/** Nodes of a tree of sums that one row keeps: what a proof reads of each level. */
export const chunkRows = 256;
/** Rows of one page of a listing. */
export const pageRows = 500;
/** Rows that one step of a check reads. */
export const stepRows = 2_000;
/** Of why something is closed that could have waited. */
export const reasonCharactersMax = 200;
