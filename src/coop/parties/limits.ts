export const partyNameCharactersMax = 140;
/** Of an address: lines, and characters of one. */
export const addressLinesMax = 6;
export const addressLineCharactersMax = 70;
export const vatNumberCharactersMax = 20;
/** Of an invoice: lines, and characters of what one says. */
export const invoiceLinesMax = 100;
export const invoiceTextCharactersMax = 200;
/** How many of a thing one line counts. */
export const quantityMax = 1_000_000;
/** Minor units of one invoice without VAT: a transfer of SEPA cannot pay more. */
export const invoiceNetMax = 80_000_000_000;
/** Octets of an invoice as PDF. */
export const invoicePdfBytesMax = 4_000_000;
/** Rows that one page of a listing holds. */
export const partyPageRows = 200;
/** Rows that one step of a check reads. */
export const partyStepRows = 2_000;
