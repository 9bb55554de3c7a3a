import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { demoProject } from '../harness/demo.ts';
import { stopAll, withTools } from '../harness/index.ts';
import { projectFolder } from '../harness/launcher.ts';
import { run } from '../harness/tools.ts';

// `npm run demo`, then what a treasurer does with its last month while the server runs, as a process each.

const demo = demoProject();
const month = '2025-12';
const path = (name: string) => join(demo.folder, name);
const refused = (code: string) => ({ code: 1, json: { error: expect.objectContaining({ code }) } });

interface Closed {
  readonly root: string;
  readonly run: {
    readonly id: number;
    readonly state: string;
    readonly total: number;
    readonly count: number;
  };
}

afterAll(async () => {
  await stopAll();
  demo.dispose();
});

withTools('the last month of a demonstration', ['npm', 'bash'], () => {
  beforeAll(async () => {
    const filled = await demo.type('npm run demo');
    expect(filled.code, filled.said).toBe(0);
    expect(filled.out.toString()).toMatch(/2025: 2\d\d members, .*\n2025-12 is not closed yet/);
    expect(existsSync(path('demo/statement.xml'))).toBe(true);
    await demo.serve();
  }, 300_000);

  test('is not begun twice', { timeout: 60_000 }, async () => {
    const again = await demo.json<{ error: object }>('demo');
    expect(again.json.error).toMatchObject({ reason: 'exists' });
  });

  test('waits for what the bank booked and nobody knows', { timeout: 120_000 }, async () => {
    const imported = (file: string) => demo.json(`coop bank import ${file}`, 'tresorerie');
    expect((await imported('demo/statement.xml')).json).toMatchObject({ isNew: true, queued: 2 });
    expect((await imported('demo/statement.xml')).json).toMatchObject({ isNew: false });
    const text = readFileSync(path('demo/statement.xml'), 'utf8');
    writeFileSync(path('half.xml'), text.slice(0, text.length / 2));
    expect(await imported('half.xml')).toEqual(refused('E_BANK_FILE'));
    expect(await demo.json(`coop month close ${month}`, 'tresorerie')).toEqual(refused('E_LINES_WAIT'));

    const { json: queue } = await demo.json<{ lines: { id: number; amount: number }[] }>('coop bank queue');
    const [came, fee] = [
      queue.lines.find(({ amount }) => amount > 0),
      queue.lines.find(({ amount }) => amount < 0),
    ];
    await demo.json(`coop bank match ${fee?.id} --account expense:bank`, 'tresorerie');
    const { json: open } = await demo.json<{ reference: string; due: number }[]>('coop share list');
    const meant = open.find(({ due }) => due === came?.amount);
    const match = `coop bank match ${came?.id} --reference ${meant?.reference}`;
    const proposed = await demo.json<{ id: number }>(match, 'tresorerie');
    expect(proposed.json).toMatchObject({ state: 'proposed' });
    const confirm = `coop bank confirm ${proposed.json.id}`;
    expect(await demo.json(confirm, 'tresorerie')).toEqual(refused('E_SAME_PERSON'));
    expect((await demo.json(confirm, 'tresorerie2')).json).toMatchObject({ state: 'done' });
  });

  test('is closed once, by two approvals, into one file that the bank takes', {
    timeout: 120_000,
  }, async () => {
    const closing = `coop month close ${month} --key december`;
    const closed = await demo.json<Closed>(closing, 'tresorerie');
    expect(closed.json).toMatchObject({ month, run: { state: 'prepared' } });
    expect((await demo.json(closing, 'tresorerie')).json).toEqual(closed.json);
    expect(await demo.json(`coop month close ${month}`, 'tresorerie2')).toEqual(refused('E_MONTH_CLOSED'));

    const exported = (file: string) => demo.json(`coop month export ${month} ${file}`, 'tresorerie');
    expect(await exported('december.xml')).toEqual(refused('E_STATE'));
    const approve = (as: string) => demo.json(`coop month approve ${month}`, as);
    expect((await approve('tresorerie2')).json).toMatchObject({ state: 'prepared' });
    expect(await approve('tresorerie2')).toEqual(refused('E_APPROVED'));
    expect((await approve('presidence')).json).toMatchObject({ state: 'approved' });
    const { total, count } = closed.json.run;
    expect((await exported('december.xml')).json).toMatchObject({ state: 'exported', total });
    await exported('copy.xml');
    expect(readFileSync(path('copy.xml'))).toEqual(readFileSync(path('december.xml')));
    const xml = readFileSync(path('december.xml'), 'utf8');
    const sum = `${Math.floor(total / 100)}.${String(total % 100).padStart(2, '0')}`;
    expect(xml).toContain(`<NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum>`);
    expect(xml).toContain('urn:iso:std:iso:20022:tech:xsd:pain.001.001.09');
  });

  test('is checked by a member on another machine, with the one file of the verifier', {
    timeout: 120_000,
  }, async () => {
    const elsewhere = path('elsewhere');
    mkdirSync(elsewhere);
    copyFileSync(join(projectFolder, 'bin/verify-ledger.mjs'), join(elsewhere, 'verify-ledger.mjs'));
    const { json: closed } = await demo.json<Closed>(`coop month show ${month}`);
    const { json: members } = await demo.json<{ member: number }[]>(`coop month shares ${month}`);
    const member = members[0]?.member;
    const written = await demo.json(`coop month proof ${month} ${member} elsewhere/proof.json`);
    expect(written.json).toMatchObject({ root: { hash: closed.root } });
    await demo.type('myco ledger checkpoint > elsewhere/checkpoint.txt');
    const { json: signed } = await demo.json<{ key: string }>('ledger checkpoint');
    await demo.json(`ledger export member elsewhere/ledger.jsonl --member ${member}`);
    const files = ['proof.json', 'checkpoint.txt', 'ledger.jsonl'];
    const check = () =>
      run(process.execPath, ['verify-ledger.mjs', '--key', signed.key, ...files], { cwd: elsewhere });
    const sound = await check();
    expect(sound.code, sound.said).toBe(0);
    const proof = join(elsewhere, 'proof.json');
    const text = readFileSync(proof, 'utf8');
    const { paid } = JSON.parse(text);
    writeFileSync(proof, text.replaceAll(`"paid": ${paid}`, `"paid": ${paid + 1}`));
    expect((await check()).code).toBe(1);
  });

  test('leaves books in which nothing is wrong', { timeout: 60_000 }, async () => {
    expect((await demo.json('ledger verify')).json).toMatchObject({ ok: true });
    expect((await demo.json('verify')).json).toMatchObject({ ok: true });
  });
});
