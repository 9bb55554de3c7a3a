import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeEngines } from '../../src/testing/index.ts';
import { domain, type Myco, password, startMyco, stopAll } from '../harness/myco.ts';

const month = '2025-12';
const bank = 'FR7699999999990000000000056';
const coop = `{ name: Exemple, domain: ${domain}, hostname: mail.${domain}, banks: { main: ${bank} } }`;
// Each line is a process that begins, on whatever machine this is.
vi.setConfig({ testTimeout: 180_000 });
afterAll(stopAll);

describeEngines('two who do the same at the same moment', (engine) => {
  let myco: Myco;
  const file = (name: string) => join(myco.folder, name);

  /** Each `myco …` is a process of its own. */
  async function typed(line: string, as?: string) {
    const who = as === undefined ? [] : ['--as', as, '--password-stdin'];
    const { code, out } = await myco.cli([...line.split(' '), ...who, '--json'], `${password}\n`);
    return { code, json: JSON.parse(out.toString()) };
  }
  type Told = Awaited<ReturnType<typeof typed>>;
  const atOnce = (line: string, persons: readonly string[]) =>
    Promise.all(persons.map((as) => typed(line, as)));
  const codes = (told: readonly Told[]) => told.map(({ json }) => json.error?.code ?? 'done').sort();
  const acts = async (subject: string): Promise<string[]> =>
    (await typed(`coop act list --about ${subject}`)).json.map(({ verb }: { verb: string }) => verb);

  beforeAll(async () => {
    const storage = `{ database: "${await engine.database()}" }`;
    myco = await startMyco({ settings: { coop, storage } });
    const fill = `demo --members 25 --year 2025 --statement ${file('statement.xml')} --password-stdin`;
    expect((await typed(fill)).json).toMatchObject({ year: 2025 });
  }, 300_000);
  afterAll(() => myco.stop());

  test('import a statement: it is booked once', async () => {
    const told = await atOnce(`coop bank import ${file('statement.xml')}`, ['tresorerie', 'tresorerie2']);
    expect(told.map(({ code }) => code)).toEqual([0, 0]);
    expect(told.map(({ json }) => json.isNew).sort()).toEqual([false, true]);
    const { accounts } = (await typed('coop bank show')).json;
    for (const { ledger, bank: said } of accounts) expect(ledger).toBe(said);
  });

  test('match a line: it is matched once', async () => {
    for (const { id } of (await typed('coop bank queue')).json.lines) {
      const line = `coop bank match ${id} --account expense:bank`;
      expect(codes(await atOnce(line, ['tresorerie', 'presidence']))).toEqual(['E_STATE', 'done']);
    }
    expect((await typed('coop bank queue')).json).toEqual({ lines: [], proposals: [] });
  });

  test('close a month: it is shared out once', async () => {
    const told = await atOnce(`coop month close ${month}`, ['tresorerie', 'tresorerie2', 'tresorerie']);
    expect(codes(told)).toEqual(['E_MONTH_CLOSED', 'E_MONTH_CLOSED', 'done']);
    expect(await acts(`month:${month}`)).toEqual(['month.close', 'run.prepare']);
  });

  test('approve a run: each counts once, and no more than are needed', async () => {
    const told = await atOnce(`coop month approve ${month}`, ['presidence', 'presidence']);
    expect(codes(told)).toEqual(['E_APPROVED', 'done']);
    expect(codes(await atOnce(`coop month approve ${month}`, ['tresorerie', 'tresorerie2']))).toEqual([
      ...['E_STATE', 'done'],
    ]);
    expect((await typed('coop pay list')).json[0]).toMatchObject({ state: 'approved' });
  });

  test('export a run: there is one file, and whoever is given it is given the same octets', async () => {
    const files = [file('one.xml'), file('other.xml')];
    const told = await Promise.all(
      files.map((name, at) => typed(`coop month export ${month} ${name}`, at ? 'tresorerie2' : 'tresorerie')),
    );
    const [run] = (await typed('coop pay list')).json;
    expect(run).toMatchObject({ state: 'exported' });
    // Who comes a moment later finds the file that is there; who came too early for that is told.
    expect(codes(told)[1]).toBe('done');
    expect(['E_EXPORTED', 'done']).toContain(codes(told)[0]);
    const written = files.filter((name) => existsSync(name));
    expect(written).toHaveLength(told.filter(({ code }) => code === 0).length);
    for (const name of written)
      expect(createHash('sha256').update(readFileSync(name)).digest('hex')).toBe(run.hash);
    expect((await acts(`run:${run.id}`)).filter((verb) => verb === 'run.export')).toEqual(['run.export']);
  });

  test('without a server: who comes second is told that the data are taken, or comes after the first', async () => {
    await myco.stop();
    const told = await atOnce('coop sponsor add Moulin --country FR', ['tresorerie', 'tresorerie2']);
    const done = told.filter(({ code }) => code === 0);
    expect(done.length).toBeGreaterThan(0);
    for (const { code, json } of told)
      if (code !== 0)
        expect({ code, json }).toMatchObject({ code: 1, json: { error: { reason: 'unavailable' } } });
    const sponsors: { id: number; name: string }[] = (await typed('coop sponsor list')).json;
    const added = sponsors.filter(({ name }) => name === 'Moulin').map(({ id }) => id);
    expect(added).toEqual(done.map(({ json }) => json.id).sort());
  });

  test('and the books are sound', async () => {
    expect((await typed('ledger verify')).json).toMatchObject({ ok: true });
    expect((await typed('verify')).code).toBe(0);
  });
});
