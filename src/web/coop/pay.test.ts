import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { temporaryFolder, testBrowser } from '../../testing/index.ts';
import { certificateCodeCharactersMax } from '../limits.ts';
import { english, type FilledSuite, type Name, startFilled } from './fixtures.ts';

let filled: FilledSuite;
beforeAll(async () => {
  filled = await startFilled();
});
afterAll(() => filled.suite.stop());

const get = (name: Name, path = '/pay') => filled.browser(name).get(path, english);
const keyIn = (text: string) => /name="key" value="([a-z2-7]{26})"/.exec(text)?.[1] ?? '';
const versionIn = (text: string) => /name="version" value="(\d+)"/.exec(text)?.[1] ?? '';

describe('the page of pay', () => {
  test('shows months, what is owed and why it waits, and an account that nobody reads over a shoulder', async () => {
    const { text, status } = await get('ana');
    expect(status).toBe(200);
    // 500 € without VAT, of it two fifths; 30 of 45 coins.
    expect(text).toContain('<dt>Pay that you are owed</dt><dd>€133.33</dd>');
    expect(text).toContain('It goes into the next payment run.');
    expect(text).toMatch(
      /January\s2025<\/a><\/th><td class="number">30<\/td><td class="number">€133\.33<\/td>/u,
    );
    expect(text).toContain('<code>FR14\u00a0••••\u00a02606</code>');
    for (const secret of ['FR1420041010050500013M02606', '2004 1010', 'Person bo', '66.67'])
      expect(text).not.toContain(secret);
    expect((await get('bo')).text).toContain('no account is written down for you');
  });

  test('is for who is signed in and in the register', async () => {
    const stranger = testBrowser(filled.suite.ports.https, filled.suite.authority);
    for (const path of ['/pay', '/pay/months/2025-01', '/pay/ledger.jsonl', '/pay/years/2025'])
      expect((await stranger.get(path)).headers.location).toBe('/sign-in');
    expect((await get('cy')).status).toBe(404);
    for (const path of [
      '/pay/months/2025-02',
      '/pay/months/x',
      '/pay/years/2025',
      '/pay/months/x/proof.json',
    ])
      expect((await get('ana', path)).status, path).toBe(404);
  });
});

describe('the account that pay goes to', () => {
  const change = async (
    name: Name,
    fields: Record<string, string>,
    headers: Record<string, string> = english,
  ) => {
    const { text } = await get(name);
    const own = { key: keyIn(text), version: versionIn(text), holder: 'Bo <i>' };
    return filled.browser(name).post('/pay/account', { ...own, ...fields }, headers);
  };

  test.each([
    ['a wrong digit', { iban: 'FR1420041010050500013M02607' }, 422, 'E_IBAN'],
    ['nothing', { iban: '' }, 422, 'E_IBAN'],
    ['a long holder', { iban: 'DE89370400440532013000', holder: 'x'.repeat(141) }, 422, 'E_TEXT'],
    ['a page that is old', { iban: 'DE89370400440532013000', version: '99' }, 409, 'E_VERSION'],
    ['no key', { iban: 'DE89370400440532013000', key: 'x' }, 422, 'E_KEY_MISSING'],
  ])('%s: refused in words, and nothing is changed', async (_, fields, status, code) => {
    const { status: got, text } = await change('ana', fields as Record<string, string>);
    expect([got, text.includes(`(${code})</p>`)]).toEqual([status, true]);
    expect(text).toContain('<code>FR14\u00a0••••\u00a02606</code>');
  });

  test('is not changed from another site', async () => {
    const sent = await change('ana', { iban: 'DE89370400440532013000' }, { 'sec-fetch-site': 'cross-site' });
    expect(sent.status).toBe(403);
    expect((await get('ana')).text).toContain('<code>FR14\u00a0••••\u00a02606</code>');
  });

  test('is changed by whose it is, and shown masked', async () => {
    const sent = await change('bo', { iban: 'de89 3704 0044 0532 0130 00' });
    expect([sent.status, sent.headers.location]).toEqual([303, '/pay#account']);
    expect((await get('bo')).text).toContain('<code>DE89\u00a0••••\u00a03000</code> · Bo &lt;i&gt;');
  });
});

test('a pay is checked step by step, and by the verifier on another machine', async () => {
  const { text, status } = await get('ana', '/pay/months/2025-01');
  expect(status).toBe(200);
  expect(text).toContain('Your pay is counted in the sum that was published.');
  expect(text).toContain('<dd>€200.00</dd>');
  expect(text).toMatch(/Beside it, on the (left|right), stands €66\.67\. Together they are €200\.00\./);
  const folder = temporaryFolder();
  const stranger = testBrowser(filled.suite.ports.https, filled.suite.authority);
  for (const [name, answer] of [
    ['pay.json', await get('ana', '/pay/months/2025-01/proof.json')],
    ['ledger.jsonl', await get('ana', '/pay/ledger.jsonl')],
    ['verify-ledger.mjs', await stranger.get('/verify/ledger.mjs')],
    ['checkpoint.txt', await stranger.get('/verify/checkpoint.txt')],
  ] as const) {
    expect([name, answer.status]).toEqual([name, 200]);
    expect(answer.headers['content-disposition']).toMatch(/^attachment;/);
    writeFileSync(join(folder, name), answer.bytes);
  }
  const [, key = ''] =
    /<dt>Key<\/dt><dd><code>([^<]+)<\/code>/.exec((await stranger.get('/verify', english)).text) ?? [];
  const run = (...files: string[]) =>
    spawnSync(process.execPath, ['verify-ledger.mjs', '--key', key, ...files], {
      cwd: folder,
      encoding: 'utf8',
    });
  const good = run('pay.json', 'ledger.jsonl', 'checkpoint.txt');
  expect([good.status, good.stderr]).toEqual([0, '']);
  expect(good.stdout).toContain('the pay of 13333 in 2025-01 is counted in the sum of 20000');
  const proof = readFileSync(join(folder, 'pay.json'), 'utf8').replace('"paid": 13333', '"paid": 13334');
  writeFileSync(join(folder, 'forged.json'), proof);
  expect(run('forged.json').status).toBe(1);
});

test('what was published is for everybody, without a name', async () => {
  const stranger = testBrowser(filled.suite.ports.https, filled.suite.authority);
  const { text, status } = await stranger.get('/verify', english);
  expect(status).toBe(200);
  expect(text).toMatch(/January\s2025<\/th><td class="number">€200\.00<\/td><td class="number">2<\/td>/u);
  expect(text).toContain('coop.localhost/ledger\n');
  for (const secret of ['Person', 'Holder', '133.33']) expect(text).not.toContain(secret);
  const long = await stranger.get(`/verify?code=${'a'.repeat(certificateCodeCharactersMax + 1)}`, english);
  expect(long.text).toContain(`value="${'a'.repeat(certificateCodeCharactersMax)}"`);
  expect((await stranger.ask('/verify', { method: 'POST' })).status).toBe(405);
  const [, ledger = ''] = /href="([^"]+)" download="ledger\.jsonl"/.exec(text) ?? [];
  const exported = await stranger.get(ledger);
  expect([exported.status, exported.text.split('\n')[0]]).toEqual([
    200,
    expect.stringContaining('coop-ledger/1'),
  ]);
});

test('interest of a year is shown as its slip, to whose it is', async () => {
  const { suite, accounts } = filled;
  const clock = fakeClock(Date.UTC(2026, 0, 5, 12));
  const coop = suite.rooms.coopAt(clock);
  const theo = await coop.actor(accounts.theo, 'cli');
  for (let month = 2; month <= 12; month++)
    await coop.payouts.closeMonth(theo, {
      month: `2025-${String(month).padStart(2, '0')}`,
      key: `close-${month}`,
    });
  const { interestMost } = await coop.years.figures('2025');
  expect(interestMost).toBeGreaterThan(0);
  await coop.years.close(theo, {
    year: '2025',
    interest: interestMost,
    decision: 'AG 2026-01-05',
    key: 'year',
  });
  const [own] = await coop.years.interestOf(filled.numbers.ana);
  const { text } = await get('ana');
  expect(text).toMatch(
    /<th scope="row"><a href="\/pay\/years\/2025">2025<\/a><\/th><td class="number">€\d+\.\d\d<\/td>/,
  );
  const slip = await get('ana', '/pay/years/2025');
  expect(slip.status).toBe(200);
  expect(slip.text).toContain(`<dt>Net</dt><dd>€${((own?.net ?? 0) / 100).toFixed(2)}</dd>`);
  expect(slip.text).toContain('<dd>AG 2026-01-05</dd>');
  expect(slip.text).toContain('Person ana &lt;b&gt;');
  expect((await get('ana', '/pay/years/2024')).status).toBe(404);
  expect((await get('theo', '/pay/years/2025')).status).toBe(404);
});
