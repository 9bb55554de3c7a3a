import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import { readIban } from '../iban/index.ts';
import { readStatements } from './index.ts';
import { statementBytesMax, statementEntriesMax, statementTransactionsMax } from './limits.ts';

const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');
const other = readIban('DE89370400440532013000');

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
        ...{ from: '2026-03-31', until: '2026-03-31' },
        entries: [
          {
            ...{ reference: 'B1', amount: 3000, day: '2026-03-31', isReversal: false },
            transactions: [
              {
                ...{
                  amount: 3000,
                  endToEndId: '',
                  payment: '',
                  count: null,
                  references: ['SUB000042'],
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

  test.each<[string, readonly string[]]>([
    ['RF38SUB000042', ['SUB000042']],
    ['rf38 sub0 0004 2', ['SUB000042']],
    ['shares RF38 SUB0 0004 2 from Ana', ['SUB000042']],
    ['RF38 SUB0 0004 2 merc i', ['SUB000042']],
    ['RF38SUB000042 and RF05POT7K3M9Q', ['SUB000042', 'POT7K3M9Q']],
    ['RF39SUB000042', []],
    ['SUB000042', []],
    ['XRF38SUB000042', []],
    ['RF', []],
  ])('%s', async (words, references) => {
    const text = paid.replace('parts sociales rf38sub000042 merci', words);
    const [statement] = await read(document(entry(text)));
    expect(statement?.entries[0]?.transactions[0]?.references).toEqual(references);
  });

  test('a reference that is structured, or stands where the bank describes the entry', async () => {
    const structured = paid.replace(
      /<Ustrd>.*<\/Ustrd>/,
      '<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF38SUB000042</Ref></CdtrRefInf></Strd>',
    );
    const told = entry('<TxDtls/>').replace('</Ntry>', '<AddtlNtryInf>RF38SUB000042</AddtlNtryInf></Ntry>');
    const bare = told.replace('<NtryDtls><TxDtls/></NtryDtls>', '');
    for (const text of [entry(structured), told, bare]) {
      const [statement] = await read(document(text));
      expect(statement?.entries[0]?.transactions[0]?.references).toEqual(['SUB000042']);
    }
  });

  test('a batch of which the bank names the payment alone, and one whose parts do not add up, are one transaction', async () => {
    const batch = entry('<Btch><MsgId>M1</MsgId><PmtInfId>PAY-2026-03</PmtInfId></Btch>', { sign: 'DBIT' });
    const part = '<TxDtls><Amt Ccy="EUR">1.00</Amt><RmtInf><Ustrd>RF38SUB000042</Ustrd></RmtInf></TxDtls>';
    const foreign = part.replace('Ccy="EUR">1.00', 'Ccy="CHF">29.00');
    for (const parts of [part + part, part + foreign, `${part}<TxDtls/>`]) {
      const [statement] = await read(document(batch + entry(parts, { reference: 'B2' })));
      const [first, second] = statement?.entries ?? [];
      expect(first?.transactions).toMatchObject([{ amount: -3000, payment: 'PAY-2026-03' }]);
      expect(second?.transactions).toMatchObject([{ amount: 3000, references: [] }]);
    }
  });

  test('a batch is of a payment, or of a file, and of so many transfers as the bank says', async () => {
    const batch = (inner: string, refs = '') =>
      entry(`<Btch>${inner}</Btch>${refs && `<TxDtls><Refs>${refs}</Refs></TxDtls>`}`, { sign: 'DBIT' });
    const told = async (text: string) => {
      const [statement] = await read(document(text));
      return statement?.entries[0]?.transactions.map(({ payment, count }) => [payment, count]);
    };
    const named = '<MsgId>M1</MsgId><PmtInfId>P1</PmtInfId><NbOfTxs>3</NbOfTxs>';
    expect(await told(batch(named))).toEqual([['P1', 3]]);
    expect(await told(batch('<MsgId>M1</MsgId><NbOfTxs>x</NbOfTxs>'))).toEqual([['M1', null]]);
    expect(await told(batch('<MsgId>M1</MsgId>', '<PmtInfId>P2</PmtInfId>'))).toEqual([['P2', null]]);
    expect(await told(batch('<NbOfTxs>3</NbOfTxs>', '<MsgId>M2</MsgId>'))).toEqual([['M2', 3]]);
    expect(await told(batch(named, '<PmtInfId>NOTPROVIDED</PmtInfId>'))).toEqual([['P1', 3]]);
  });

  test('what is not booked is left out, in whatever currency and state it is', async () => {
    const strange = [
      entry(paid, { status: '<Cd>PDNG</Cd>' }).replace('Ccy="EUR"', 'Ccy="USD"'),
      entry(paid, { status: '<Cd>INFO</Cd>', amount: 'none', reference: '' }).replace(' Ccy="EUR"', ''),
      entry(paid, { status: '<Cd>FUTR</Cd>', sign: 'x' }).replace('2026-03-31', ''),
      entry(paid, { status: '' }).replace('Ccy="EUR"', 'Ccy="CHF"'),
    ].join('');
    const expected = balance('CLAV', '7.00').replace('EUR', 'USD');
    const balances = balance('OPBD', '1.00') + balance('CLBD', '31.00') + expected;
    const [statement] = await read(document(strange + entry(paid), { balances }));
    expect(statement).toMatchObject({ currency: 'EUR', opening: 100, closing: 3100, others: 4 });
    expect(statement?.entries).toHaveLength(1);
  });

  test('what is booked in another currency than that of the account is named', async () => {
    const dollars = entry(paid, { reference: 'B7' }).replace('Ccy="EUR"', 'Ccy="USD"');
    await expect(read(document(entry(paid) + dollars))).rejects.toThrow(
      'statement S1: entry B7 is in USD, and the account in EUR',
    );
  });

  test('what was sent in another currency counts as what was booked', async () => {
    const sent = (amount: string, booked: string) =>
      `<TxDtls><Amt Ccy="USD">${amount}</Amt><AmtDtls><TxAmt><Amt Ccy="EUR">${booked}</Amt></TxAmt></AmtDtls></TxDtls>`;
    const amountsOf = async (details: string) => {
      const [statement] = await read(document(entry(details)));
      return statement?.entries[0]?.transactions.map(({ amount }) => amount);
    };
    expect(await amountsOf(sent('11.00', '10.00') + sent('22.00', '20.00'))).toEqual([1000, 2000]);
    expect(await amountsOf('<TxDtls><Amt Ccy="USD">33.00</Amt></TxDtls>')).toEqual([3000]);
  });

  test('what the bank takes back is told from what comes', async () => {
    const text = entry(paid).replace('<Sts>', '<RvslInd>true</RvslInd><Sts>');
    const [statement] = await read(document(text));
    expect(statement?.entries[0]).toMatchObject({ isReversal: true, amount: 3000 });
  });

  test('pages of one statement begin and end with interim balances, and have names of their own', async () => {
    const page = (n: number, balances: string) =>
      document(entry(paid), { balances }).replace('</Id>', `</Id><StmtPgntn><PgNb>${n}</PgNb></StmtPgntn>`);
    const [first] = await read(page(1, balance('OPBD', '1.00') + balance('ITBD', '31.00')));
    const [middle] = await read(page(2, balance('ITBD', '31.00') + balance('ITBD', '61.00')));
    const [last] = await read(page(3, balance('ITBD', '61.00') + balance('CLBD', '91.00')));
    expect([first, middle, last].map((each) => [each?.id, each?.opening, each?.closing])).toEqual([
      ['S1', 100, 3100],
      ['S1/2', 3100, 6100],
      ['S1/3', 6100, 9100],
    ]);
  });

  test('the days of a statement: of its entries, else what it says, else of its balances, else when it was made', async () => {
    const dated = balance('OPBD', '1.00').replace('</Bal>', '<Dt><Dt>2026-03-30</Dt></Dt></Bal>');
    const made = (inner: string) => document('').replace('<Acct>', `${inner}<Acct>`);
    const span =
      '<FrToDt><FrDtTm>2026-03-01T00:00:00Z</FrDtTm><ToDtTm>2026-03-31T23:59:59Z</ToDtTm></FrToDt>';
    const days = async (text: string) => {
      const [statement] = await read(text);
      return [statement?.from, statement?.until];
    };
    expect(await days(made(span).replace('</Acct>', `</Acct>${dated}`))).toEqual([
      '2026-03-01',
      '2026-03-31',
    ]);
    expect(await days(document('', { balances: dated }))).toEqual(['2026-03-30', '2026-03-30']);
    expect(await days(made('<CreDtTm>2026-04-01T06:00:00Z</CreDtTm>'))).toEqual(['2026-04-01', '2026-04-01']);
    expect(await days(document(''))).toEqual(['', '']);
  });

  test('so many octets, entries and transactions, and no more', async () => {
    const text = document(entry(paid) + entry(paid, { reference: 'B2' }));
    const size = Buffer.byteLength(text);
    const most = { bytesMax: size, entriesMax: 2, transactionsMax: 2 };
    expect(await readStatements(inPieces(text), most)).toHaveLength(1);
    for (const [less, words] of [
      [{ ...most, bytesMax: size - 1 }, `${size - 1} bytes`],
      [{ ...most, entriesMax: 1 }, 'at most 1 entries'],
      [{ ...most, transactionsMax: 1 }, 'at most 1 transactions'],
    ] as const)
      await expect(readStatements(inPieces(text), less)).rejects.toThrow(words);
    expect([statementBytesMax, statementEntriesMax, statementTransactionsMax]).toEqual([
      268_435_456, 500_000, 500_000,
    ]);
  });

  test('a file is read while it comes, with prefixes as the bank likes them', async () => {
    const many = Array.from({ length: 2000 }, (_, n) => entry(paid, { reference: `B${n}` })).join('');
    const prefixed = document(many)
      .replace(/<(\/?)(?=[A-Z])/g, '<$1b:')
      .replace('xmlns=', 'xmlns:b=');
    const [statement] = await read(prefixed);
    expect(statement?.entries).toHaveLength(2000);
    expect(statement?.entries.at(-1)?.transactions[0]?.name).toBe('Ana');
  });

  test.each<[string, string]>([
    ['half a file', document(entry(paid)).slice(0, 400)],
    ['another kind', document(entry(paid)).replace('camt.053', 'camt.054')],
    ['an amount with a comma', document(entry(paid, { amount: '30,00' }))],
    ['a tenth of a cent', document(entry(paid, { amount: '30.001' }))],
    ['more than can be counted', document(entry(paid, { amount: `${'9'.repeat(16)}.00` }))],
    ['no sign', document(entry(paid, { sign: 'x' }))],
    ['no reference', document(entry(paid, { reference: '' }))],
    [
      'balances that entries do not lead to',
      document(entry(paid), { balances: balance('OPBD', '1.00') + balance('CLBD', '1.00') }),
    ],
    ['no statement', document('').replace(/<Stmt>.*<\/Stmt>/, '')],
    ['an entry in no statement', document('').replace(/<Stmt>.*<\/Stmt>/, `<Rpt>${entry(paid)}</Rpt>`)],
    ['a day that is none', document(entry(paid).replace('2026-03-31', '2026-02-30'))],
    ['two currencies', document(entry(paid).replace('Ccy="EUR"', 'Ccy="CHF"'))],
    ['an entry in no currency', document(entry(paid).replace(' Ccy="EUR"', ''))],
    [
      'a balance in another currency',
      document(entry(paid), { balances: balance('OPBD', '1.00').replace('EUR', 'CHF') }),
    ],
    ['no account', document(entry(paid)).replace(/<IBAN>[^<]*<\/IBAN>/, '')],
    [
      'fewer entries than it says',
      document(`<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>${entry(paid)}`),
    ],
    ['a document type', document(entry(paid)).replace('<Document', '<!DOCTYPE x><Document')],
  ])('%s is refused whole', async (_, text) => {
    await expect(read(text)).rejects.toThrow(FormatError);
  });
});
