import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { openTestStores, type TestStores } from '../../testing/index.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { actor, describeCoops, refused, testHouse } from '../fixtures.ts';
import { coopModule } from '../store/module.ts';
import { bytesOf, type FixtureEntry, type FixtureStatement, statementFile } from './fixtures.ts';
import {
  importBytesMax,
  importLinesMax,
  matchItemsMax,
  nameCharactersMax,
  pageRows,
  remittanceCharactersMax,
} from './limits.ts';

const iban = readIban('FR14 2004 1010 0505 0001 3M02 606');
const other = readIban('DE89370400440532013000');
const treasurer = actor(5, 'treasurer');
const board = actor(6, 'board');

describeCoops('the bank', (engine, rules) => {
  let stores: TestStores;
  let coop: Coop;
  let keys = 0;
  const key = () => `k${++keys}`;

  beforeEach(async () => {
    const clock = fakeClock(Date.UTC(2026, 3, 1));
    stores = await openTestStores(engine, { clock });
    const banks = [{ name: 'main', iban, bic: null }];
    const told = { ...rules, approvals: { ...rules.approvals, matchAloneMax: 5000 } };
    coop = openCoop({ ...testHouse(stores, clock, told), banks });
  });
  afterEach(() => stores.close());

  const statement = (id: string, entries: readonly FixtureEntry[], more: Partial<FixtureStatement> = {}) =>
    statementFile({ id, iban, entries, ...more });
  const take = (text: string, as = treasurer, under = key()) =>
    coop.bank.import(as, { body: bytesOf(text), key: under });
  const balance = (account: string) => coop.ledger.balance(account, 'EUR');
  const faults = () => verifyAll({ ...stores, modules: [coopModule] });

  test('what nobody expects waits, and is booked where it waits', async () => {
    const text = statement('S1', [
      { ref: 'B1', amount: '30.00', words: 'RF38SUB000042' },
      { ref: 'B2', amount: '12.00', words: 'hello' },
      { ref: 'B3', amount: '1.00', words: 'RF38SUB000042 RF05POT7K3M9Q' },
      { ref: 'B4', amount: '-2.50' },
      { ref: 'B5', amount: '4.00', returned: 'AC04' },
      { ref: 'B6', amount: '-30.00', isReversal: true },
    ]);
    expect(await take(text)).toMatchObject({ isNew: true, statements: 1, queued: 6, matched: 0 });
    expect(
      (await coop.bank.waiting()).map(({ reference, reason, left }) => [reference, reason, left]),
    ).toEqual([
      ['B1', 'unknown-reference', 3000],
      ['B2', 'no-reference', 1200],
      ['B3', 'several-references', 100],
      ['B4', 'outgoing', -250],
      ['B5', 'returned', 400],
      ['B6', 'reversed', -3000],
    ]);
    expect([await balance('bank:main'), await balance('clearing:unmatched')]).toEqual([1450, -1450]);
    expect(await faults()).toEqual([]);
  });

  test('a file twice, a statement twice, a booking twice: once', async () => {
    const entries = [
      { ref: 'B1', amount: '30.00' },
      { ref: 'B1', amount: '30.00' },
    ];
    const text = statement('S1', entries);
    expect(await take(text)).toMatchObject({ isNew: true, queued: 2 });
    expect(await take(text)).toMatchObject({ isNew: false, queued: 0 });
    expect(await take(`${text} `)).toMatchObject({ isNew: true, known: 2, queued: 0 });
    const grown = statement('S1', [...entries, { ref: 'B2', amount: '1.00' }]);
    expect(await take(grown)).toMatchObject({ known: 2, queued: 1 });
    const weekly = statement('W1', [
      ...entries,
      { ref: 'B1', amount: '30.00' },
      { ref: 'B9', amount: '2.00' },
    ]);
    expect(await take(weekly)).toMatchObject({ repeated: 2, queued: 2 });
    expect(await take(`${weekly} `)).toMatchObject({ known: 4, queued: 0, repeated: 0 });
    expect(await balance('bank:main')).toBe(9300);
    expect(await faults()).toEqual([]);
  });

  test('the same key answers what was done, and another file under it is refused', async () => {
    const text = statement('S1', [{ ref: 'B1', amount: '30.00' }]);
    const first = await take(text, treasurer, 'one');
    expect(await take(text, treasurer, 'one')).toEqual(first);
    await expect(take(`${text} `, treasurer, 'one')).rejects.toEqual(refused('E_KEY_REUSED'));
  });

  test('the same file at once, many times: once', async () => {
    const text = statement('S1', [{ ref: 'B1', amount: '30.00' }]);
    const all = await Promise.all(Array.from({ length: 8 }, () => take(text)));
    expect(all.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect(await balance('bank:main')).toBe(3000);
  });

  test.each<[string, string, string]>([
    ['half a file', 'E_BANK_FILE', statement('S1', [{ ref: 'B1', amount: '30.00' }]).slice(0, -60)],
    ['no file', 'E_BANK_FILE', ''],
    ['a file of another kind', 'E_BANK_FILE', '<Document/>'],
    [
      'balances that do not fit',
      'E_BANK_FILE',
      statement('S1', [{ ref: 'B1', amount: '30.00' }], { opening: '0.00', closing: '31.00' }),
    ],
    [
      'more than can be counted',
      'E_BANK_FILE',
      statement('S1', [{ ref: 'B1', amount: '90071992547409.93' }]),
    ],
    ['an account of somebody else', 'E_BANK_ACCOUNT', statement('S1', [], { iban: other })],
    [
      'an account with one wrong digit',
      'E_BANK_ACCOUNT',
      statement('S1', [], { iban: iban.replace('606', '607') }),
    ],
    ['another currency', 'E_BANK_ACCOUNT', statement('S1', [], { currency: 'CHF' })],
  ])('%s is refused whole: %s', async (_, code, text) => {
    await expect(take(text)).rejects.toEqual(refused(code));
    expect(await coop.bank.statements()).toEqual([]);
  });

  test('a statement that says something else than it said is refused, with all that is in its file', async () => {
    await take(statement('S1', [{ ref: 'B1', amount: '30.00' }]));
    const changed = statementFile(
      { id: 'S2', iban, entries: [{ ref: 'B7', amount: '1.00' }] },
      { id: 'S1', iban, entries: [{ ref: 'B1', amount: '30.01' }] },
    );
    await expect(take(changed)).rejects.toEqual(refused('E_STATEMENT'));
    expect(await balance('bank:main')).toBe(3000);
    expect(await coop.bank.statements()).toHaveLength(1);
  });

  test('who has not the privilege imports and matches nothing', async () => {
    const text = statement('S1', [{ ref: 'B1', amount: '30.00' }]);
    for (const who of [actor(7, 'member'), actor(7, 'auditor'), actor(7, 'administrator'), board])
      await expect(take(text, who)).rejects.toEqual(refused('E_PRIVILEGE'));
    await take(text);
    const [line] = await coop.bank.waiting();
    const match = { line: line?.id ?? 0, to: { account: 'income:other' }, key: key() };
    await expect(coop.bank.match(actor(7, 'auditor'), match)).rejects.toEqual(refused('E_PRIVILEGE'));
  });

  test('a day of a closed month is booked in the first open one', async () => {
    await coop.payouts.closeMonth(treasurer, { month: '2026-03', key: key() });
    await take(statement('S1', [{ ref: 'B1', amount: '30.00', day: '2026-03-31' }]));
    expect((await coop.ledger.entry(1))?.date).toBe('2026-04-01');
    expect((await coop.bank.waiting())[0]?.day).toBe('2026-03-31');
  });

  test('statements that do not follow from each other are told, whatever the order they come in', async () => {
    const day = (n: number, opening: string, closing: string, amount: string) =>
      statement(`D${n}`, [{ ref: `B${n}`, amount, day: `2026-03-0${n}` }], { opening, closing });
    await take(day(1, '0.00', '10.00', '10.00'));
    await take(day(3, '15.00', '20.00', '5.00'));
    expect(await coop.bank.gaps()).toEqual([
      { account: 'main', before: 'D1', after: 'D3', closing: 1000, opening: 1500 },
    ]);
    expect(await coop.bank.reconciliation()).toEqual([
      { account: 'main', ledger: 1500, bank: 2000, last: '2026-03-03' },
    ]);
    await take(day(2, '10.00', '15.00', '5.00'));
    expect(await coop.bank.gaps()).toEqual([]);
    expect(await coop.bank.reconciliation()).toEqual([
      { account: 'main', ledger: 2000, bank: 2000, last: '2026-03-03' },
    ]);
  });

  test('a person books a small line to an account, once', async () => {
    await take(statement('S1', [{ ref: 'B1', amount: '-2.50' }]));
    const [line] = await coop.bank.waiting();
    const match = { line: line?.id ?? 0, to: { account: 'expense:bank' }, memo: 'charges', key: key() };
    const done = await coop.bank.match(treasurer, match);
    expect(done.state).toBe('done');
    expect(await coop.bank.match(treasurer, match)).toEqual(done);
    await expect(coop.bank.match(treasurer, { ...match, key: key() })).rejects.toEqual(refused('E_STATE'));
    expect([await balance('expense:bank'), await balance('clearing:unmatched')]).toEqual([250, 0]);
    expect(await coop.bank.line(match.line)).toMatchObject({
      state: 'matched',
      left: 0,
      matches: [{ by: 5 }],
    });
    expect(await faults()).toEqual([]);
  });

  test('above what one may decide two persons do, and never one twice', async () => {
    await take(statement('S1', [{ ref: 'B1', amount: '50.01' }]));
    const [line] = await coop.bank.waiting();
    const match = { line: line?.id ?? 0, to: { account: 'income:other' }, key: key() };
    const { id, state } = await coop.bank.match(treasurer, match);
    expect(state).toBe('proposed');
    expect(await balance('income:other')).toBe(0);
    await expect(coop.bank.match(board, { ...match, key: key() })).rejects.toEqual(refused('E_STATE'));
    await expect(coop.bank.confirm(treasurer, { match: id, key: key() })).rejects.toEqual(
      refused('E_SAME_PERSON'),
    );
    expect(await coop.bank.proposals()).toMatchObject([{ id, amount: 5001 }]);
    expect(await coop.bank.refuse(treasurer, { match: id, key: key() })).toEqual({ id, state: 'refused' });
    await expect(coop.bank.confirm(board, { match: id, key: key() })).rejects.toEqual(refused('E_STATE'));
    const again = await coop.bank.match(treasurer, { ...match, key: key() });
    const both = await Promise.allSettled(
      [board, actor(8, 'board')].map((who) => coop.bank.confirm(who, { match: again.id, key: key() })),
    );
    expect(both.map((each) => each.status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await balance('income:other')).toBe(-5001);
    expect(await coop.bank.proposals()).toEqual([]);
    expect(await faults()).toEqual([]);
  });

  test.each([
    ['capital:1', 'E_ACCOUNT'],
    ['member:1', 'E_ACCOUNT'],
    ['bank:main', 'E_ACCOUNT'],
    ['reserve:free', 'E_ACCOUNT'],
    ['expense', 'E_ACCOUNT'],
    ['deposit:x', 'E_ACCOUNT'],
  ])('a line is not booked to %s by hand', async (account, code) => {
    await take(statement('S1', [{ ref: 'B1', amount: '30.00' }]));
    const [line] = await coop.bank.waiting();
    const match = { line: line?.id ?? 0, to: { account }, key: key() };
    await expect(coop.bank.match(treasurer, match)).rejects.toEqual(refused(code));
    await expect(
      coop.bank.match(treasurer, { ...match, to: { reference: 'RF38SUB000042' } }),
    ).rejects.toEqual(refused('E_NOT_FOUND'));
    await expect(coop.bank.match(treasurer, { ...match, line: 99 })).rejects.toBeInstanceOf(Error);
  });

  test('texts of a bank are kept up to their limits', async () => {
    const long = { words: 'w'.repeat(remittanceCharactersMax + 1), name: 'n'.repeat(nameCharactersMax + 1) };
    await take(statement('S1', [{ ref: 'B1', amount: '30.00', ...long }]));
    const [line] = await coop.bank.waiting();
    expect([line?.remittance.length, line?.name.length]).toEqual([
      remittanceCharactersMax,
      nameCharactersMax,
    ]);
    expect([importBytesMax, importLinesMax, pageRows]).toEqual([268_435_456, 100_000, 500]);
    expect(matchItemsMax).toBe(1000);
  });

  test('what is damaged behind its back is found', async () => {
    await take(
      statement('S1', [
        { ref: 'B1', amount: '30.00' },
        { ref: 'B2', amount: '5.00' },
      ]),
    );
    const [line] = await coop.bank.waiting();
    await coop.bank.match(treasurer, { line: line?.id ?? 0, to: { account: 'income:other' }, key: key() });
    expect(await faults()).toEqual([]);
    await expect(stores.damage('UPDATE bank_lines SET amount = 1')).rejects.toThrow('immutable');
    await expect(stores.damage('DELETE FROM bank_lines')).rejects.toThrow('immutable');
    await expect(stores.damage('UPDATE bank_lines SET "left" = "left" + 1')).rejects.toThrow('spent');
    await expect(stores.damage("UPDATE bank_matches SET state = 'proposed'")).rejects.toThrow('immutable');
    await stores.damage(`UPDATE bank_lines SET "left" = 1 WHERE reference = 'B2'`);
    expect((await faults()).filter((fault) => fault.startsWith('bank: '))).toEqual([
      'bank: line 2 is 500, of which 0 is matched and 1 left',
      'bank: 1 waits for a person, and the ledger says 500',
    ]);
  });
});
