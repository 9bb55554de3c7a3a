import { expect, test } from 'vitest';
import { toldKeywordsMax, toldKeywordTextsMax } from '../limits.ts';
import { commonKeywords } from './flags.ts';
import { ToldKeywords } from './keywords.ts';

test('those that every mailbox has, then its own, each once and as first spelt', () => {
  const told = new ToldKeywords(['Work', '$JUNK', 'work', 'Later']);
  expect(told.names).toEqual([...commonKeywords, 'Work', 'Later']);
});

test('what a row carries is new once', () => {
  const told = new ToldKeywords(['Work']);
  expect(told.sees('')).toBe(false);
  expect(told.sees('$Junk Work')).toBe(false);
  expect(told.sees('$junk work')).toBe(false);
  expect(told.sees('New Work')).toBe(true);
  expect(told.sees('New Work')).toBe(false);
  expect(told.sees('NEW')).toBe(false);
  expect(told.names.slice(commonKeywords.length)).toEqual(['Work', 'New']);
});

test('beyond the limit none is told; combinations are forgotten, keywords are not', () => {
  const told = new ToldKeywords(['K0']);
  for (let i = 0; i < toldKeywordsMax; i++) expect(told.sees(`K${i}`)).toBe(i > 0);
  expect(told.names).toHaveLength(commonKeywords.length + toldKeywordsMax);
  expect(told.sees('one-more')).toBe(false);
  expect(told.names).not.toContain('one-more');
  for (let i = 0; i <= toldKeywordTextsMax; i++) expect(told.sees(`K0 beyond${i}`)).toBe(false);
  expect(told.sees('K0')).toBe(false);
});
