import { expect, test } from 'vitest';
import { parseXml } from '../../../formats/xml/index.ts';
import { pickedNamesMax } from './limits.ts';
import { PickReader } from './pick.ts';

test('names are picked in upper case, with their value or without, and not too many', () => {
  const reader = new PickReader((message) => new Error(message));
  const read = (attributes: string) => reader.property(parseXml(Buffer.from(`<prop ${attributes}/>`)));
  expect(read('name="fn" novalue="yes"')).toEqual({ name: 'FN', novalue: true });
  expect(read('name="FN" novalue="no"')).toEqual({ name: 'FN', novalue: false });
  for (let at = 2; at < pickedNamesMax; at++) read('name="X"');
  expect(() => read('name="X"')).toThrow(`${pickedNamesMax} names`);
});
