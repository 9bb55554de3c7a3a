/** ISO 7064 MOD 97-10 over digits and letters (A is 10 … Z is 35), as a number from 0 to 96. */
export function mod97(text: string): number {
  let rest = 0;
  for (const character of text) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest;
}

/** The two check digits that make `text` with them behind it leave the remainder 1. */
export const checkDigits = (text: string): string => String(98 - mod97(`${text}00`)).padStart(2, '0');
