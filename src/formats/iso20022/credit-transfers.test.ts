import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { creditorReference, readIban } from '../iban/index.ts';
import { judgeTransfers, unknownTypes } from './fixtures.ts';
import { creditTransfers, isSepaName, sepaText, type TransferFile } from './index.ts';
import { idCharactersMax, nameCharactersMax, remittanceCharactersMax, transferCentsMax } from './limits.ts';

const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');
const other = readIban('DE89370400440532013000');

const file = (change: Partial<TransferFile> = {}): TransferFile => ({
  id: 'PAY-2026-03',
  createdMs: Date.UTC(2026, 3, 2, 8),
  day: '2026-04-07',
  isBatch: true,
  debtor: { name: 'Exemple SCIC', iban },
  transfers: [296_295, 185_185, 12_346].map((amount, n) => ({
    ...{ endToEndId: `PAY-2026-03-${n + 1}`, amount, name: `Membre ${n + 1}`, iban: other },
    remittance: 'myCoins 2026-03',
  })),
  ...change,
});
const one = (change: object) =>
  file({
    transfers: file()
      .transfers.slice(0, 1)
      .map((each) => ({ ...each, ...change })),
  });
const textOf = (of: TransferFile) => [...creditTransfers(of)].join('');
const faultsOf = (text: string) => judgeTransfers(Buffer.from(text)).faults;

describe('pain.001.001.09', () => {
  test('the pay of COOP.md §4: three transfers, 4938.26', () => {
    const text = textOf(file());
    expect(text).toContain('<NbOfTxs>3</NbOfTxs><CtrlSum>4938.26</CtrlSum>');
    expect(text.match(/<InstdAmt Ccy="EUR">[\d.]+/g)?.map((each) => each.split('>')[1])).toEqual([
      '2962.95',
      '1851.85',
      '123.46',
    ]);
    expect(textOf(file())).toBe(text);
    expect(judgeTransfers(Buffer.from(text))).toEqual({ faults: [], count: 3, cents: 493_826 });
  });

  test('every part of the message that may be written stands as the definition says', () => {
    expect(unknownTypes()).toEqual([]);
    const [first] = file().transfers;
    const debtor = { name: "L'Exemple SCIC // Œuvre & Cie", iban, bic: 'AGRIFRPPXXX' };
    const whole = one({ name: `${'Ž'.repeat(90)}/`, remittance: '/'.repeat(9) });
    const referred = one({ reference: 'RF38SUB000042' });
    const files = [
      file({ debtor }),
      file({ isBatch: false }),
      whole,
      referred,
      file({
        transfers: [{ ...first, endToEndId: 'x'.repeat(idCharactersMax), amount: transferCentsMax }] as never,
      }),
    ];
    for (const each of files) expect(faultsOf(textOf(each))).toEqual([]);
    expect(textOf(file({ isBatch: false }))).toContain('<BtchBookg>false</BtchBookg>');
    expect(textOf(file())).toContain('<BtchBookg>true</BtchBookg>');
  });

  test('a reference stands structured, and nothing else beside it', () => {
    const [, inner = ''] = /<Strd>(.*)<\/Strd>/.exec(textOf(one({ reference: 'RF38SUB000042' }))) ?? [];
    expect(inner).toBe(
      '<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>ISO</Issr></Tp><Ref>RF38SUB000042</Ref></CdtrRefInf>',
    );
    const longest = textOf(one({ reference: creditorReference('9'.repeat(21)) }));
    // EPC132-08: tags and data in it are 140 characters at most.
    expect(/<Strd>(.*)<\/Strd>/.exec(longest)?.[1]?.length).toBeLessThanOrEqual(remittanceCharactersMax);
    expect(longest).not.toContain('Ustrd');
  });

  test.each<[string, RegExp | string, string]>([
    ['another version', 'pain.001.001.09', 'pain.001.001.03'],
    ['what stands in another order', /(<PmtMtd>TRF<\/PmtMtd>)(<BtchBookg>true<\/BtchBookg>)/, '$2$1'],
    ['what is missing', /<ReqdExctnDt>.*<\/ReqdExctnDt>/, ''],
    ['what is not in it', '<ChrgBr>', '<InstrForDbtrAgt>x</InstrForDbtrAgt><ChrgBr>'],
    ['what stands twice', '<ChrgBr>SLEV</ChrgBr>', '<ChrgBr>SLEV</ChrgBr><ChrgBr>SLEV</ChrgBr>'],
    ['both of a choice', /<BICFI>.*<\/BICFI>/, '$&<Othr><Id>NOTPROVIDED</Id></Othr>'],
    ['an attribute', '<MsgId>', '<MsgId x="y">'],
    ['another currency', 'Ccy="EUR"', 'Ccy="CHF"'],
    ['a comma in an amount', '2962.95', '2962,95'],
    ['another sum', /CtrlSum>4938.26/g, 'CtrlSum>4938.27'],
    ['another number', /NbOfTxs>3/g, 'NbOfTxs>2'],
    ['a day that is none', '2026-04-07', '2026-02-30'],
    ['a long identifier', '<MsgId>', `<MsgId>${'x'.repeat(35)}`],
    ['a character that not every bank takes', 'Membre 2', 'Membre é'],
    ['a name that is too long', 'Membre 2', 'x'.repeat(71)],
    ['an IBAN that is none', /<IBAN>/, '<IBAN>1'],
    ['one identifier twice', 'PAY-2026-03-2<', 'PAY-2026-03-1<'],
    ['text between elements', '<CdtTrfTxInf>', '<CdtTrfTxInf>x'],
  ])('a file with %s is found out', (_, from, to) => {
    const text = textOf(file({ debtor: { name: 'x', iban, bic: 'AGRIFRPP' } }));
    expect(faultsOf(text)).toEqual([]);
    expect(faultsOf(text.replace(from, to))).not.toEqual([]);
  });

  test('40,000 transfers in one file', () => {
    const [first] = file().transfers;
    if (first === undefined) throw new Error('there is none');
    const transfers = Array.from({ length: 40_000 }, (_, n) => ({
      ...{ ...first, endToEndId: `RUN-1-${n + 1}`, amount: 1 + n },
    }));
    const text = Buffer.from(textOf(file({ transfers })));
    const cents = (40_000 * 40_001) / 2;
    expect(judgeTransfers(text)).toEqual({ faults: [], count: 40_000, cents });
  });

  test('a name is written as every bank takes it', () => {
    expect(sepaText('Łukasz Øst & Söhne — “x”', nameCharactersMax)).toBe('Lukasz Ost + Sohne - .x.');
    expect(sepaText('//a//b/', 9)).toBe('a/b');
    expect(sepaText('日本', 9)).toBe('..');
    expect(sepaText('Γεώργιος Παπαδόπουλος', nameCharactersMax)).toBe('Georgios Papadopoylos');
    expect(sepaText('Щерю Георгиев Йовков', nameCharactersMax)).toBe('Shteryu Georgiev Yovkov');
    expect(sepaText('Ћирић, Њујорк; Їжак', nameCharactersMax)).toBe('Ciric, Njujork. Izhak');
    expect(sepaText('İpek Ğ ŻÓŁĆ Ößő Þór Ðóra', nameCharactersMax)).toBe('Ipek G ZOLC Osso Thor Dora');
    const long = one({ name: 'x'.repeat(200), remittance: 'y'.repeat(200) });
    expect(textOf(long)).toContain(`<Nm>${'x'.repeat(nameCharactersMax)}</Nm>`);
    expect(textOf(long)).toContain(`<Ustrd>${'y'.repeat(remittanceCharactersMax)}</Ustrd>`);
    expect(textOf(one({ remittance: '' }))).not.toContain('RmtInf');
  });

  test.each([
    ['Ana Élise', true],
    ['Γιώργος', true],
    ['Иван', true],
    ['42', true],
    ['李小龙', false],
    ['Li 小龙', false],
    ['محمد', false],
    ['...', false],
    ['', false],
  ])('%s: a bank can write the name: %s', (name, can) => {
    expect(isSepaName(name)).toBe(can);
  });

  test.each<[string, TransferFile]>([
    ['nothing to pay', file({ transfers: [] })],
    ['two of one name', file({ transfers: [...file().transfers, ...file().transfers.slice(0, 1)] })],
    ['nothing', one({ amount: 0 })],
    ['less than nothing', one({ amount: -1 })],
    ['half a cent', one({ amount: 0.5 })],
    ['more than SEPA moves', one({ amount: transferCentsMax + 1 })],
    ['nobody', one({ name: ' ' })],
    ['a name that would be dots', one({ name: '李小龙' })],
    ['a reference with a wrong digit', one({ reference: 'RF39SUB000042' })],
    ['a debtor without a name', file({ debtor: { name: '…', iban } })],
    ['a Sunday', file({ day: '2026-04-12' })],
    ['Good Friday', file({ day: '2026-04-03' })],
    ['an identifier that is too long', one({ endToEndId: 'x'.repeat(idCharactersMax + 1) })],
    ['an identifier of other letters', one({ endToEndId: 'ü' })],
    ['a BIC that is none', file({ debtor: { name: 'x', iban, bic: 'ABC' } })],
    ['a day that is none', file({ day: 'tomorrow' })],
  ])('%s is refused before anything is written', (_, wrong) => {
    expect(() => creditTransfers(wrong)).toThrow(FormatError);
  });
});
