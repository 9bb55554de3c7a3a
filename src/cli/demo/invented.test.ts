import { describe, expect, test } from 'vitest';
import { creditorReference, readIban } from '../../formats/iban/index.ts';
import { readStatements } from '../../formats/iso20022/index.ts';
import { bankStatement } from './bank-statement.ts';
import { dice } from './dice.ts';
import { inventIban, inventPerson } from './people.ts';

describe('dice', () => {
  test('the same seed throws the same, another one does not', () => {
    const thrown = (seed: string) => {
      const thrower = dice(seed);
      return Array.from({ length: 40 }, () => thrower.below(1000));
    };
    expect(thrown('a')).toEqual(thrown('a'));
    expect(thrown('a')).not.toEqual(thrown('b'));
  });

  test('stay within their limits and reach them', () => {
    const thrower = dice('x');
    const seen = new Set(Array.from({ length: 200 }, () => thrower.between(3, 5)));
    expect([...seen].sort()).toEqual([3, 4, 5]);
  });

  test('a part has dice of its own', () => {
    const one = dice('x');
    one.below(9);
    expect(one.of('p').below(10 ** 9)).toBe(
      dice('x')
        .of('p')
        .below(10 ** 9),
    );
  });
});

test.each(['FR', 'IT', 'BE', 'DE', 'ES', 'XX'])('accounts of %s are well formed, at no bank', (country) => {
  const thrower = dice(country);
  for (let n = 0; n < 100; n++) {
    const iban = inventIban(country, thrower);
    expect(readIban(iban)).toBe(iban);
    expect(iban).toContain('99');
  }
  expect(inventPerson(country, dice('one'))).toEqual(inventPerson(country, dice('one')));
});

test('what the bank of the demonstration writes is read as it was meant', async () => {
  const iban = inventIban('FR', dice('co-op'));
  const came = {
    ...{
      reference: 'B1',
      amount: 1005,
      day: '2025-03-01',
      name: 'Léa <& Co',
      iban: inventIban('FR', dice('lea')),
    },
    remittance: `parts ${creditorReference('SUB000042')}`,
  };
  const went = { ...came, reference: 'B2', amount: -7, endToEndId: 'R1-2', remittance: 'pay' };
  const text = bankStatement({ id: 'S1', iban, currency: 'EUR', opening: -300, entries: [came, went] });
  const [statement] = await readStatements(
    (async function* () {
      yield Buffer.from(text);
    })(),
  );
  expect(statement).toMatchObject({ id: 'S1', iban, currency: 'EUR', opening: -300, closing: 698 });
  expect(statement?.entries).toMatchObject([
    {
      reference: 'B1',
      amount: 1005,
      day: '2025-03-01',
      transactions: [{ references: ['SUB000042'], name: 'Léa <& Co' }],
    },
    { reference: 'B2', amount: -7, transactions: [{ endToEndId: 'R1-2', iban: came.iban }] },
  ]);
});
