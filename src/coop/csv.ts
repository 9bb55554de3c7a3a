import { stringify } from 'csv-stringify/sync';

/** One line (RFC 4180), ended by LF; nothing in it that a spreadsheet would take for a formula. */
export const csvLine = (cells: readonly (string | number)[]): string =>
  stringify([[...cells]], { escape_formulas: true });
