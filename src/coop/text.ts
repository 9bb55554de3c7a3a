import { refusal } from './refusals.ts';

export interface TextRules {
  /** Characters, as a string counts them. */
  readonly min?: number;
  readonly max: number;
  /** Whether it may have several lines. */
  readonly lines?: boolean;
  /** Whether it may be blanks alone. */
  readonly blank?: boolean;
}

/** Throws E_TEXT where it is shorter or longer than that, or has control characters. */
export function demandText(
  what: string,
  text: string,
  { min = 1, max, lines = false, blank = true }: TextRules,
): void {
  const seen = lines ? text.replaceAll('\n', '') : text;
  const fits = text.length >= min && text.length <= max && (blank || text.trim() !== '');
  if (!fits || !text.isWellFormed() || /\p{Cc}/u.test(seen))
    throw refusal('E_TEXT', `${what} has ${min} to ${max} characters, none of them a control character`);
}
