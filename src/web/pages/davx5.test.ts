import { expect, test } from 'vitest';
import { pictureBytesMax } from '../limits.ts';
import { picture } from './davx5.ts';

test('an address that a telephone could not read from a screen has no picture', () => {
  expect(picture('é'.repeat(pictureBytesMax / 2), 'scan')).not.toBeNull();
  expect(picture(`${'é'.repeat(pictureBytesMax / 2)}x`, 'scan')).toBeNull();
});

test('is dark on light with four light modules around it', () => {
  const text = picture('davx5://ana@coop.example/', 'Scan <me>')?.text ?? '';
  expect(text).toContain('aria-label="Scan &lt;me&gt;"');
  const size = Number(/viewBox="0 0 (\d+)/.exec(text)?.[1]);
  const places = [...text.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => [Number(x), Number(y)]);
  const at = places.flat();
  expect([Math.min(...at), Math.max(...at)]).toEqual([4, size - 5]);
  // The three corners by which it is found are dark.
  expect(places).toEqual(
    expect.arrayContaining([
      [4, 4],
      [size - 5, 4],
      [4, size - 5],
    ]),
  );
});
