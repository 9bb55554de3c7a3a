/** What SEARCH compares: NFC without case, as the store folds its search texts (RFC 9051 §6.4.4, RFC 5051 in spirit). */
export function fold(text: string): string {
  return text.normalize('NFC').toLowerCase();
}
