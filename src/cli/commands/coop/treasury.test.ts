import { existsSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Demo, startDemo } from './fixtures.ts';

let demo: Demo;
beforeAll(async () => {
  demo = await startDemo(25);
}, 120_000);
afterAll(() => demo.suite.stop());

const refused = (code: string) => ({ error: expect.objectContaining({ code }) });
const [treasurer, second, board, auditor] = ['tresorerie', 'tresorerie2', 'presidence', 'audit'];
const words = (text: string) => text.split(' ');
/** `myco …`, words parted by one blank. */
const json = (line: string, as?: string, ...more: string[]) => demo.json([...words(line), ...more], as);
const type = (line: string, as?: string, ...more: string[]) => demo.type([...words(line), ...more], as);

interface Known {
  readonly number: number;
  readonly standing: string;
  readonly shares: number;
  readonly queued: number;
}
/** Members who hold so many shares or more that do not wait to be given back. */
async function holders(shares: number): Promise<Known[]> {
  const all: Known[] = await json('coop member list');
  return all.filter((each) => each.standing === 'active' && each.shares - each.queued >= shares);
}

describe('sponsors and invoices', () => {
  test('a sponsor is written down, changed in part, and shown with their invoices', async () => {
    const added = await json('coop sponsor add Moulin --kind brand --address Quai', treasurer);
    expect(added).toMatchObject({ kind: 'brand', name: 'Moulin', country: 'FR', tax: 'standard' });
    const which = String(added.id);
    const change = await json(`coop sponsor change ${which} --vat-number FR40123456789`, treasurer);
    expect(change).toEqual({ ...added, vatNumber: 'FR40123456789' });
    expect((await type('coop sponsor list')).out).toContain(`${which}  brand`);
    const made = await json(`coop invoice add ${which} 100.00 --text March --due 2999-01-31`, treasurer);
    expect(made).toMatchObject({ net: 10_000, vat: 2000, gross: 12_000 });
    expect((await type(`coop sponsor show ${which}`)).out).toMatch(
      /VAT number {2}FR40123456789.+ 120\.00 EUR/s,
    );
    expect(await json(`coop invoice list --sponsor ${which}`)).toEqual([made]);
  });

  test('an invoice is shown with what came for it, and the reference as payers write it', async () => {
    const [paid] = (await json('coop invoice list')).filter(
      ({ received, of }: { received: number; of: number }) => received > 0 && of === 0,
    );
    const shown = await type(`coop invoice show ${paid.id}`);
    expect(shown.out).toMatch(/reference +\d{4}-\d\d-\d\d, RF\d\dF/);
    expect(shown.out).toMatch(/came on .* line \d+ of the bank/);
    const { receipts } = await json(`coop invoice show ${paid.id}`);
    const sum = receipts.reduce((all: number, { amount }: { amount: number }) => all + amount, 0);
    expect(sum).toBe(paid.received);
    expect((await type(`coop bank reference ${paid.reference}`)).out).toBe(
      `invoice ${paid.id}: ${(paid.gross / 100).toFixed(2)} of ${(paid.gross / 100).toFixed(2)} EUR came\n`,
    );
  });

  test('an invoice is written as PDF into a new file, the same each time', async () => {
    const [{ id }] = await json('coop invoice list');
    await json(`coop invoice pdf ${id} one.pdf`, treasurer);
    await json(`coop invoice pdf ${id} two.pdf`, treasurer);
    const [one, two] = ['one.pdf', 'two.pdf'].map((name) => readFileSync(demo.path(name), 'latin1'));
    expect(one).toMatch(/^%PDF-/);
    expect(two).toBe(one);
    expect(await type(`coop invoice pdf ${id} two.pdf`, treasurer)).toMatchObject({ status: 1 });
    expect(await type('coop invoice pdf 9999 no.pdf', treasurer)).toMatchObject({ status: 1 });
    expect(existsSync(demo.path('no.pdf'))).toBe(false);
  });

  test('an invoice is taken back once, all of it or a part', async () => {
    const made = await json('coop invoice add 1 100.00 --text April --due 2999-01-31', treasurer);
    const credit = `coop invoice credit ${made.id} --text Error`;
    expect(await type(`${credit} --amount 40.00`, treasurer)).toMatchObject({ status: 0 });
    expect((await type(`coop invoice show ${made.id}`)).out).toMatch(/taken back by notes +48\.00 EUR/);
    expect(await json(credit, treasurer)).toMatchObject({ of: made.id, net: 6000 });
    expect(await json(credit, treasurer)).toMatchObject({ error: { code: expect.any(String) } });
  });

  test.each([
    ['coop sponsor add Outside --tax reverse', treasurer, 'E_TAX'],
    ['coop sponsor add X --country france', treasurer, 'E_TEXT'],
    ['coop sponsor change 1 --tax outside', treasurer, 'E_TAX'],
    ['coop sponsor add X', board, 'E_PRIVILEGE'],
    ['coop invoice add 999 10.00 --text x --due 2999-01-31', treasurer, 'E_NOT_FOUND'],
    ['coop invoice add 1 10.00 --text x --due 2020-01-31', treasurer, 'E_DATE'],
    ['coop invoice add 1 10.00 --text x --due 2999-01-31', auditor, 'E_PRIVILEGE'],
    ['coop invoice credit 999 --text x', treasurer, 'E_NOT_FOUND'],
  ])('%s by %s is refused with %s', async (line, as, code) => {
    expect(await json(line, as)).toEqual(refused(code));
    expect(await type(line, as)).toMatchObject({ status: 1, err: expect.stringContaining(`(${code})`) });
  });

  test.each([
    'coop sponsor add',
    'coop sponsor change one',
    'coop sponsor add X --tax none',
    'coop invoice add 1 ten --text x --due 2999-01-31',
    'coop invoice add 1 10.5 --text x --due 2999-01-31',
    'coop invoice add 1 10.00 --due 2999-01-31',
    'coop invoice credit 1',
    'coop invoice show x',
  ])('%s is no command', async (line) => {
    expect(await type(line, line.includes('show') ? undefined : treasurer)).toMatchObject({ status: 2 });
  });

  test.each(['coop sponsor show 999', 'coop invoice show 999', 'coop bank reference RF18X'])(
    '%s: it is not there',
    async (line) => {
      expect(await json(line)).toMatchObject({ error: { reason: 'not-found' } });
      expect((await type(line)).status).toBe(1);
    },
  );
});

describe('shares move', () => {
  test('a transfer, and its undoing', async () => {
    const [from, to] = await holders(2);
    const line = `coop share transfer ${from?.number} ${to?.number} 1 --decision CA:9`;
    const moved = await json(line, board);
    expect(moved).toMatchObject({ kind: 'transfer', person: from?.number, other: to?.number, shares: 1 });
    const undone = await type(`coop share cancel ${moved.seq} --decision CA:10`, board);
    expect(undone).toMatchObject({ status: 0, out: expect.stringContaining(`undoes ${moved.seq}`) });
    expect(await json(`coop share cancel ${moved.seq} --decision CA:10`, board)).toMatchObject({
      error: { code: expect.stringMatching(/^E_(REVERSED|STATE)$/) },
    });
  });

  test('a request waits in the queue, and is taken back', async () => {
    const [member] = await holders(2);
    const asked = await json(`coop share request ${member?.number} 1`, treasurer);
    expect(await json('coop share queue')).toContainEqual(asked);
    expect((await type('coop share queue')).out).toMatch(
      new RegExp(`^${asked.id} +person ${member?.number} +1 of 1 shares +request`, 'm'),
    );
    expect((await type(`coop share recall ${asked.id}`, treasurer)).out).toBe(
      `request ${asked.id} is withdrawn\n`,
    );
    expect(await json('coop share queue')).not.toContainEqual(asked);
    expect(await json(`coop share recall ${asked.id}`, treasurer)).toEqual(refused('E_STATE'));
  });

  test('what is due is given back down to the floor, and who died or is excluded waits', async () => {
    const redeemed = await json('coop share redeem --decision CA:11', treasurer);
    expect(redeemed.capital).toBeGreaterThanOrEqual(redeemed.floor);
    const [dead, out] = await holders(1);
    const death = await json(`coop share death ${dead?.number} --decision CA:12`, board);
    expect(death).toMatchObject({ cause: 'death', person: dead?.number });
    expect((await type(`coop share exclude ${out?.number} --decision AG:2`, board)).out).toMatch(
      /shares wait/,
    );
    expect(await json(`coop share exclude ${out?.number} --decision AG:2`, board)).toEqual(
      refused('E_STATE'),
    );
  });

  test.each([
    ['coop share transfer 1 1 1 --decision x', 'E_PERSON'],
    ['coop share transfer 9 14 400 --decision x', 'E_SHARES'],
    ['coop share request 999 1', 'E_NOT_FOUND'],
    ['coop share request 1 1 --on 2025-02-30', 'E_DATE'],
    ['coop share call 1 10.00 --decision x', 'E_SHARES'],
    ['coop share recall 999', 'E_NOT_FOUND'],
    ['coop share cancel 99999 --decision x', 'E_NOT_FOUND'],
    ['coop share death 999 --decision x', 'E_NOT_FOUND'],
  ])('%s is refused with %s', async (line, code) => {
    expect(await json(line, board)).toEqual(refused(code));
    expect((await type(line, board)).status).toBe(1);
  });

  test.each([
    'coop share transfer 1 2 0 --decision x',
    'coop share transfer 1 2 1',
    'coop share request 1',
    'coop share redeem --loss 5',
    'coop share call 1 -5 --decision x',
    'coop share exclude 1',
  ])('%s is no command', async (line) => {
    expect((await type(line, board)).status).toBe(2);
  });

  test.each(['transfer 1 2 1', 'cancel 1', 'exclude 1', 'death 1'])(
    '%s takes more than a treasurer',
    async (line) => {
      expect(await json(`coop share ${line} --decision x`, treasurer)).toEqual(refused('E_PRIVILEGE'));
    },
  );
});

describe('entries by hand', () => {
  const rent = 'ledger enter --debit expense:other=800.00 --credit bank:main=800.00 --kind rent';

  test('are sealed, shown, proved and undone', async () => {
    const made = await json(rent, treasurer, '--memo', 'Rent of March');
    expect(made).toMatchObject({ kind: 'hand.rent', memo: 'Rent of March' });
    expect((await type(`ledger show ${made.seq}`)).out).toMatch(/expense:other {2}800\.00 EUR/);
    expect(await json(`ledger receipt ${made.seq} receipt.json`)).toMatchObject({ seq: made.seq });
    expect(JSON.parse(readFileSync(demo.path('receipt.json'), 'utf8'))).toMatchObject({ hash: made.hash });
    expect(await json(`ledger reverse ${made.seq}`, treasurer)).toMatchObject({ reverses: made.seq });
    expect(await json(`ledger reverse ${made.seq}`, treasurer)).toEqual(refused('E_REVERSED'));
    const { sums } = await json('ledger balance --on 2025-06-30');
    expect(sums).toEqual({ EUR: 0, MYC: 0 });
  });

  test.each([
    [rent.replace('=800.00 --kind', '=700.00 --kind'), treasurer, 'E_UNBALANCED'],
    [rent.replace('expense:other', 'capital:1'), treasurer, 'E_BY_HAND'],
    [rent.replace('expense:other', 'nothing:1'), treasurer, 'E_ACCOUNT'],
    [`${rent} --on 2025-02-30`, treasurer, 'E_DATE'],
    [`${rent} --on 2025-03-01`, treasurer, 'E_PERIOD_CLOSED'],
    [rent, board, 'E_PRIVILEGE'],
    ['ledger reverse 1', treasurer, 'E_BY_HAND'],
    ['ledger reverse 99999', treasurer, 'E_NOT_FOUND'],
  ])('%s by %s is refused with %s', async (line, as, code) => {
    const before = (await json('ledger balance')).balances;
    expect(await json(line, as)).toEqual(refused(code));
    expect((await json('ledger balance')).balances).toEqual(before);
  });

  test.each([
    'ledger enter --debit expense:other --credit bank:main=1 --kind x',
    'ledger enter --debit expense:other=1,5 --credit bank:main=1.50 --kind x',
    'ledger enter --debit expense:other=0 --credit bank:main=0 --kind x',
    'ledger enter --debit expense:other=1 --kind x',
    'ledger reverse one',
  ])('%s is no command', async (line) => {
    expect((await type(line, treasurer)).status).toBe(2);
  });

  test('what is not there has no receipt, and leaves no file', async () => {
    expect(await json('ledger receipt 99999 none.json')).toEqual(refused('E_NOT_FOUND'));
    expect(existsSync(demo.path('none.json'))).toBe(false);
    expect((await type('ledger show 99999')).status).toBe(1);
    expect((await type('ledger show -1')).status).toBe(2);
  });
});

describe('what was done', () => {
  test('is listed by number, of one subject, and page by page', async () => {
    const first = await json('coop act list');
    expect(first[0]).toMatchObject({ n: 1, verb: 'role.grant' });
    const next = await json(`coop act list --after ${first.at(-1).n}`);
    expect(next[0].n).toBe(first.at(-1).n + 1);
    const about = await json('coop act list --about month:2025-03');
    expect(about.map(({ verb }: { verb: string }) => verb)).toEqual(['month.close', 'run.prepare']);
    expect((await type('coop act list --about month:2025-03')).out).toMatch(
      /tresorerie@.*treasurer +month\.close/,
    );
    expect((await type('coop act list --after x')).status).toBe(2);
  });
});

describe('a month and a year', () => {
  const [year, month] = ['2025', '2025-12'];

  test('wait for what the bank booked and nobody explained', async () => {
    expect(await json('coop month preview')).toMatchObject({ month, linesWaiting: 0 });
    await json('coop bank import statement.xml', treasurer);
    const { lines } = await json('coop bank queue');
    expect((await type('coop month preview')).out).toMatch(/bank that wait +2\n/);
    expect((await json('coop bank statements'))[0]).toMatchObject({ account: 'main' });
    expect((await type('coop bank statements')).out).toMatch(/^main +\d{4}-\d+ /);
    for (const { id } of lines)
      expect(await json(`coop bank match ${id} --account expense:bank`, treasurer)).toMatchObject({
        state: 'done',
      });
    for (const { id } of (await json('coop bank queue')).proposals)
      await json(`coop bank confirm ${id}`, board);
  });

  test('are closed, listed, and told member by member', async () => {
    const closed = await json(`coop month close ${month}`, treasurer);
    expect((await json('coop month list'))[0]).toMatchObject({ month, pool: closed.pool });
    expect((await type('coop month list')).out).toMatch(/^2025-12 /);
    for (const left of await json(`coop pay left-out month ${month}`))
      expect(left).toMatchObject({ member: expect.any(Number), amount: expect.any(Number) });
    expect((await type(`coop pay left-out month ${month}`)).status).toBe(0);
    expect(await json('coop pay left-out month 2026-01')).toEqual(refused('E_NOT_FOUND'));
    expect((await type('coop pay left-out moon 1')).status).toBe(2);

    const figures = await json(`coop year show ${year}`);
    expect(figures.interestMost).toBeGreaterThan(0);
    const interest = (figures.interestMost / 100).toFixed(2);
    const more = ((figures.interestMost + 1) / 100).toFixed(2);
    const close = (amount: string) => `coop year close ${year} --interest ${amount} --decision AG:1`;
    expect(await json(close(more), treasurer)).toEqual(refused('E_INTEREST_CAP'));
    expect(await json(close(interest), auditor)).toEqual(refused('E_PRIVILEGE'));
    expect((await type(`coop year close ${year}`, treasurer)).status).toBe(2);
    expect((await type(`coop year close ${year} --interest 1.5 --decision x`, treasurer)).status).toBe(2);
    const year1 = await json(close(interest), treasurer);
    expect(year1).toMatchObject({ year, interest: figures.interestMost });
    expect(await json(close(interest), treasurer)).toEqual(refused('E_YEAR_CLOSED'));
    expect(await json(`coop year close 2026 --decision x`, treasurer)).toEqual(refused('E_YEAR_OPEN'));

    expect((await type('coop year list')).out).toMatch(/^2025 .*AG:1$/m);
    const rows = await json(`coop year interest ${year}`);
    const sum = (of: 'gross' | 'net') =>
      rows.reduce((all: number, row: Record<string, number>) => all + (row[of] ?? 0), 0);
    expect([sum('gross'), sum('net')]).toEqual([year1.interest, year1.net]);
    expect((await type(`coop year interest ${year}`)).out).toMatch(/^member \d+ .*income .*social/);
    expect((await type(`coop year show ${year}`)).out).toContain('by AG:1');
    expect((await type('coop year show twenty')).status).toBe(2);
  });

  test('slips are a file that is written once, for whom it concerns', async () => {
    const line = `coop year slips ${demo.suite.rooms.coop.today().slice(0, 4)} slips.csv`;
    expect(await json(line, auditor)).toEqual(refused('E_PRIVILEGE'));
    expect(existsSync(demo.path('slips.csv'))).toBe(false);
    expect(await json(line, treasurer)).toMatchObject({ file: demo.path('slips.csv') });
    expect(readFileSync(demo.path('slips.csv'), 'utf8').split('\n').length).toBeGreaterThan(2);
    expect((await type(line, treasurer)).err).toContain('it is there already');
    expect((await type('coop year slips 2026', treasurer)).status).toBe(2);
  });

  test('a file that the bank did not take is owed again, as another person says', async () => {
    const { id } = (await json('coop pay list'))[0];
    expect(await json(`coop pay fail ${id}`, second)).toEqual(refused('E_STATE'));
    for (const as of [second, board]) await json(`coop pay approve ${id}`, as);
    const made = await json(`coop pay export ${id} run.xml`, treasurer);
    expect(made).toMatchObject({ state: 'exported' });
    expect(await json(`coop pay fail ${id}`, treasurer)).toEqual(refused('E_APPROVED'));
    expect((await type(`coop pay fail ${id}`, board)).out).toMatch(/; failed$/m);
    expect(await json('coop pay fail 999', board)).toEqual(refused('E_NOT_FOUND'));
    expect((await type('coop pay fail', board)).status).toBe(2);
  });
});
