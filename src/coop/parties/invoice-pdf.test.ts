import { encode } from 'uqr';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { creditorReference, readIban, shownIban } from '../../formats/iban/index.ts';
import { epcQrText } from '../../formats/iso20022/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { openCoop } from '../co-op.ts';
import { actor, describeCountries, refused, testHouse, textOfPaper } from '../fixtures.ts';
import type { CoopHouse } from '../house.ts';
import { invoiceLinesMax, invoicePdfBytesMax, invoiceTextCharactersMax } from './limits.ts';
import type { PartyDetails } from './types.ts';

const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');
const treasurer = actor(5, 'treasurer');
const legal = {
  ...{ name: 'Exemple SCIC SA', address: ['1 rue Haute', '75001 Paris'] },
  ...{ registration: 'RCS Paris 123 456 789', vatNumber: 'FR40123456789' },
};

describeCountries('an invoice as PDF', (rules) => {
  const { words, mentions, reverse } = rules.invoice;

  describeEngines('on', (engine) => {
    let stores: TestStores;
    let keys = 0;
    const key = () => `k${++keys}`;

    beforeEach(async () => {
      stores = await openTestStores(engine, { clock: fakeClock(Date.UTC(2026, 2, 5, 12)) });
    });
    afterEach(() => stores.close());

    const partiesOf = (change: Partial<CoopHouse> = {}) =>
      openCoop({
        ...testHouse(stores, fakeClock(Date.UTC(2026, 2, 5, 12)), rules),
        ...{ legal, banks: [{ name: 'main', iban, bic: null }] },
        ...change,
      }).parties;
    const buyer: PartyDetails = {
      ...{ kind: 'brand', name: 'Łódzka Spółka', address: ['Οδός 2', 'София 1000'], vatNumber: '' },
      ...{ country: rules.country, tax: 'standard' },
    };
    const sold = async (details: PartyDetails = buyer) => {
      const { id: party } = await partiesOf().add(treasurer, { details, key: key() });
      const lines = [
        { text: 'Survey', quantity: 3, price: 62_501 },
        { text: 'Report', quantity: 1, price: 100 },
      ];
      return partiesOf().invoice(treasurer, { party, lines, due: '2026-04-05', key: key() });
    };
    const textOf = async (id: number) => textOfPaper(await partiesOf().invoicePdf(id));

    test('says what the law of the country wants to be said, in letters of all of Europe', async () => {
      const { id } = await sold();
      const made = await partiesOf().invoiceById(id);
      if (made === null) throw new Error('there is an invoice');
      const money = (cents: number) => `${(cents / 100).toFixed(2)} EUR`;
      const text = await textOf(id);
      const whole = [
        ...['Exemple SCIC SA', '1 rue Haute', '75001 Paris', 'RCS Paris 123 456 789'],
        ...[`${words.vat_number} : FR40123456789`, `${words.invoice} F2026-000001`],
        ...[`${words.date} : 2026-03-05`, `${words.due} : 2026-04-05`],
        ...[`${words.customer} : Łódzka Spółka`, 'Οδός 2', 'София 1000'],
        ...[words.what, words.quantity, words.price, words.amount],
        ...['Survey', '3', money(62_501), money(187_503), 'Report', '1', money(100), money(100)],
        ...[words.net, money(187_603), `${words.vat} ${made.rate} %`, money(made.vat)],
        ...[words.gross, money(187_603 + made.vat)],
        ...[words.pay, `IBAN ${shownIban(iban)}`, `${words.reference} : ${creditorReference('F2026000001')}`],
      ];
      expect(text.slice(0, whole.length)).toEqual(whole);
      expect(text.slice(whole.length).join(' ').replace(/\s+/g, ' ')).toBe(mentions.join(' '));
    });

    test('has a code from which the bank of the payer takes the transfer', async () => {
      const { id } = await sold();
      const amount = (await partiesOf().invoiceById(id))?.gross ?? 0;
      const reference = creditorReference('F2026000001');
      const said = epcQrText({ name: legal.name, iban, bic: null, amount, reference });
      const dark = encode(said, { ecc: 'M', border: 4 }).data.flat().filter(Boolean).length;
      const pdf = (await partiesOf().invoicePdf(id)).toString('latin1');
      expect(pdf.match(/ re\n/g)).toHaveLength(dark);
    });

    test('is the same octets each time, whatever the co-op is called and where it banks by then', async () => {
      const { id } = await sold();
      const first = await partiesOf().invoicePdf(id);
      expect(await partiesOf().invoicePdf(id)).toEqual(first);
      const changed = { ...rules, invoice: { ...rules.invoice, mentions: ['Another law.'] } };
      const later = partiesOf({ legal: { ...legal, name: 'Other' }, banks: [], rules: changed });
      expect((await later.invoicePdf(id)).equals(first)).toBe(true);
      await expect(later.invoicePdf(99)).rejects.toEqual(refused('E_NOT_FOUND'));
    });

    test('of a note says what it takes back, and asks for nothing', async () => {
      const { id } = await sold();
      const note = await partiesOf().credit(treasurer, { invoice: id, text: 'A part', net: 100, key: key() });
      const text = await textOf(note.id);
      expect(text).toContain(`${words.credit} A2026-000001`);
      expect(text).toContain(`${words.of} F2026-000001`);
      expect(text.join('\n')).not.toMatch(new RegExp(`IBAN|RF\\d|${words.due}`));
    });

    test('of a customer who owes the VAT says why there is none', async () => {
      const { id } = await sold({ ...buyer, country: 'BE', vatNumber: 'BE0123456749', tax: 'reverse' });
      const text = await textOf(id);
      expect(text).toContain(`${words.vat_number} : BE0123456749`);
      expect(text).toContain(`${words.vat} 0 %`);
      expect(text.join(' ')).toContain(reverse);
    });

    test('is no larger than its limit where it has all the lines that it may have', async () => {
      const { id: party } = await partiesOf().add(treasurer, { details: buyer, key: key() });
      const line = { text: 'ю'.repeat(invoiceTextCharactersMax), quantity: 1, price: 1 };
      const lines = Array.from({ length: invoiceLinesMax }, () => line);
      const { id } = await partiesOf().invoice(treasurer, { party, lines, due: '2026-04-05', key: key() });
      const pdf = await partiesOf().invoicePdf(id);
      expect(pdf.length).toBeLessThan(invoicePdfBytesMax);
      expect(pdf.toString('latin1').match(/\/Type \/Page\n/g)?.length).toBeGreaterThan(3);
      expect(
        textOfPaper(pdf)
          .filter((each) => each.startsWith('ю'))
          .join(''),
      ).toHaveLength(invoiceLinesMax * invoiceTextCharactersMax);
    });
  });
});
