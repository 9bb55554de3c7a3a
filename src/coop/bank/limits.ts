/** Lines that one import takes, in all its statements: it is one transaction. */
export const importLinesMax = 100_000;
/** Transfers of a payment run that a person names of one line. */
export const matchItemsMax = 1_000;
/** Octets of a file that is imported. */
export const importBytesMax = 256 * 1_048_576;
/** Characters of what is kept of a line: identifiers, the other side's name, what the payer wrote. */
export const nameCharactersMax = 140;
export const remittanceCharactersMax = 500;
/** Rows that one page of a listing holds. */
export const pageRows = 500;
/** Rows that one step of a check reads. */
export const stepRows = 2_000;
