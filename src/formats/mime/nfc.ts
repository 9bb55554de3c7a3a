const marksInRowMax = 30;
const longRun = new RegExp(`\\p{M}{${marksInRowMax}}(?=\\p{M})`, 'gu');

/**
 * Canonical composition in linear time. Sorting a run of combining marks takes the square of its length (32,000
 * pairs take a second), so runs are cut as the Stream-Safe Text Format of UAX #15 §13 does, by U+034F.
 */
export function composed(text: string): string {
  // Below U+0300 every text is composed already.
  if (!/[\u0300-\uffff]/.test(text)) return text;
  return text.replace(longRun, '$&\u034f').normalize('NFC');
}
