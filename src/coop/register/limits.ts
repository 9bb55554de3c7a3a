export const nameCharactersMax = 140;
export const addressCharactersMax = 500;
export const holderCharactersMax = 140;
export const keyCharactersMax = 150;
/** Of the reference to a decision: `agm-2026:7`. */
export const decisionCharactersMax = 100;
/** Rows that one page of a listing holds. */
export const pageRows = 500;
/** Rows that one step of a check reads. */
export const stepRows = 2_000;
/** Requests that one transaction redeems. */
export const redemptionsMax = 200;
/** Of a certificate as PDF. */
export const certificateBytesMax = 1_000_000;
/** Certificates of one person that are listed. */
export const certificatesShownRows = 20;
/** Of what a consent is for, and of the version of its text. */
export const purposeCharactersMax = 60;
/** Of an IBAN, what a mail says: enough to know one's own, too little to use. */
export const ibanEndCharactersMax = 4;
