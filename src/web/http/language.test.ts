import { expect, test } from 'vitest';
import { acceptLanguageBytesMax } from '../limits.ts';
import { chooseLanguage } from './language.ts';

test.each([
  [null, ['fr', 'en'], 'fr'],
  ['', ['en', 'fr'], 'en'],
  ['en', ['fr', 'en'], 'en'],
  ['en-GB, fr;q=0.9', ['fr', 'en'], 'en'],
  ['de-DE, de;q=0.9', ['fr', 'en'], 'fr'],
  ['en;q=0.3, fr;q=0.7', ['en', 'fr'], 'fr'],
  ['EN;Q=0.3, FR-be;Q=0.7', ['en', 'fr'], 'fr'],
  ['fr;q=0, en;q=0.001', ['fr', 'en'], 'en'],
  ['fr;q=0', ['fr', 'en'], 'fr'],
  ['*', ['fr', 'en'], 'fr'],
  ['de, *;q=0.1', ['en', 'fr'], 'en'],
  // The first of equals.
  ['en, fr', ['fr', 'en'], 'en'],
  // A weight that is none counts as unwanted.
  ['en;q=9, fr;q=0.1', ['en', 'fr'], 'fr'],
  ['en;q=x, fr;q=0.1', ['en', 'fr'], 'fr'],
  // What the co-op does not offer is not spoken.
  ['fr', ['en'], 'en'],
  ['en', ['fr-BE'], 'fr'],
  // Nothing that these pages speak is offered.
  ['de', ['de', 'it'], 'en'],
  [`${','.repeat(acceptLanguageBytesMax)}en`, ['fr', 'en'], 'fr'],
  [';;;,,,;q==;', ['fr', 'en'], 'fr'],
])('%j of %j is %s', (accepted, offered, language) => {
  expect(chooseLanguage(accepted, offered)).toBe(language);
});
