/**
 * formats/iban: numbers that carry their own check: bank accounts (ISO 13616), the national key inside some of them, and
 * references that a payer writes into a transfer (ISO 11649). Pure; nobody's name is here.
 */
export { type Iban, readIban, shownIban } from './iban.ts';
export { creditorReference, readCreditorReference } from './reference.ts';
