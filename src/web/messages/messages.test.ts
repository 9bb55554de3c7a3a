import { expect, test } from 'vitest';
import { type Refusal, refusals } from '../../coop/index.ts';
import { languages, refusalText } from './index.ts';

test('every refusal of the co-op has a sentence of its own in each language, and shows its code', () => {
  const codes = Object.keys(refusals) as Refusal[];
  const said = new Map<string, string>();
  for (const language of languages)
    for (const code of codes) {
      const text = refusalText(language, code);
      expect(text).toMatch(/^\p{Lu}.+\.\s\(E_[A-Z_]+\)$/u);
      expect(text.endsWith(`(${code})`)).toBe(true);
      expect([code, said.get(text)]).toEqual([code, undefined]);
      said.set(text, code);
    }
  expect(said.size).toBe(codes.length * languages.length);
});
