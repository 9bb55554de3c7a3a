import { expect, test } from 'vitest';
import { Acknowledgements } from './acknowledgements.ts';

const outbound = (seq: number) => ({ text: `${seq}`, seq, stanza: null });
const seqs = (all: readonly { readonly seq: number }[]) => all.map(({ seq }) => seq);

test('XEP-0198 §4: what is acknowledged is known by its number', () => {
  const acks = new Acknowledgements('', 1);
  for (const seq of [1, 2, 3]) acks.sent(outbound(seq));
  expect(seqs(acks.acknowledged('2'))).toEqual([1, 2]);
  expect(seqs(acks.acknowledged('2'))).toEqual([]);
  acks.sent(outbound(4));
  expect(seqs(acks.unacked)).toEqual([3, 4]);
  expect(seqs(acks.acknowledged('4'))).toEqual([3, 4]);
});

test.each(['5', '-1', '1.5', '', 'x', '99999999999', undefined])(
  'what was never sent cannot be acknowledged: %s',
  (h) => {
    const acks = new Acknowledgements('', 1);
    acks.sent(outbound(1));
    expect(() => acks.acknowledged(h)).toThrow('more was acknowledged than was sent');
    expect(seqs(acks.unacked)).toEqual([1]);
  },
);
