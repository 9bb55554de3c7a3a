import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { creditorReference, readIban } from '../../formats/iban/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { bytesOf, type FixtureEntry, statementFile } from '../bank/fixtures.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, describeCountries, refused, testHouse } from '../fixtures.ts';
import { coopModule } from '../store/module.ts';
import {
  addressLineCharactersMax,
  addressLinesMax,
  invoiceLinesMax,
  invoiceNetMax,
  invoiceTextCharactersMax,
  partyNameCharactersMax,
  partyPageRows,
  partyStepRows,
  quantityMax,
  vatNumberCharactersMax,
} from './limits.ts';
import type { PartyDetails } from './types.ts';

const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');
const treasurer = actor(5, 'treasurer');
const board = actor(6, 'board');

describeCountries('sponsors', (rules) => {
  describeEngines('their invoices', (engine) => {
    let stores: TestStores;
    let clock: ReturnType<typeof fakeClock>;
    let coop: Coop;
    let count = 0;
    const key = () => `k${++count}`;
    const brand: PartyDetails = {
      ...{ kind: 'brand', name: 'Marque SA', address: ['2 rue Basse', '69001 Lyon'], vatNumber: '' },
      ...{ country: rules.country, tax: 'standard' },
    };

    beforeEach(async () => {
      clock = fakeClock(Date.UTC(2026, 2, 5, 12));
      stores = await openTestStores(engine, { clock });
      coop = openCoop({ ...testHouse(stores, clock, rules), banks: [{ name: 'main', iban, bic: null }] });
    });
    afterEach(() => stores.close());

    const balance = (account: string) => coop.ledger.balance(account, 'EUR');
    const party = async (change: Partial<PartyDetails> = {}) =>
      (await coop.parties.add(treasurer, { details: { ...brand, ...change }, key: key() })).id;
    const lines = (price: number) => [{ text: 'Survey', quantity: 1, price }];
    const invoice = async (net: number, more: { sold?: 'other' } = {}) =>
      coop.parties.invoice(treasurer, {
        ...{ party: await party(), lines: lines(net), due: '2026-04-05', key: key(), ...more },
      });
    let days = 0;
    const pay = (...entries: readonly Omit<FixtureEntry, 'ref'>[]) => {
      const id = `S${++days}`;
      const named = entries.map((entry, at) => ({ day: '2026-03-10', ...entry, ref: `${id}-${at}` }));
      return coop.bank.import(treasurer, {
        body: bytesOf(statementFile({ id, iban, entries: named })),
        key: key(),
      });
    };
    const rf = (number: string) => creditorReference(number.replace('-', ''));
    const euros = (cents: number) => (cents / 100).toFixed(2);
    const turnover = async (month: string) => {
      clock.set(Date.UTC(2026, 11, 1));
      return coop.payouts.closeMonth(treasurer, { month, despite: 'nobody expects it', key: key() });
    };
    const faults = () => verifyAll({ ...stores, modules: [coopModule] });

    test('a number, what is owed, and what is expected', async () => {
      const { id, number } = await invoice(100_000);
      expect(number).toBe('F2026-000001');
      const made = await coop.parties.invoiceById(id);
      const vat = rules.country === 'FR' ? 20_000 : 22_000;
      expect(made).toMatchObject({
        net: 100_000,
        vat,
        gross: 100_000 + vat,
        received: 0,
        date: '2026-03-05',
      });
      expect(made?.rate).toBe(rules.country === 'FR' ? '20' : '22');
      expect([
        await balance('customer:1'),
        await balance('income:surveys'),
        await balance('vat:collected'),
      ]).toEqual([100_000 + vat, -100_000, -vat]);
      expect(await coop.bank.expected(rf(number))).toMatchObject({
        purpose: 'invoice',
        amount: 100_000 + vat,
      });
      expect(await faults()).toEqual([]);
    });

    test('numbers have no gap, also when many are written at once and some are refused', async () => {
      const id = await party();
      const write = (n: number) =>
        coop.parties.invoice(treasurer, {
          ...{ party: n % 3 === 0 ? 99 : id, lines: lines(1000), due: '2026-04-05', key: key() },
        });
      await Promise.allSettled(Array.from({ length: 12 }, (_, n) => write(n)));
      const numbers = (await coop.parties.invoices()).map(({ number }) => number).toSorted();
      expect(numbers).toEqual(Array.from({ length: 8 }, (_, n) => `F2026-00000${n + 1}`));
    });

    test('the same key is the same invoice, and another one under it is refused', async () => {
      const asked = { party: await party(), lines: lines(1000), due: '2026-04-05', key: 'one' };
      const first = await coop.parties.invoice(treasurer, asked);
      expect(await coop.parties.invoice(treasurer, asked)).toEqual(first);
      await expect(coop.parties.invoice(treasurer, { ...asked, lines: lines(1001) })).rejects.toEqual(
        refused('E_KEY_REUSED'),
      );
    });

    test('what comes under its reference pays it, once', async () => {
      const { id, number } = await invoice(100_000);
      const gross = (await coop.parties.invoiceById(id))?.gross ?? 0;
      const paid = { amount: euros(gross), words: `Invoice ${rf(number)}` };
      expect(await coop.parties.openInvoices()).toMatchObject([{ id, received: 0 }]);
      expect(await pay(paid)).toMatchObject({ matched: 1, queued: 0 });
      expect(await coop.parties.openInvoices()).toEqual([]);
      expect(await pay(paid)).toMatchObject({ matched: 0, queued: 1 });
      expect((await coop.bank.waiting())[0]?.reason).toBe('paid-already');
      expect(await coop.parties.invoiceById(id)).toMatchObject({ received: gross });
      expect(await coop.parties.receipts(id)).toMatchObject([
        { amount: gross, net: 100_000, day: '2026-03-10' },
      ]);
      expect([await balance('customer:1'), await balance('bank:main')]).toEqual([0, gross * 2]);
      expect(await faults()).toEqual([]);
    });

    test('the payer wrote the reference where the end-to-end identifier is', async () => {
      const { id, number } = await invoice(1000);
      const gross = (await coop.parties.invoiceById(id))?.gross ?? 0;
      expect(await pay({ amount: euros(gross), endToEndId: rf(number) })).toMatchObject({ matched: 1 });
    });

    test('another amount than is due waits; a person matches it, and the rest stays', async () => {
      const { id, number } = await invoice(100_000);
      const gross = (await coop.parties.invoiceById(id))?.gross ?? 0;
      const part = Math.floor(gross / 3);
      expect(
        await pay(
          { amount: euros(part), words: rf(number) },
          { amount: euros(gross), words: rf(number) },
          { amount: euros(gross + 1), words: rf(number) },
          { amount: euros(gross), words: 'Marque SA', name: 'Marque SA' },
        ),
      ).toMatchObject({ matched: 1, queued: 3 });
      const [less, more, nameless] = await coop.bank.waiting();
      expect([less?.reason, more?.reason, nameless?.reason]).toEqual([
        'underpaid',
        'paid-already',
        'no-reference',
      ]);
      expect(await faults()).toEqual([]);
    });

    test('paid in parts by hand: two persons, and turnover adds up to the cent', async () => {
      const { id, number } = await invoice(100_001);
      const gross = (await coop.parties.invoiceById(id))?.gross ?? 0;
      const part = Math.floor(gross / 3);
      await pay({ amount: euros(part), words: rf(number) });
      const match = async (line: number | undefined) => {
        const to = { reference: rf(number) };
        const made = await coop.bank.match(treasurer, { line: line ?? 0, to, key: key() });
        return made.state === 'done' ? made : coop.bank.confirm(board, { match: made.id, key: key() });
      };
      const [first] = await coop.bank.waiting();
      expect(first?.reason).toBe('underpaid');
      expect(await match(first?.id)).toMatchObject({ state: 'done' });
      await pay({ amount: euros(gross - part + 500), words: rf(number) });
      const [second] = await coop.bank.waiting();
      expect(second?.reason).toBe('overpaid');
      expect(await match(second?.id)).toMatchObject({ state: 'done' });
      const receipts = await coop.parties.receipts(id);
      expect(receipts.reduce((sum, { net }) => sum + net, 0)).toBe(100_001);
      expect(await coop.bank.line(second?.id ?? 0)).toMatchObject({ state: 'queued', left: 500 });
      expect(await balance('clearing:unmatched')).toBe(-500);
      expect(await faults()).toEqual([]);
    });

    test('what is received for surveys is the turnover of its month, and what is sold otherwise is not', async () => {
      const { id, number } = await invoice(100_000);
      const other = await invoice(5000, { sold: 'other' });
      const unpaid = await invoice(7000);
      const gross = (await coop.parties.invoiceById(id))?.gross ?? 0;
      const grossOther = (await coop.parties.invoiceById(other.id))?.gross ?? 0;
      await pay(
        { amount: euros(gross), words: rf(number) },
        { amount: euros(grossOther), words: rf(other.number) },
      );
      expect(unpaid.number).toBe('F2026-000003');
      expect(await turnover('2026-03')).toMatchObject({ received: 100_000, credited: 0 });
    });

    test('an invoice that is taken back is not expected any more', async () => {
      const { id, number } = await invoice(100_000);
      const gross = (await coop.parties.invoiceById(id))?.gross ?? 0;
      const note = await coop.parties.credit(treasurer, { invoice: id, text: 'Not delivered', key: key() });
      expect(note.number).toBe('A2026-000001');
      expect([
        await balance('customer:1'),
        await balance('income:surveys'),
        await balance('vat:collected'),
      ]).toEqual([0, 0, 0]);
      await pay({ amount: euros(gross), words: rf(number) });
      expect((await coop.bank.waiting())[0]?.reason).toBe('cancelled');
      for (const net of [undefined, 1])
        await expect(
          coop.parties.credit(treasurer, { invoice: id, text: 'x', key: key(), ...(net ? { net } : {}) }),
        ).rejects.toEqual(refused('E_AMOUNT'));
      await expect(
        coop.parties.credit(treasurer, { invoice: note.id, text: 'x', key: key() }),
      ).rejects.toEqual(refused('E_NOT_FOUND'));
      expect(await turnover('2026-03')).toMatchObject({ received: 0, credited: 0 });
      expect(await faults()).toEqual([]);
    });

    test('each invoice is compared with its own receipts, notes and matches', async () => {
      const first = await invoice(1_000);
      const second = await invoice(20_000);
      const { gross = 0 } = (await coop.parties.invoiceById(second.id)) ?? {};
      // The receipt is the first of all, and of the second invoice; the note is the third invoice, and of the first.
      await pay({ amount: euros(gross), words: rf(second.number) });
      await coop.parties.credit(treasurer, { invoice: first.id, text: 'x', net: 400, key: key() });
      expect(await coop.parties.invoiceById(second.id)).toMatchObject({ received: gross, credited: 0 });
      expect(await faults()).toEqual([]);
      await stores.damage(`UPDATE parties_invoices SET received = 1 WHERE id = ${first.id}`);
      await stores.damage(`UPDATE bank_expected SET received = 1 WHERE received = 0`);
      expect(await faults()).toEqual([
        'bank: what is expected by 1 says 1 came, and 0 was matched',
        'parties: F2026-000001 says that 1 came, and its receipts 0',
      ]);
    });

    test('of what is paid and then taken back in part, that part is turnover no more, and is owed back', async () => {
      const { id, number } = await invoice(100_000);
      const { gross = 0, vat = 0 } = (await coop.parties.invoiceById(id)) ?? {};
      await pay({ amount: euros(gross), words: rf(number) });
      await coop.parties.credit(treasurer, { invoice: id, text: 'A third', net: 30_000, key: key() });
      const owed = 30_000 + vat * 0.3;
      expect(await balance('customer:1')).toBe(-owed);
      await pay({ amount: euros(-owed) });
      const [line] = await coop.bank.waiting();
      const made = await coop.bank.match(treasurer, {
        ...{ line: line?.id ?? 0, to: { account: 'customer:1' }, memo: 'refund', key: key() },
      });
      if (made.state !== 'done') await coop.bank.confirm(board, { match: made.id, key: key() });
      expect([await balance('customer:1'), await balance('clearing:unmatched')]).toEqual([0, 0]);
      expect(await turnover('2026-03')).toMatchObject({ received: 100_000, credited: 30_000 });
      expect(await faults()).toEqual([]);
    });

    test('of what a customer paid nothing is booked to them by hand', async () => {
      await invoice(100_000);
      await pay({ amount: '5.00' });
      const [line] = await coop.bank.waiting();
      const match = { line: line?.id ?? 0, to: { account: 'customer:1' }, key: key() };
      await expect(coop.bank.match(treasurer, match)).rejects.toEqual(refused('E_ACCOUNT'));
    });

    test.each<[string, Partial<PartyDetails>]>([
      ['a business of another member state', { country: 'DE', vatNumber: 'DE123456789', tax: 'reverse' }],
      ['somebody outside of the Union', { country: 'CH', tax: 'outside' }],
    ])('%s is invoiced without VAT', async (_, change) => {
      const asked = { party: await party(change), lines: lines(1000), due: '2026-04-05', key: key() };
      const { id } = await coop.parties.invoice(treasurer, asked);
      expect(await coop.parties.invoiceById(id)).toMatchObject({ vat: 0, gross: 1000, rate: '0' });
    });

    test.each<[string, string, Partial<PartyDetails>]>([
      ['the VAT of the own country is not left out', 'E_TAX', { tax: 'reverse', vatNumber: 'FR40123456789' }],
      ['who owes the VAT has a number', 'E_TAX', { country: 'DE', tax: 'reverse' }],
      ['a country is two capitals', 'E_TEXT', { country: 'France' }],
      ['a VAT number begins with a country', 'E_TEXT', { vatNumber: '40123456789' }],
      ['a name is a text', 'E_TEXT', { name: ' ' }],
      ['and without control characters', 'E_TEXT', { name: 'a\nb' }],
    ])('%s: %s', async (_, code, change) => {
      await expect(party(change)).rejects.toEqual(refused(code));
    });

    test.each<[string, number, number]>([
      ['nothing', 0, 1],
      ['less than nothing', -1, 1],
      ['half a cent', 0.5, 1],
      ['2^53', 2 ** 53, 1],
      ['too much together', invoiceNetMax, 2],
      ['no quantity', 1, 0],
      ['more than is counted', 1, quantityMax + 1],
    ])('an invoice of %s is refused', async (_, price, quantity) => {
      const asked = { party: await party(), due: '2026-04-05', key: key() };
      await expect(
        coop.parties.invoice(treasurer, { ...asked, lines: [{ text: 'x', quantity, price }] }),
      ).rejects.toEqual(refused('E_AMOUNT'));
      const { id } = await coop.parties.invoice(treasurer, { ...asked, lines: lines(5), key: key() });
      const credit = { invoice: id, text: 'x', net: price * Math.max(quantity, 1), key: key() };
      if (quantity < quantityMax && price !== 1)
        await expect(coop.parties.credit(treasurer, credit)).rejects.toEqual(refused('E_AMOUNT'));
    });

    test('who has not the privilege writes nothing', async () => {
      for (const who of [actor(7, 'member'), actor(7, 'auditor'), actor(7, 'administrator'), board]) {
        await expect(coop.parties.add(who, { details: brand, key: key() })).rejects.toEqual(
          refused('E_PRIVILEGE'),
        );
        await expect(
          coop.parties.invoice(who, { party: 1, lines: lines(1), due: '2026-04-05', key: key() }),
        ).rejects.toEqual(refused('E_PRIVILEGE'));
        await expect(coop.parties.credit(who, { invoice: 1, text: 'x', key: key() })).rejects.toEqual(
          refused('E_PRIVILEGE'),
        );
      }
    });

    test('what was sent stays as it was, whatever becomes of the party, and whoever tries', async () => {
      const id = await party();
      const asked = { party: id, lines: lines(1000), due: '2026-04-05', key: key() };
      const made = await coop.parties.invoice(treasurer, asked);
      await coop.parties.change(treasurer, { party: id, details: { ...brand, name: 'Neu AG' }, key: key() });
      expect((await coop.parties.party(id))?.name).toBe('Neu AG');
      expect((await coop.parties.parties()).map(({ name }) => name)).toEqual(['Neu AG']);
      expect((await coop.parties.invoiceById(made.id))?.buyer.name).toBe('Marque SA');
      for (const [statement, complaint] of [
        ['UPDATE parties_invoices SET net = 1', 'immutable'],
        ['DELETE FROM parties_invoices', 'immutable'],
        ['UPDATE parties_invoices SET credited = gross + 1', 'spent'],
      ] as const)
        await expect(stores.damage(statement)).rejects.toThrow(complaint);
      await stores.damage('UPDATE bank_expected SET received = 3');
      expect(await faults()).toEqual(['bank: what is expected by 1 says 3 came, and 0 was matched']);
      await stores.damage('UPDATE bank_expected SET received = 0');
      await stores.damage('UPDATE parties_invoices SET received = 5, credited = 7');
      expect((await faults()).filter((fault) => fault.startsWith('parties'))).toEqual([
        'parties: F2026-000001 says that 5 came, and its receipts 0',
        'parties: F2026-000001 says that 7 is credited, and its notes 0',
      ]);
    });

    test('an invoice is not due before it is written, and not dated in a closed month', async () => {
      const asked = { party: await party(), lines: lines(1000), due: '2026-03-04', key: key() };
      await expect(coop.parties.invoice(treasurer, asked)).rejects.toEqual(refused('E_DATE'));
      const now = clock.nowMs();
      await turnover('2026-03');
      clock.set(now);
      await expect(
        coop.parties.invoice(treasurer, { ...asked, due: '2026-04-05', key: key() }),
      ).rejects.toEqual(refused('E_PERIOD_CLOSED'));
      expect(await coop.parties.invoices()).toEqual([]);
    });

    test('texts and lines up to their limits, and no further', async () => {
      const address = Array.from({ length: addressLinesMax }, () => 'a'.repeat(addressLineCharactersMax));
      const most = {
        ...{ name: 'n'.repeat(partyNameCharactersMax), address },
        vatNumber: `XX${'1'.repeat(vatNumberCharactersMax - 2)}`,
      };
      const id = await party(most);
      for (const [change, code] of [
        [{ name: `${most.name}n` }, 'E_TEXT'],
        [{ address: [...address, 'a'] }, 'E_LIMIT'],
        [{ address: [`${address[0]}a`] }, 'E_TEXT'],
        [{ vatNumber: `${most.vatNumber}1` }, 'E_TEXT'],
      ] as const)
        await expect(party({ ...most, ...change })).rejects.toEqual(refused(code));
      const line = { text: 't'.repeat(invoiceTextCharactersMax), quantity: quantityMax, price: 1 };
      const asked = { party: id, due: '2026-04-05' };
      const many = Array.from({ length: invoiceLinesMax }, () => line);
      await coop.parties.invoice(treasurer, { ...asked, lines: many, key: key() });
      for (const [wrong, code] of [
        [[...many, line], 'E_LIMIT'],
        [[], 'E_LIMIT'],
        [[{ ...line, text: `${line.text}t` }], 'E_TEXT'],
      ] as const)
        await expect(coop.parties.invoice(treasurer, { ...asked, lines: wrong, key: key() })).rejects.toEqual(
          refused(code),
        );
      expect([partyPageRows, partyStepRows]).toEqual([200, 2000]);
    });
  });
});

describe('a way to tax', () => {
  test('says on the invoice why there is no VAT', async () => {
    const { taxes } = await import('./types.ts');
    expect(Object.entries(taxes).map(([name, words]) => [name, words === ''])).toEqual([
      ['standard', true],
      ['reverse', false],
      ['outside', false],
    ]);
  });
});
