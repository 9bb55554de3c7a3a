import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { readIban } from '../iban/index.ts';
import { parseXml, type XmlElement } from '../xml/index.ts';
import { creditTransfers, sepaText, type TransferFile } from './index.ts';
import { idCharactersMax, nameCharactersMax, remittanceCharactersMax, transferCentsMax } from './limits.ts';

const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');
const other = readIban('DE89370400440532013000');

const file = (change: Partial<TransferFile> = {}): TransferFile => ({
  id: 'PAY-2026-03',
  createdMs: Date.UTC(2026, 3, 2, 8),
  day: '2026-04-07',
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

/** The order of pain.001.001.09 as far as it is used here: name, and what may stand in it, `?` for what may be left out. */
const structure: Readonly<Record<string, string>> = {
  Document: 'CstmrCdtTrfInitn',
  CstmrCdtTrfInitn: 'GrpHdr PmtInf',
  GrpHdr: 'MsgId CreDtTm NbOfTxs CtrlSum InitgPty',
  PmtInf:
    'PmtInfId PmtMtd BtchBookg NbOfTxs CtrlSum PmtTpInf ReqdExctnDt Dbtr DbtrAcct DbtrAgt ChrgBr CdtTrfTxInf+',
  PmtTpInf: 'SvcLvl',
  SvcLvl: 'Cd',
  ReqdExctnDt: 'Dt',
  InitgPty: 'Nm',
  Dbtr: 'Nm',
  Cdtr: 'Nm',
  DbtrAcct: 'Id',
  CdtrAcct: 'Id',
  Id: 'IBAN?',
  DbtrAgt: 'FinInstnId',
  FinInstnId: 'BICFI? Othr?',
  Othr: 'Id',
  CdtTrfTxInf: 'PmtId Amt Cdtr CdtrAcct RmtInf?',
  PmtId: 'EndToEndId',
  Amt: 'InstdAmt',
  RmtInf: 'Ustrd',
};

/** How many elements stand where they may. */
function demandStructure(element: XmlElement): number {
  const allowed = structure[element.name] ?? '';
  const parts = allowed.split(' ').filter((part) => part !== '');
  const pattern = parts.map((part) => part.replace(/^(\w+)([?+]?)$/, '(?:$1 )$2')).join('');
  const names = element.children.map(({ name }) => `${name} `).join('');
  expect(names, element.name).toMatch(new RegExp(`^${pattern}$`));
  return element.children.reduce((count, child) => count + demandStructure(child), 1);
}

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
    const root = parseXml(Buffer.from(text));
    expect(root.namespace).toBe('urn:iso:std:iso:20022:tech:xsd:pain.001.001.09');
    expect(demandStructure(root)).toBeGreaterThan(20);
  });

  test('a name is written as every bank takes it', () => {
    expect(sepaText('Łukasz Øst & Söhne — “x”', nameCharactersMax)).toBe('Lukasz Ost + Sohne - .x.');
    expect(sepaText('//a//b/', 9)).toBe('a/b');
    expect(sepaText('日本', 9)).toBe('..');
    const long = one({ name: 'x'.repeat(200), remittance: 'y'.repeat(200) });
    expect(textOf(long)).toContain(`<Nm>${'x'.repeat(nameCharactersMax)}</Nm>`);
    expect(textOf(long)).toContain(`<Ustrd>${'y'.repeat(remittanceCharactersMax)}</Ustrd>`);
    expect(textOf(one({ remittance: '' }))).not.toContain('RmtInf');
  });

  test.each<[string, TransferFile]>([
    ['nothing to pay', file({ transfers: [] })],
    ['two of one name', file({ transfers: [...file().transfers, ...file().transfers.slice(0, 1)] })],
    ['nothing', one({ amount: 0 })],
    ['less than nothing', one({ amount: -1 })],
    ['half a cent', one({ amount: 0.5 })],
    ['more than SEPA moves', one({ amount: transferCentsMax + 1 })],
    ['nobody', one({ name: ' ' })],
    ['an identifier that is too long', one({ endToEndId: 'x'.repeat(idCharactersMax + 1) })],
    ['an identifier of other letters', one({ endToEndId: 'ü' })],
    ['a BIC that is none', file({ debtor: { name: 'x', iban, bic: 'ABC' } })],
    ['a day that is none', file({ day: 'tomorrow' })],
  ])('%s is refused before anything is written', (_, wrong) => {
    expect(() => creditTransfers(wrong)).toThrow(FormatError);
  });
});
