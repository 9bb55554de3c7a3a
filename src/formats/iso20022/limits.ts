/** Characters of an identifier and of a name (pain.001.001.09: Max35Text, EPC: 70 of a name, 140 of the remittance). */
export const idCharactersMax = 35;
export const nameCharactersMax = 70;
export const remittanceCharactersMax = 140;
/** Cents of one transfer (EPC132-08: 999,999,999.99). */
export const transferCentsMax = 99_999_999_999;
/** Octets of a statement file, entries in it, and transactions in them. */
export const statementBytesMax = 256 * 1_048_576;
export const statementEntriesMax = 500_000;
export const statementTransactionsMax = 500_000;
/** Octets of what a QR code for a transfer says (EPC069-12 §2: version 13 of the code, level M). */
export const epcQrBytesMax = 331;
