import type { Field, Filled } from '../data/index.ts';
import { StanzaError } from '../errors.ts';

/** What was written into a field; '' for nothing. */
export const textIn = (filled: Filled, name: string): string => (filled.get(name) ?? [])[0]?.trim() ?? '';

/** The same where nothing is none. Throws StanzaError. */
export function demandText(filled: Filled, name: string): string {
  const text = textIn(filled, name);
  if (text === '') throw new StanzaError('bad-request', { text: `'${name}' is needed` });
  return text;
}

/** All that was written, a line or a value each, without what is empty. Throws StanzaError where nothing was. */
export function demandLines(filled: Filled, name: string): readonly string[] {
  const lines = (filled.get(name) ?? [])
    .flatMap((value) => value.split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw new StanzaError('bad-request', { text: `'${name}' is needed` });
  return lines;
}

export const shown = (name: string, label: string, ...values: readonly string[]): Field => ({
  name,
  label,
  type: values.length > 1 ? 'text-multi' : 'text-single',
  values,
});
