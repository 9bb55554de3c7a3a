/**
 * formats/iso20022: what is said to a bank and what it says, in the messages of ISO 20022 as SEPA uses them.
 * - `credit-transfers.ts` writes pain.001.001.09 (EPC132-08): the same bytes for the same transfers.
 * - `statements.ts` reads camt.053: entries that were booked, and nothing that is only expected.
 * - `epc-qr.ts` writes what a telephone reads to fill in a transfer (EPC069-12).
 * - `bank-days.ts` knows on which days banks settle in euros.
 * - Amounts are whole cents; texts are of the characters that every bank takes (EPC217-08).
 */
export { bankDayFrom, isBankDay } from './bank-days.ts';
export { creditTransfers, type Transfer, type TransferFile } from './credit-transfers.ts';
export type { BookedEntry, Transaction } from './entries.ts';
export { type EpcTransfer, epcQrText } from './epc-qr.ts';
export { isSepaName, sepaText } from './sepa-text.ts';
export { readStatements, type Statement, type StatementLimits } from './statements.ts';
