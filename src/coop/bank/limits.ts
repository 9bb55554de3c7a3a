/** Rows that one page of a listing holds. */
export const pageRows = 500;
/** Rows that one step of a check reads. */
export const stepRows = 2_000;
