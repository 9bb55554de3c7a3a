import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import {
  leafHash,
  sumProof,
  sumRoot,
  verifyConsistency,
  verifyInclusion,
} from '../../formats/merkle/index.ts';
import { openNote, readCheckpoint } from '../../formats/signed-note/index.ts';
import { modules } from '../../modules.ts';
import { unguarding, verifyAll } from '../../storage/index.ts';
import {
  describeEngines,
  type Engine,
  openTestStores,
  type TestStores,
  temporaryFolder,
} from '../../testing/index.ts';
import { refused, reversal } from '../fixtures.ts';
import { chart } from '../rules/chart.ts';
import { Ledger, type LedgerForm } from './ledger.ts';
import { coinsMax } from './limits.ts';
import { ledgerGuards } from './tables.ts';
import type { Draft } from './types.ts';

const verifier = fileURLToPath(new URL('../../../bin/verify-ledger.mjs', import.meta.url));
const plan = {
  bank: { number: '512', label: 'Banque' },
  capital: { number: '1013', label: 'Capital souscrit' },
  'reserve:legal': { number: '1061', label: 'Réserve légale' },
};

const paid = (member: number, amount = 1000, change: Partial<Draft> = {}): Draft => ({
  ...{ key: `sub:${member}`, date: '2026-03-31', kind: 'share.subscription', memo: '' },
  postings: [
    { account: 'bank:main', asset: 'EUR', amount },
    { account: `capital:${member}`, asset: 'EUR', amount: -amount },
  ],
  ...change,
});

const day = 86_400_000;
const textOf = async (pieces: AsyncIterable<string>) => {
  let text = '';
  for await (const piece of pieces) text += piece;
  return text;
};

interface Place {
  readonly stores: TestStores;
  readonly ledger: Ledger;
  readonly clock: ReturnType<typeof fakeClock>;
}

async function openPlace(engine: Engine): Promise<Place> {
  const clock = fakeClock(Date.UTC(2026, 3, 1, 12));
  const stores = await openTestStores(engine, { clock });
  const rules = { chart, plan, currency: 'EUR', timeZone: 'Europe/Paris' };
  const secret = async () => Buffer.alloc(32, 7).toString('base64');
  const ledger = new Ledger({ database: stores.database, clock, coop: 'coop.example', rules, secret });
  return { stores, ledger, clock };
}

/** Runs SQL that the guards would refuse. */
async function damageAnyway({ stores }: Place, engine: Engine, statement: string): Promise<void> {
  const dialect = engine.name === 'postgres' ? 'postgres' : 'sqlite';
  for (const guard of ledgerGuards) for (const drop of unguarding(guard, dialect)) await stores.damage(drop);
  await stores.damage(statement);
}

describeEngines('what the ledger shows', (engine) => {
  let place: Place;
  let ledger: Ledger;
  beforeEach(async () => {
    place = await openPlace(engine);
    ledger = place.ledger;
  });
  afterEach(() => place.stores.close());

  test('a checkpoint a day, signed, that says what the entries say', async () => {
    const { clock } = place;
    expect(await ledger.checkpoints.sign()).toBeNull();
    await ledger.append([paid(1), paid(2), paid(3)]);
    const first = await ledger.checkpoints.daily();
    const key = await ledger.checkpoints.verifierKey();
    const said = readCheckpoint(openNote(first?.note ?? '', key));
    expect({ ...said, root: said.root.toString('hex') }).toEqual({
      ...{ origin: 'coop.example/ledger', size: 3, root: first?.root },
    });
    await ledger.append([paid(4)]);
    expect(await ledger.checkpoints.daily()).toEqual(first);
    clock.advance(day);
    expect(await ledger.checkpoints.daily()).toMatchObject({ size: 4 });
    // On demand, and nothing new is nothing said again.
    expect((await ledger.checkpoints.sign())?.size).toBe(4);
    expect(await ledger.verify()).toEqual({ entries: 4, checkpoints: 2, faults: [] });
  });

  test('every entry is shown to be in a tree, and every tree to be the beginning of the next', async () => {
    // More than one subtree that is kept, and a rest.
    const drafts = Array.from({ length: 600 }, (_, n) => paid(n + 1));
    const sizes = [3, 256, 300, 600];
    for (const [at, size] of sizes.entries()) {
      await ledger.append(drafts.slice(sizes[at - 1] ?? 0, size));
      await ledger.checkpoints.sign();
    }
    for (const seq of [1, 2, 3, 4, 255, 256, 257, 512, 513, 600]) {
      for (const size of [0, 600]) {
        const { checkpoint, proof } = await ledger.checkpoints.inclusion(seq, { size });
        const leaf = leafHash(Buffer.from((await ledger.entry(seq))?.hash ?? '', 'hex'));
        const claim = {
          leaf,
          index: seq - 1,
          size: checkpoint.size,
          root: Buffer.from(checkpoint.root, 'hex'),
        };
        const way = proof.map((hash) => Buffer.from(hash, 'hex'));
        expect(verifyInclusion(claim, way), `${seq} in ${checkpoint.size}`).toBe(true);
        expect(verifyInclusion({ ...claim, index: seq % checkpoint.size }, way)).toBe(false);
      }
    }
    const roots = new Map<number, Buffer>();
    for await (const page of ledger.checkpoints.all())
      for (const { size, root } of page) roots.set(size, Buffer.from(root, 'hex'));
    for (const older of sizes)
      for (const newer of sizes.filter((size) => size > older)) {
        const { proof } = await ledger.checkpoints.consistency(older, newer);
        const way = proof.map((hash) => Buffer.from(hash, 'hex'));
        const sized = (size: number) => ({ size, root: roots.get(size) ?? Buffer.alloc(0) });
        expect(verifyConsistency(sized(older), sized(newer), way), `${older} in ${newer}`).toBe(true);
      }
    await ledger.append([paid(601)]);
    await expect(ledger.checkpoints.inclusion(601)).rejects.toEqual(refused('E_NOT_FOUND'));
    await expect(ledger.checkpoints.consistency(1, 601)).rejects.toEqual(refused('E_NOT_FOUND'));
    expect((await ledger.verify()).faults).toEqual([]);
  });

  test.each<[string, string, string]>([
    [
      'an amount',
      `UPDATE ledger_postings SET amount = amount * 2 WHERE seq = 2`,
      'ledger entry 2: is not what the chain says',
    ],
    [
      'a text',
      `UPDATE ledger_entries SET memo = 'x' WHERE seq = 3`,
      'ledger entry 3: is not what the chain says',
    ],
    ['an entry away', 'DELETE FROM ledger_entries WHERE seq = 2', 'ledger: entries 2 to 2 are missing'],
    [
      'the last one away',
      'DELETE FROM ledger_entries WHERE seq = 4',
      'ledger: the head says entry 4, the last one is 3',
    ],
    [
      'a posting away',
      'DELETE FROM ledger_postings WHERE seq = 2 AND n = 1',
      'ledger entry 2: has 1 postings',
    ],
    [
      'a posting of nothing',
      `INSERT INTO ledger_postings (seq, n, account, asset, amount) VALUES (9, 1, 1, 'EUR', 5)`,
      'ledger: there are postings of 9, which is no entry',
    ],
    ['a seal', 'UPDATE ledger_entries SET "isSealed" = 0 WHERE seq = 2', 'ledger entry 2: is not sealed'],
    [
      'a month',
      `UPDATE ledger_entries SET month = '2026-01' WHERE seq = 2`,
      'ledger entry 2: is of 2026-03-31 and counted in 2026-01',
    ],
    [
      'what it reverses',
      'UPDATE ledger_entries SET reverses = 2 WHERE seq = 4',
      'ledger entry 4: is not the contrary of entry 2',
    ],
    [
      'a balance',
      'UPDATE ledger_balances SET amount = amount + 1 WHERE account = 1',
      'ledger: all accounts together hold 1 EUR',
    ],
    [
      'whose it is',
      `UPDATE ledger_accounts SET name = 'capital:9' WHERE name = 'capital:1'`,
      'is not what the chain knows it by',
    ],
    ['the head', `UPDATE ledger_head SET hash = '00'`, 'ledger: the head says entry 4, the last one is 4'],
    [
      'another start',
      `UPDATE ledger_head SET coop = 'other.example'`,
      'ledger entry 1: is not what the chain says',
    ],
    [
      'a root',
      `UPDATE ledger_checkpoints SET root = '00'`,
      'ledger checkpoint 4: is not what the entries say',
    ],
    [
      'its subtrees',
      `UPDATE ledger_checkpoints SET peaks = '[]'`,
      'ledger checkpoint 4: its subtrees are not those',
    ],
  ])('verify finds what was changed: %s', async (_, statement, fault) => {
    await ledger.append([paid(1), paid(2), paid(3)]);
    const back = { key: 'rev', date: '2026-04-01', memo: '' };
    await ledger.append([reversal(await ledger.entry(1), back)]);
    await ledger.checkpoints.sign();
    const all = { database: place.stores.database, blobs: place.stores.blobs, modules };
    expect(await verifyAll(all)).toEqual([]);
    await damageAnyway(place, engine, statement);
    expect((await verifyAll(all)).join('\n')).toContain(fault);
    expect((await ledger.verify()).faults.join('\n')).toContain(fault);
  });

  test('verify finds a checkpoint that the key did not sign', async () => {
    await ledger.append([paid(1)]);
    await ledger.checkpoints.sign();
    await damageAnyway(place, engine, `UPDATE ledger_checkpoints SET note = replace(note, '— ', '— x')`);
    expect((await ledger.verify()).faults.join()).toContain('did not sign this note');
  });

  test('a trial balance as of a day, of entries dated until then', async () => {
    await ledger.append([paid(1), paid(2, 500, { date: '2026-04-01' })]);
    expect(await ledger.trialBalance('2026-03-30')).toEqual([]);
    expect(await ledger.trialBalance('2026-03-31')).toEqual([
      { account: 'bank:main', asset: 'EUR', amount: 1000 },
      { account: 'capital:1', asset: 'EUR', amount: -1000 },
    ]);
    expect(await ledger.trialBalance('2026-04-01')).toEqual(await ledger.trialBalance());
    await expect(ledger.trialBalance('2026-02-30')).rejects.toEqual(refused('E_DATE'));
  });

  test('coins are deposited once under a key, on whatever day it is said again', async () => {
    const deposit = { member: 7, coins: 5, key: 'batch-1' };
    const entry = await ledger.depositCoins(deposit);
    place.clock.advance(day);
    expect(await ledger.depositCoins(deposit)).toEqual(entry);
    expect(await ledger.balance('coins:7', 'MYC')).toBe(-5);
    await expect(ledger.depositCoins({ ...deposit, coins: 6 })).rejects.toEqual(refused('E_KEY_REUSED'));
    await expect(ledger.depositCoins({ ...deposit, member: 8 })).rejects.toEqual(refused('E_KEY_REUSED'));
    for (const coins of [0, -1, 0.5, Number.NaN])
      await expect(ledger.depositCoins({ ...deposit, coins, key: 'x' })).rejects.toEqual(refused('E_AMOUNT'));
    const most = ledger.depositCoins({ member: 8, coins: coinsMax + 1, key: 'x' });
    await expect(most).rejects.toEqual(refused('E_LIMIT'));
    await ledger.depositCoins({ member: 8, coins: coinsMax, key: 'x' });
    // COOP.md L7
    expect(await ledger.balance('mycoin:issued', 'MYC')).toBe(coinsMax + 5);
    expect((await ledger.verify()).faults).toEqual([]);
  });

  test('a person who is erased leaves a whole chain and no name', async () => {
    const [entry] = await ledger.append([paid(7)]);
    await expect(ledger.erase(7)).rejects.toEqual(refused('E_OWED'));
    await ledger.append([reversal(entry, { key: 'rev', date: '2026-04-01', memo: '' })]);
    await ledger.checkpoints.sign();
    expect(await ledger.erase(7)).toBe(1);
    expect(await ledger.erase(0)).toBe(0);
    expect((await ledger.verify()).faults).toEqual([]);
    const exports = await Promise.all(
      (['public', 'csv', 'hledger', 'fec'] as const).map((as) => textOf(ledger.export({ as }))),
    );
    expect(exports.join()).not.toMatch(/capital:7\b/);
    expect((await ledger.entry(1))?.postings[1]?.account).toMatch(/^capital:erased-\d+$/);
    // Whoever comes back under the number begins anew.
    await ledger.append([paid(7, 2000, { key: 'again' })]);
    expect((await ledger.verify()).faults).toEqual([]);
  });

  describe('checked on another machine', () => {
    const run = (...args: string[]) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [verifier, ...args], {
        encoding: 'utf8',
      });
      return { status, said: stdout + stderr };
    };
    const keep = async (name: string, text: string | AsyncIterable<string>) => {
      const file = join(temporaryFolder(), name);
      writeFileSync(file, typeof text === 'string' ? text : await textOf(text));
      return file;
    };
    const exported = (form: LedgerForm) => keep('export.jsonl', ledger.export(form));

    beforeEach(async () => {
      await ledger.append([paid(1), paid(2), paid(3)]);
      await ledger.checkpoints.sign();
      await ledger.append([paid(1, 700, { key: 'more' })]);
      await ledger.checkpoints.sign();
      await ledger.append([paid(4)]);
    });

    test('the verifier is one file that uses Node alone', () => {
      const imports = [...readFileSync(verifier, 'utf8').matchAll(/^import .* from '(.*)';$/gm)];
      expect(imports.map(([, from]) => from)).not.toHaveLength(0);
      for (const [, from] of imports) expect(from).toMatch(/^node:/);
    });

    test('the public form: every link, every checkpoint, and nobody by name', async () => {
      const file = await exported({ as: 'public' });
      const { status, said } = run('--key', await ledger.checkpoints.verifierKey(), file);
      expect(said).toContain('5 entries of coop.example, each chained');
      expect(said).toContain('the checkpoint of the export at 4 entries is what the entries say');
      expect(status).toBe(0);
      expect(readFileSync(file, 'utf8')).not.toContain('capital:');
    });

    test("a member's form: their own postings in clear, of the others the hashes", async () => {
      const file = await exported({ as: 'member', member: 1 });
      const { status, said } = run(file);
      expect(said).toContain('capital:1: 2 postings, together -1700 EUR');
      expect(status).toBe(0);
      const lines = readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.filter(({ entry }) => entry !== undefined).map(({ seq }) => seq)).toEqual([1, 4]);
      expect(lines.filter(({ hash }) => hash !== undefined)).toHaveLength(5);
      expect(lines.filter(({ account }) => account !== undefined)).toHaveLength(1);
    });

    test('a checkpoint that somebody kept, and a receipt of an entry', async () => {
      const file = await exported({ as: 'public' });
      const kept: string[] = [];
      for await (const page of ledger.checkpoints.all()) kept.push(...page.map(({ note }) => note));
      const note = await keep('kept.txt', kept[0] ?? '');
      const receipt = await keep('receipt.json', JSON.stringify(await ledger.receipt(2)));
      const { status, said } = run(note, receipt, file);
      expect(said).toContain('the checkpoint of you at 3 entries is what the entries say');
      expect(said).toContain('entry 2 is in the signed tree of 3 entries');
      expect(status).toBe(0);
      const forged = await keep('forged.json', JSON.stringify({ ...(await ledger.receipt(2)), seq: 3 }));
      expect(run(forged, file)).toMatchObject({ status: 1 });
    });

    test('a pay is in a sum, the sum is all that the books pay for the month, and they owe that pay', async () => {
      const salt = Buffer.alloc(16, 1);
      const leaves = [1, 2, 3].map((n) => ({ id: `${n}`, salt, amount: n * 100 }));
      const root = sumRoot(leaves);
      const [, own] = leaves;
      if (root === null || own === undefined) throw new Error('there are three');
      const steps = (sumProof(leaves, own) ?? []).map((step) => ({
        ...step,
        hash: step.hash.toString('hex'),
      }));
      const pay = (month: string, paid: readonly number[]) => ({
        ...{ key: `payout:${month}`, date: '2026-04-01', kind: 'mycoin.payout' },
        memo: `sum root ${root.hash.toString('hex')}`,
        postings: [
          { account: 'expense:mycoin', asset: 'EUR', amount: paid.reduce((sum, each) => sum + each, 0) },
          ...paid.map((amount, at) => ({ account: `member:${at + 1}`, asset: 'EUR', amount: -amount })),
        ],
      });
      const proofOf = (month: string) => ({
        ...{ month, id: own.id, paid: own.amount, salt: salt.toString('hex'), steps },
        root: { sum: root.sum, hash: root.hash.toString('hex') },
      });
      await ledger.append([pay('2026-03', [100, 200, 300])]);
      const proof = await keep('pay.json', JSON.stringify(proofOf('2026-03')));
      for (const form of [{ as: 'public' }, { as: 'member', member: 2 }] as const)
        expect(run(proof, await exported(form)), form.as).toMatchObject({ status: 0 });
      const other = await keep('other.json', JSON.stringify(proofOf('2026-04')));
      const file = await exported({ as: 'public' });
      expect(run(other, file)).toMatchObject({ status: 1, said: expect.stringContaining('of 2026-04') });
      // The books say the same root and pay less in all, or another pay to this member.
      await ledger.append([pay('2026-04', [100, 200, 299]), pay('2026-05', [200, 100, 300])]);
      expect(run(other, await exported({ as: 'public' })).said).toContain('pays 599 for 2026-04');
      const last = await keep('last.json', JSON.stringify(proofOf('2026-05')));
      expect(run(last, await exported({ as: 'public' })).status).toBe(0);
      expect(run(last, await exported({ as: 'member', member: 2 })).said).toContain('owes 100 for 2026-05');
    });

    test.each<[string, (text: string) => string, string]>([
      ['an amount', (text) => text.replace('"EUR",700', '"EUR",701'), 'entry 4 is not what the chain says'],
      ['an entry away', (text) => text.replace(/\{"seq":2.*\n/, ''), 'entry 2 is missing'],
      ['the end away', (text) => text.replace(/\{"seq":5.*\n/, ''), 'the export says 5 entries and has 4'],
      ['a hash', (text) => text.replace(/("seq":3,"hash":")../, '$1ff'), 'is not what the entries say'],
      ['another co-op', (text) => text.replace('"coop":"coop', '"coop":"boop'), 'is that of another log'],
      ['no JSON', (text) => `${text}{`, 'JSON'],
    ])('is told apart where it was changed: %s', async (_, change, complaint) => {
      const text = await textOf(ledger.export({ as: 'public' }));
      expect(change(text)).not.toBe(text);
      const { status, said } = run(await keep('changed.jsonl', change(text)));
      expect(said).toContain(complaint);
      expect(status).toBe(1);
    });

    test('another key, and a question that is none', async () => {
      const file = await exported({ as: 'public' });
      const other = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
      expect(run('--key', other, file)).toMatchObject({ status: 1 });
      expect(run()).toMatchObject({ status: 2 });
      expect(run('--help')).toMatchObject({ status: 2 });
    });
  });

  test('books: hledger, CSV and FEC', async () => {
    await ledger.append([
      paid(1, 123_450, { memo: '=1+1; "shares", paid' }),
      paid(2, 5, {
        ...{ key: 'reserve', date: '2026-04-01', kind: 'reserve' },
        postings: [
          { account: 'reserve:legal', asset: 'EUR', amount: -5 },
          { account: 'income:other', asset: 'EUR', amount: 5 },
        ],
      }),
    ]);
    await ledger.depositCoins({ member: 1, coins: 3, key: 'coins' });
    expect(await textOf(ledger.export({ as: 'hledger', until: '2026-03-31' }))).toMatch(
      /^commodity 1000\.00 EUR\n\n2026-03-31 \* \(1\) share.subscription =1\+1 "shares" paid\n {4}; key:sub 1, hash:[0-9a-f]{64}\n {4}assets:bank:main {2}1234\.50 EUR\n {4}equity:capital:1 {2}-1234\.50 EUR\n\n$/,
    );
    const csv = (await textOf(ledger.export({ as: 'csv' }))).split('\r\n');
    expect(csv[0]).toBe('seq,date,kind,key,memo,account,asset,amount,hash');
    expect(csv[1]).toContain(
      `1,2026-03-31,share.subscription,sub:1,"'=1+1; ""shares"", paid",bank:main,EUR,1234.50,`,
    );
    expect(csv[5]).toContain('mycoin:issued,MYC,3,');
    const fec = (await textOf(ledger.export({ as: 'fec' }))).split('\r\n').map((line) => line.split('\t'));
    expect(fec[0]).toHaveLength(18);
    expect(fec[2]).toEqual([
      ...['BQ', 'Banque', '1', '20260331', '1013', 'Capital souscrit', '1', 'capital:1', 'sub:1', '20260331'],
      ...['=1+1; "shares", paid', '0,00', '1234,50', '', '', '20260401', '', ''],
    ]);
    expect(fec[3]?.slice(0, 6)).toEqual([
      'OD',
      'Opérations diverses',
      '2',
      '20260401',
      '1061',
      'Réserve légale',
    ]);
    // Coins are no money.
    expect(fec).toHaveLength(6);
  });
});
