import { expect, test } from 'vitest';
import { parseJid } from '../../formats/jid/index.ts';
import { isArchived } from './preferences.ts';

const contacts = new Map([
  ['friend@x.example', { listed: true }],
  ['asked@x.example', { listed: false }],
]) as never;
const [always, never] = [
  ['a@x.example', 'b@x.example/phone'],
  ['n@x.example', 'c@x.example/phone'],
];

test.each([
  ['always', 'anybody@x.example', true],
  ['never', 'anybody@x.example', false],
  ['roster', 'anybody@x.example', false],
  ['roster', 'friend@x.example/phone', true],
  ['roster', 'asked@x.example', false],
  ['never', 'a@x.example/desk', true],
  ['never', 'b@x.example/phone', true],
  ['never', 'b@x.example/desk', false],
  ['always', 'n@x.example/desk', false],
  ['always', 'c@x.example/phone', false],
  ['always', 'c@x.example/desk', true],
] as const)('where the rest is %s, %s: %s', (standard, jid, archived) => {
  expect(isArchived({ preferences: { standard, always, never }, contacts }, parseJid(jid))).toBe(archived);
});

test('who has said nothing keeps everything', () => {
  expect(isArchived({ preferences: null, contacts }, parseJid('x@x.example'))).toBe(true);
});
