import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { readIban } from '../iban/index.ts';
import { parseXml, type XmlElement } from '../xml/index.ts';
import {
  idCharactersMax,
  nameCharactersMax,
  remittanceCharactersMax,
  transferCentsMax,
} from './credit-transfers.ts';
import { creditTransfers, readStatements, sepaText, type TransferFile } from './index.ts';

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

describe('camt.053', () => {
  const party = (role: string, name: string) =>
    `<RltdPties><${role}><Pty><Nm>${name}</Nm></Pty></${role}><${role}Acct><Id><IBAN>${other}</IBAN></Id></${role}Acct></RltdPties>`;
  const entry = (
    inner: string,
    { amount = '30.00', sign = 'CRDT', status = '<Cd>BOOK</Cd>', reference = 'B1' } = {},
  ) =>
    `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${sign}</CdtDbtInd><Sts>${status}</Sts><BookgDt><Dt>2026-03-31</Dt></BookgDt><AcctSvcrRef>${reference}</AcctSvcrRef><NtryDtls>${inner}</NtryDtls></Ntry>`;
  const balance = (code: string, amount: string) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>`;
  const document = (entries: string, { version = '08', balances = '' } = {}) =>
    `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.${version}"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr><Stmt><Id>S1</Id><Acct><Id><IBAN>${iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>${balances}${entries}</Stmt></BkToCstmrStmt></Document>`;
  async function* inPieces(text: string): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 97) yield bytes.subarray(at, at + 97);
  }
  const read = (text: string) => readStatements(inPieces(text));
  const paid = `<TxDtls><Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>${party('Dbtr', 'Ana')}<RmtInf><Ustrd>parts sociales rf38sub000042 merci</Ustrd></RmtInf></TxDtls>`;

  test('what came, from whom, and the reference that they wrote', async () => {
    const balances = balance('OPBD', '100.00') + balance('CLBD', '130.00');
    expect(await read(document(entry(paid), { balances }))).toEqual([
      {
        ...{ id: 'S1', iban, currency: 'EUR', opening: 10_000, closing: 13_000, others: 0 },
        entries: [
          {
            ...{ reference: 'B1', amount: 3000, day: '2026-03-31' },
            transactions: [
              {
                ...{
                  amount: 3000,
                  endToEndId: '',
                  reference: 'SUB000042',
                  name: 'Ana',
                  iban: other,
                  returned: null,
                },
                remittance: 'parts sociales rf38sub000042 merci',
              },
            ],
          },
        ],
      },
    ]);
  });

  test('a batch in its parts, what went, and what came back', async () => {
    const part = (amount: string, id: string, more = '') =>
      `<TxDtls><Refs><EndToEndId>${id}</EndToEndId></Refs><Amt Ccy="EUR">${amount}</Amt>${party('Cdtr', id)}${more}</TxDtls>`;
    const back = part('10.00', 'P3', '<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>');
    const text = document(
      entry(part('20.00', 'P1') + part('10.00', 'P2'), { sign: 'DBIT' }) +
        entry(back, { amount: '10.00', reference: 'B2', status: 'BOOK' }) +
        entry(paid, { status: '<Cd>PDNG</Cd>', reference: 'B3' }),
      { version: '02' },
    );
    const [statement] = await read(text);
    expect(statement?.others).toBe(1);
    expect(
      statement?.entries.map(({ transactions }) =>
        transactions.map(({ amount, endToEndId, returned }) => [amount, endToEndId, returned]),
      ),
    ).toEqual([
      [
        [-2000, 'P1', null],
        [-1000, 'P2', null],
      ],
      [[1000, 'P3', 'AC04']],
    ]);
  });

  test('what was sent in another currency counts as what was booked, or not at all', async () => {
    const sent = (amount: string, booked: string) =>
      `<TxDtls><Amt Ccy="USD">${amount}</Amt><AmtDtls><TxAmt><Amt Ccy="EUR">${booked}</Amt></TxAmt></AmtDtls></TxDtls>`;
    const [statement] = await read(document(entry(sent('11.00', '10.00') + sent('22.00', '20.00'))));
    expect(statement?.entries[0]?.transactions.map(({ amount }) => amount)).toEqual([1000, 2000]);
    const alone = '<TxDtls><Amt Ccy="USD">33.00</Amt></TxDtls>';
    const [other] = await read(document(entry(alone)));
    expect(other?.entries[0]?.transactions.map(({ amount }) => amount)).toEqual([3000]);
    await expect(
      read(document(entry(`${alone.replace('33', '10')}${alone.replace('33', '20')}`))),
    ).rejects.toThrow('no amount in EUR');
  });

  test('two references in one text are none: a person decides', async () => {
    const both = paid.replace('merci', 'RF05POT7K3M9Q');
    const [statement] = await read(document(entry(both)));
    expect(statement?.entries[0]?.transactions[0]?.reference).toBeNull();
  });

  test.each<[string, string]>([
    ['half a file', document(entry(paid)).slice(0, 400)],
    ['another kind', document(entry(paid)).replace('camt.053', 'camt.054')],
    ['an amount with a comma', document(entry(paid, { amount: '30,00' }))],
    ['a tenth of a cent', document(entry(paid, { amount: '30.001' }))],
    ['more than can be counted', document(entry(paid, { amount: `${'9'.repeat(16)}.00` }))],
    ['an entry in another currency', document(entry(paid).replace('Ccy="EUR"', 'Ccy="USD"'))],
    ['an entry in no currency', document(entry(paid).replace(' Ccy="EUR"', ''))],
    [
      'a balance in another currency',
      document(entry(paid), { balances: balance('OPBD', '1.00').replace('EUR', 'CHF') }),
    ],
    ['a day that is not in the calendar', document(entry(paid).replace('03-31', '02-30'))],
    ['no statement', document(entry(paid)).replace(/<Stmt>.*<\/Stmt>/, '')],
    ['no sign', document(entry(paid, { sign: 'x' }))],
    ['no reference', document(entry(paid, { reference: '' }))],
    [
      'balances that entries do not lead to',
      document(entry(paid), { balances: balance('OPBD', '1.00') + balance('CLBD', '1.00') }),
    ],
    ['a document type', document(entry(paid)).replace('<Document', '<!DOCTYPE x><Document')],
  ])('%s is refused whole', async (_, text) => {
    await expect(read(text)).rejects.toThrow(FormatError);
  });
});
