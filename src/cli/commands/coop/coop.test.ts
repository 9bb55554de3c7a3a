import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSuite, type TestSuite } from '../../../testing/index.ts';
import { demoMembersMax } from '../../limits.ts';
import { coopCommands } from './index.ts';

let suite: TestSuite;
const password = 'correct horse battery';
const session = { progress: () => {}, signal: new AbortController().signal };
const iban = 'FR76 9999 9999 9900 0000 0000 056';

beforeAll(async () => {
  suite = await startSuite({ settings: { coop: { banks: { main: iban } } } });
  const made = await run('demo', { members: '12', password, statement: join(suite.folder, 'statement.xml') });
  expect(made.json).toMatchObject({ year: new Date().getUTCFullYear() - 1, seed: 'myco' });
}, 120_000);
afterAll(() => suite.stop());

let keys = 0;
async function run(line: string, args: Record<string, unknown> = {}, as?: string, key = `k${++keys}`) {
  const found = coopCommands.find(({ name }) => name.join(' ') === line);
  if (!found) throw new Error(`there is no '${line}'`);
  const by = as === undefined ? {} : { by: { as, password, key } };
  return found.run(suite.rooms, { ...args, ...by }, session);
}
const coded = (code: string) => expect.objectContaining({ details: expect.objectContaining({ code }) });
const year = new Date().getUTCFullYear() - 1;
const month = `${year}-12`;

describe('a demonstration', () => {
  test('is of a co-op that is empty', async () => {
    await expect(run('demo', {})).rejects.toMatchObject({ reason: 'exists' });
  });

  test(`invents at most ${demoMembersMax} people`, () => {
    const command = coopCommands.find(({ name }) => name[0] === 'demo');
    expect(() => command?.check({ members: String(demoMembersMax) })).not.toThrow();
    expect(() => command?.check({ members: String(demoMembersMax + 1) })).toThrow('members');
  });

  test('leaves books that are sound, and the last month open', async () => {
    expect((await run('ledger verify')).text).toMatch(/^the books are sound/);
    expect((await run('ledger balance')).text).toMatch(/EUR adds up to 0\.00\nMYC adds up to 0$/);
    await expect(run('coop month show', { month })).rejects.toMatchObject({ reason: 'not-found' });
    expect((await run('coop month show', { month: `${year}-11` })).text).toContain('coins');
  });
});

describe('who acts', () => {
  test('is a person with their password and the role', async () => {
    const close = { month };
    const wrong = { by: { as: 'tresorerie', password: 'wrong', key: 'w' }, ...close };
    const command = coopCommands.find(({ name }) => name.join(' ') === 'coop month close');
    await expect(command?.run(suite.rooms, wrong, session)).rejects.toMatchObject({ reason: 'denied' });
    await expect(run('coop month close', close, 'audit')).rejects.toEqual(coded('E_PRIVILEGE'));
    await expect(run('coop month close', close, 'administration')).rejects.toEqual(coded('E_PRIVILEGE'));
    expect(() => command?.check({ month })).toThrow(/by/);
  });

  test('is made by an administrator, who gives themselves nothing', async () => {
    const role = { address: 'audit', role: 'board' };
    await expect(run('coop role grant', role, 'tresorerie')).rejects.toEqual(coded('E_PRIVILEGE'));
    expect((await run('coop role grant', role, 'administration')).json).toMatchObject({
      roles: ['board', 'auditor'],
    });
    expect((await run('coop role list')).text).toContain('audit@');
    expect((await run('coop role revoke', role, 'administration')).json).toMatchObject({
      roles: ['auditor'],
    });
    const own = { address: 'administration', role: 'treasurer' };
    await expect(run('coop role grant', own, 'administration')).rejects.toEqual(coded('E_ROLE'));
  });
});

describe('the bank', () => {
  test('a statement is imported once; what nobody knows waits for a person', async () => {
    const file = join(suite.folder, 'statement.xml');
    const first = await run('coop bank import', { file }, 'tresorerie');
    expect(first.json).toMatchObject({ isNew: true });
    expect((await run('coop bank import', { file }, 'tresorerie')).text).toContain('nothing was done');
    const { lines } = (await run('coop bank queue')).json as { lines: { id: number; amount: number }[] };
    const fee = lines.find(({ amount }) => amount === -1450);
    const line = String(fee?.id);
    await expect(run('coop month close', { month }, 'tresorerie')).rejects.toEqual(coded('E_LINES_WAIT'));
    await expect(run('coop bank match', { line }, 'tresorerie')).rejects.toThrow('--account or --run');
    const both = { line, account: 'expense:bank', run: '1' };
    await expect(run('coop bank match', both, 'tresorerie')).rejects.toThrow('--reference');
    const odd = { line, account: 'expense:bank', items: '1,2' };
    await expect(run('coop bank match', odd, 'tresorerie')).rejects.toThrow('--run with --items');
    await expect(run('coop bank match', { line, run: '9999', items: '1,2' }, 'tresorerie')).rejects.toThrow(
      '9999',
    );
    const done = await run('coop bank match', { line, account: 'expense:bank' }, 'tresorerie');
    expect(done.text).toBe(`line ${line}: done`);
    expect((await run('coop bank show')).text).toMatch(/main +ledger (\S+) EUR +bank \1 EUR on/);
  });

  test.each([
    ['half of a file', (text: string) => text.slice(0, text.length / 2), 'E_BANK_FILE'],
    [
      'a file of another account',
      (text: string) => text.replaceAll('FR7699999999990000000000056', 'DE89370400440532013000'),
      'E_BANK_ACCOUNT',
    ],
    ['no statement', () => '<a/>', 'E_BANK_FILE'],
  ])('%s is refused whole', async (_, change, code) => {
    const file = join(suite.folder, 'bad.xml');
    writeFileSync(file, change(readFileSync(join(suite.folder, 'statement.xml'), 'utf8')));
    const before = (await run('ledger balance')).json;
    await expect(run('coop bank import', { file }, 'tresorerie')).rejects.toEqual(coded(code));
    expect((await run('ledger balance')).json).toEqual(before);
  });

  test('a file that is not there is named', async () => {
    const file = join(suite.folder, 'none.xml');
    await expect(run('coop bank import', { file }, 'tresorerie')).rejects.toThrow(
      `${file}: it, or its folder, is not there`,
    );
  });
});

describe('a month', () => {
  test('is closed once; the same key answers again', async () => {
    // Lines of the bank may still wait: somebody says why the month does not.
    const close = { month, despiteWaiting: 'the payer was asked' };
    const closed = await run('coop month close', close, 'tresorerie', 'close-1');
    expect(closed.text).toMatch(/\d lines of the bank that waited: the payer was asked/);
    expect((await run('coop month close', close, 'tresorerie', 'close-1')).json).toEqual(closed.json);
    await expect(run('coop month close', { month }, 'tresorerie')).rejects.toEqual(coded('E_MONTH_CLOSED'));
    await expect(run('coop month close', { month: `${year + 1}-12` }, 'tresorerie')).rejects.toEqual(
      coded('E_MONTH_OPEN'),
    );
  });

  test('is closed, and who paid without the reference is found all the same', async () => {
    const { lines } = (await run('coop bank queue')).json as { lines: { id: number; amount: number }[] };
    const forgot = String(lines.find(({ amount }) => amount > 0)?.id);
    const { json: open } = await run('coop share list');
    const { reference } = (open as { reference: string }[]).at(-1) ?? { reference: '' };
    const matched = await run('coop bank match', { line: forgot, reference }, 'tresorerie');
    expect(matched.text).toBe(`line ${forgot}: done`);
    expect(((await run('coop share list')).json as []).length).toBe((open as []).length - 1);
  });

  test("a member's proof is a file that is written once", async () => {
    const file = join(suite.folder, 'proof.json');
    const { json } = await run('coop member list');
    const numbers = (json as { number: number; standing: string }[]).filter(
      ({ standing }) => standing === 'active',
    );
    let written = 0;
    for (const { number } of numbers) {
      const made = await run('coop month proof', { month, member: String(number), file }).catch(
        (error) => error,
      );
      if (made instanceof Error) continue;
      written++;
      await expect(run('coop month proof', { month, member: String(number), file })).rejects.toThrow(
        'it is there already',
      );
      break;
    }
    expect(written).toBe(1);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ month });
    await expect(run('coop month proof', { month, member: '999', file: `${file}2` })).rejects.toMatchObject({
      reason: 'not-found',
    });
    expect(existsSync(`${file}2`)).toBe(false);
  });
});

describe('the ledger', () => {
  test.each(['public', 'hledger', 'csv', 'fec'])('is written out as %s, once', async (form) => {
    const file = join(suite.folder, `ledger.${form}`);
    await run('ledger export', { form, file });
    expect(readFileSync(file, 'utf8').split('\n').length).toBeGreaterThan(10);
    await expect(run('ledger export', { form, file })).rejects.toThrow('it is there already');
  });

  test("a member's form says whose it is", async () => {
    const file = join(suite.folder, 'member.jsonl');
    await expect(run('ledger export', { form: 'member', file })).rejects.toThrow('--member');
    await run('ledger export', { form: 'member', file, member: '1' });
    expect(existsSync(file)).toBe(true);
  });

  test('is signed as it stands', async () => {
    expect((await run('ledger checkpoint')).text).toMatch(/^coop\.localhost\/ledger\n\d+\n/);
  });
});

describe('members and shares', () => {
  test('somebody asks for shares, is admitted, and the cap holds', async () => {
    const made = await run(
      'coop member add',
      { name: 'Léa Roux', address: ['3 rue des Forges'], country: 'FR', birth: '1980-02-29' },
      'tresorerie',
    );
    const { number } = made.json as { number: number };
    const person = String(number);
    await expect(run('coop share subscribe', { person, shares: '501' }, 'tresorerie')).rejects.toEqual(
      coded('E_SHARE_CAP'),
    );
    const asked = await run('coop share subscribe', { person, shares: '10' }, 'tresorerie');
    expect(asked.text).toMatch(/^application \d+: 100\.00 EUR with the reference RF\d\d/);
    const { id } = asked.json as { id: number };
    const admit = { application: String(id), decision: 'CA 1' };
    await expect(run('coop share admit', admit, 'tresorerie')).rejects.toEqual(coded('E_PRIVILEGE'));
    expect((await run('coop share admit', admit, 'presidence')).text).toBe(
      `application ${id} is open: it waits for its payment`,
    );
    expect((await run('coop share list')).text).toContain(`person ${number}`);
    const changed = await run(
      'coop member change',
      { number: person, iban, holder: 'Léa Roux' },
      'tresorerie',
    );
    // Somebody else says where they are paid: another one confirms.
    const { waiting } = changed.json as { waiting: number };
    expect(changed.json).toMatchObject({ iban: '', waiting: expect.any(Number) });
    expect(changed.text).toContain(`change ${waiting} of where they are paid waits for a second person`);
    expect((await run('coop member changes')).text).toMatch(/no IBAN -> FR76\d+ +by tresorerie@/);
    const which = { change: String(waiting) };
    await expect(run('coop member confirm', which, 'tresorerie')).rejects.toEqual(coded('E_SAME_PERSON'));
    await expect(run('coop member confirm', which, 'audit')).rejects.toEqual(coded('E_PRIVILEGE'));
    expect((await run('coop member confirm', which, 'presidence')).text).toBe(`change ${waiting} is done`);
    await expect(run('coop member refuse', which, 'presidence')).rejects.toEqual(coded('E_STATE'));
    expect((await run('coop member show', { person })).json).toMatchObject({
      iban: iban.replaceAll(' ', ''),
    });
    expect((await run('coop member show', { person })).text).toContain('Léa Roux');
    expect((await run('coop share withdraw', { application: String(id) }, 'tresorerie')).text).toBe(
      `application ${id} is cancelled`,
    );
    expect((await run('coop share capital')).text).toContain('paid-up capital');
  });

  test.each([
    ['an IBAN with one wrong digit', { iban: iban.replace('76', '77') }, 'E_IBAN'],
    ['a day of birth that is no day', { birth: '1980-02-30' }, 'E_DATE'],
    ['no name', { name: '' }, 'E_TEXT'],
  ])('%s is refused', async (_, change, code) => {
    await expect(run('coop member add', { name: 'X Y', ...change }, 'tresorerie')).rejects.toEqual(
      coded(code),
    );
  });

  test.each(['-1', '0', '1.5', '9007199254740992', 'ten'])('%s shares are no number', async (shares) => {
    await expect(run('coop share subscribe', { person: '1', shares }, 'tresorerie')).rejects.toThrow(
      /shares: a number/,
    );
  });
});
