/** Entries that one append seals. */
export const draftsMax = 1_000;
/** Postings of one entry: a month is shared out in one. */
export const postingsMax = 200_000;
export const keyCharactersMax = 200;
export const memoCharactersMax = 500;
export const kindCharactersMax = 60;
export const accountCharactersMax = 80;
/** Entries that one page of a listing holds. */
export const pageRows = 500;
/** Rows that one step of a check reads. */
/** Postings that one page of a person's own entries reads; an entry has few of one person. */
export const ownRows = 500;
export const stepRows = 2_000;
/** Coins that one deposit takes. */
export const coinsMax = 1_000_000;
