import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import { launcher, projectFolder } from '../harness/launcher.ts';
import { run } from '../harness/tools.ts';

const folder = makeFolder();
const config = join(folder, 'demo.yaml');
const statement = join(folder, 'statement.xml');
const password = 'correct horse battery staple';
const month = '2025-12';
afterAll(() => removeFolder(folder));

/** `myco …` as it is typed, on a stopped server; `as`: who answers for it. */
async function myco(args: readonly string[], as?: string) {
  const who = as === undefined ? [] : ['--as', as, '--password-stdin'];
  const line = [...launcher(), ...args, ...who, '--json', '--config', config];
  const ended = await run(process.execPath, line, { input: `${password}\n`, cwd: folder });
  return {
    code: ended.code,
    said: ended.said,
    json: JSON.parse(
      ended.out
        .toString()
        .split('\n')
        .findLast((text) => text.startsWith('{') || text.startsWith('[')) ?? 'null',
    ),
  };
}

beforeAll(async () => {
  const { demo } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).scripts;
  expect(demo).toBe('node bin/myco.mjs demo --config config/demo.yaml --statement demo/statement.xml');
  const text = readFileSync(join(projectFolder, 'config/demo.yaml'), 'utf8');
  writeFileSync(config, text.replace('./demo/data', join(folder, 'data')));
  const filled = await myco([
    'demo',
    '--members',
    '25',
    '--year',
    '2025',
    '--statement',
    statement,
    '--password-stdin',
  ]);
  expect(filled.json, filled.said).toMatchObject({ year: 2025, officers: expect.any(Array) });
}, 300_000);

test('a month of the treasurer: statement, close, two approvals, one file, and a proof that a member checks elsewhere', async () => {
  const again = await myco(['demo', '--password-stdin']);
  expect(again.json.error).toMatchObject({ reason: 'exists' });

  expect((await myco(['coop', 'bank', 'import', statement], 'tresorerie')).json).toMatchObject({
    isNew: true,
  });
  expect((await myco(['coop', 'bank', 'import', statement], 'tresorerie')).json).toMatchObject({
    isNew: false,
  });

  // Everything twice: the second time says what was done, or why it is not done again.
  const closing = ['coop', 'month', 'close', month, '--key', 'december'];
  const closed = await myco(closing, 'tresorerie');
  expect(closed.json).toMatchObject({ month, run: { state: 'prepared' } });
  expect((await myco(closing, 'tresorerie')).json).toEqual(closed.json);
  const other = await myco(['coop', 'month', 'close', month], 'tresorerie2');
  expect(other).toMatchObject({ code: 1, json: { error: { code: 'E_MONTH_CLOSED' } } });

  const file = join(folder, 'december.xml');
  const early = await myco(['coop', 'month', 'export', month, file], 'tresorerie');
  expect(early).toMatchObject({ code: 1, json: { error: { code: 'E_STATE' } } });
  // Two approve at once, one of them twice.
  const approve = ['coop', 'month', 'approve', month];
  await Promise.all([myco(approve, 'tresorerie2')]);
  const twice = await myco(approve, 'tresorerie2');
  expect(twice).toMatchObject({ code: 1, json: { error: { code: 'E_APPROVED' } } });
  expect((await myco(approve, 'presidence')).json).toMatchObject({ state: 'approved' });
  const made = await myco(['coop', 'month', 'export', month, file], 'tresorerie');
  expect(made.json).toMatchObject({ state: 'exported', total: closed.json.run.total });
  const copy = join(folder, 'copy.xml');
  await myco(['coop', 'month', 'export', month, copy], 'tresorerie');
  expect(readFileSync(copy)).toEqual(readFileSync(file));
  const xml = readFileSync(file, 'utf8');
  const sum = `${Math.floor(closed.json.run.total / 100)}.${String(closed.json.run.total % 100).padStart(2, '0')}`;
  expect(xml).toContain(`<NbOfTxs>${closed.json.run.count}</NbOfTxs><CtrlSum>${sum}</CtrlSum>`);
  expect(xml).toContain('urn:iso:std:iso:20022:tech:xsd:pain.001.001.09');

  await memberChecks(closed.json);
  expect((await myco(['ledger', 'verify'])).json).toMatchObject({ ok: true });
  expect((await myco(['verify'])).said).toContain('"ok":true');
}, 300_000);

/** On another machine: nothing but the one file of the verifier and what the co-op gave. */
async function memberChecks(closed: { readonly root: string }) {
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  copyFileSync(join(projectFolder, 'bin/verify-ledger.mjs'), join(elsewhere, 'verify-ledger.mjs'));
  const { json: members } = await myco(['coop', 'month', 'shares', month]);
  const member = String(members[0].member);
  const proof = join(elsewhere, 'proof.json');
  const written = await myco(['coop', 'month', 'proof', month, member, proof]);
  expect(written.json).toMatchObject({ root: { hash: closed.root } });
  const { json: signed } = await myco(['ledger', 'checkpoint']);
  writeFileSync(join(elsewhere, 'checkpoint.txt'), signed.checkpoint.note);
  const ledger = join(elsewhere, 'ledger.jsonl');
  await myco(['ledger', 'export', 'member', ledger, '--member', member]);
  expect(existsSync(ledger)).toBe(true);
  const files = ['proof.json', 'checkpoint.txt', 'ledger.jsonl'];
  const check = () =>
    run(process.execPath, ['verify-ledger.mjs', '--key', signed.key, ...files], { cwd: elsewhere });
  const sound = await check();
  expect(sound.code, sound.said).toBe(0);
  const text = readFileSync(proof, 'utf8');
  const { paid } = JSON.parse(text);
  writeFileSync(proof, text.replaceAll(`"paid": ${paid}`, `"paid": ${paid + 1}`));
  expect((await check()).code).toBe(1);
}
