import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fakeClock, StoreError } from '../../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { createTrustStore, type NewReport, type TrustStore } from './index.ts';
import {
  keysPerDomainMax,
  owedKeptDays,
  owedRowsPerDayMax,
  receivedReportsMax,
  receivedRowsMax,
  retiredKeptDays,
  retiredPublishedDays,
  rsaModulusBits,
} from './limits.ts';
import { operations } from './module.ts';

const dayMs = 86_400_000;

describeEngines('the trust store', (engine) => {
  let stores: TestStores;
  let trust: TrustStore;
  let clock: ReturnType<typeof fakeClock>;

  beforeEach(async () => {
    clock = fakeClock(Date.UTC(2026, 10, 22, 12));
    stores = await openTestStores(engine, { clock });
    trust = createTrustStore({ database: stores.database, clock });
  });
  afterEach(() => stores.close());

  const states = async (domain = 'coop.example') =>
    (await trust.keys(domain)).map(({ selector, state }) => `${selector} ${state}`);

  test('a domain gets a key of each algorithm once, and what is published verifies what they sign', async () => {
    await Promise.all([trust.ensureKeys('coop.example'), trust.ensureKeys('coop.example')]);
    expect(await states()).toEqual(['rsa-20261122 active', 'ed-20261122 active']);
    expect(await trust.keyDomains()).toEqual(['coop.example']);
    const records = await trust.signingRecords('coop.example');
    expect(records.map(({ name }) => name)).toEqual([
      'rsa-20261122._domainkey.coop.example',
      'ed-20261122._domainkey.coop.example',
    ]);
    const data = Buffer.from('signed');
    const [rsa, ed] = await trust.signingKeys('coop.example');
    if (!rsa || !ed) throw new Error('a key is missing');
    const points = records.map(({ value }) => Buffer.from(/p=(.*)$/.exec(value)?.[1] ?? '', 'base64'));
    const [info, point] = points;
    if (!info || !point) throw new Error('a record is missing');
    const spki = createPublicKey({ key: info, format: 'der', type: 'spki' });
    expect(spki.asymmetricKeyDetails?.modulusLength).toBe(rsaModulusBits);
    expect(verify('sha256', data, spki, sign('sha256', data, createPrivateKey(rsa.privateKey)))).toBe(true);
    // RFC 8463 §4.2: the key alone, to which the rest of SubjectPublicKeyInfo is the same for all.
    expect(point).toHaveLength(32);
    const prefix = Buffer.from('302a300506032b6570032100', 'hex');
    const edKey = createPublicKey({ key: Buffer.concat([prefix, point]), format: 'der', type: 'spki' });
    expect(verify(null, data, edKey, sign(null, data, createPrivateKey(ed.privateKey)))).toBe(true);
    // No answer but that of signingKeys holds what signs.
    expect(JSON.stringify([await trust.keys('coop.example'), records])).not.toContain('PRIVATE');
  });

  test('rotation: new keys wait, the old ones sign until then and stay published for some days', async () => {
    await trust.ensureKeys('coop.example');
    await trust.rotateKeys('coop.example');
    await trust.rotateKeys('coop.example');
    expect(await states()).toEqual([
      'rsa-20261122 active',
      'ed-20261122 active',
      'rsa-20261122-2 pending',
      'ed-20261122-2 pending',
    ]);
    const signing = async () => (await trust.signingKeys('coop.example')).map(({ selector }) => selector);
    expect(await signing()).toEqual(['rsa-20261122', 'ed-20261122']);
    await trust.activateKey('coop.example', 'rsa-20261122-2');
    expect(await signing()).toEqual(['rsa-20261122-2', 'ed-20261122']);
    const published = async () => (await trust.signingRecords('coop.example')).map(({ state }) => state);
    expect(await published()).toEqual(['retired', 'active', 'active', 'pending']);
    clock.advance(retiredPublishedDays * dayMs);
    expect(await published()).toEqual(['active', 'active', 'pending']);
    expect(await states()).toHaveLength(4);
    clock.advance((retiredKeptDays - retiredPublishedDays) * dayMs + 1);
    await trust.tidy(1);
    expect(await states()).toHaveLength(3);
  });

  test('the last key that signs is not retired, a key that is not there is named', async () => {
    await trust.ensureKeys('coop.example');
    await trust.retireKey('coop.example', 'rsa-20261122');
    await trust.ensureKeys('coop.example');
    expect(await states()).toEqual(['rsa-20261122 retired', 'ed-20261122 active']);
    await expect(trust.retireKey('coop.example', 'ed-20261122')).rejects.toMatchObject({
      reason: 'conflict',
    });
    await expect(trust.activateKey('coop.example', 'nobody')).rejects.toMatchObject({ reason: 'not-found' });
    await expect(trust.retireKey('other.example', 'rsa-20261122')).rejects.toMatchObject({
      reason: 'not-found',
    });
  });

  test('keysPerDomainMax bounds the keys of a domain', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const key = { algorithm: 'ed25519-sha256', selector: 'x', privateKey: pem, publicKey: 'p' } as const;
    const add = (count: number) =>
      stores.database.call(operations.addKeys, {
        domain: 'coop.example',
        keys: Array.from({ length: count }, () => key),
        state: 'pending',
        unless: [],
        now: 1,
      });
    expect(await add(keysPerDomainMax)).toBe(keysPerDomainMax);
    await expect(add(1)).rejects.toBeInstanceOf(StoreError);
    expect(await trust.keys('coop.example')).toHaveLength(keysPerDomainMax);
  });

  test('a secret is made once and stays', async () => {
    const [one, two] = await Promise.all([trust.secret('srs'), trust.secret('srs')]);
    expect(one).toBe(two);
    expect(Buffer.from(one, 'base64')).toHaveLength(32);
    expect(await createTrustStore({ database: stores.database, clock }).secret('srs')).toBe(one);
  });

  test('equal observations are counted together; what is settled or too old is gone', async () => {
    const day = Math.floor(clock.nowMs() / dayMs);
    const seen = {
      kind: 'dmarc',
      day: day - 1,
      domain: 'a.example',
      row: '{"ip":"192.0.2.1"}',
      count: 2,
    } as const;
    expect(await trust.observe([seen, seen, { ...seen, row: '{}' }])).toBe(0);
    await trust.observe([
      { ...seen, kind: 'tls' },
      { ...seen, day, domain: 'b.example' },
    ]);
    expect(await trust.owed('dmarc', day, 10)).toEqual([{ day: day - 1, domain: 'a.example' }]);
    const rows = await trust.owedRows('dmarc', day - 1, 'a.example', 10);
    expect(rows.map(({ row, count }) => `${row} ${count}`).sort()).toEqual(['{"ip":"192.0.2.1"} 4', '{} 2']);
    await trust.settleOwed('dmarc', day - 1, 'a.example');
    expect(await trust.owed('dmarc', day, 10)).toEqual([]);
    expect(await trust.owed('tls', day, 10)).toHaveLength(1);
    clock.advance((owedKeptDays + 1) * dayMs);
    await trust.tidy(1);
    expect(await trust.owed('tls', day + 100, 10)).toEqual([]);
  });

  test('owedRowsPerDayMax: more different rows of a day are not counted, known ones are', async () => {
    const row = (text: string) =>
      ({ kind: 'tls', day: 1, domain: 'a.example', row: text, count: 1 }) as const;
    const add = (...texts: string[]) =>
      stores.database.call(operations.addOwed, {
        rows: texts.map((text) => ({ ...row(text), digest: text })),
        max: 2,
      });
    expect(await add('a', 'b', 'c', 'a')).toBe(1);
    expect(await add('b', 'd')).toBe(1);
    expect(await trust.owedRows('tls', 1, 'a.example', 9)).toEqual([
      { row: 'a', count: 2 },
      { row: 'b', count: 2 },
    ]);
    expect(owedRowsPerDayMax).toBeGreaterThan(2);
  });

  const report: NewReport = {
    kind: 'dmarc',
    reporter: 'receiver.example',
    reportId: '1',
    domain: 'coop.example',
    begins: 0,
    ends: dayMs,
    received: 0,
    total: 5,
    failed: 1,
  };

  test('a received report is kept once, with its rows up to receivedRowsMax', async () => {
    const now = clock.nowMs();
    const rows = Array.from({ length: receivedRowsMax + 5 }, (_, at) => `${at}`);
    const id = await trust.addReport({ ...report, received: now }, rows);
    if (id === null) throw new Error('not taken');
    expect(await trust.addReport({ ...report, received: now }, ['again'])).toBeNull();
    const found = await trust.report(id);
    expect(found?.rows).toEqual(rows.slice(0, receivedRowsMax));
    expect(found?.report).toMatchObject({ reporter: 'receiver.example', total: 5, failed: 1 });
    expect(await trust.report(id + 1)).toBeNull();
  });

  test('received reports go when they are old, and the oldest beyond receivedReportsMax', async () => {
    for (let at = 0; at < 5; at++) {
      await trust.addReport({ ...report, reportId: `${at}`, received: clock.nowMs() + at }, ['row']);
    }
    await stores.database.call(operations.forgetReceived, { before: clock.nowMs(), max: 3 });
    const left = await trust.reports({ max: 10 });
    expect(left.map(({ reportId }) => reportId)).toEqual(['4', '3', '2']);
    expect(
      (await trust.reports({ before: left[0]?.id ?? 0, max: 1 })).map(({ reportId }) => reportId),
    ).toEqual(['3']);
    clock.advance(30 * dayMs + 5);
    await trust.tidy(30);
    expect(await trust.reports({ max: 10 })).toEqual([]);
    expect(receivedReportsMax).toBeGreaterThan(3);
  });
});
