import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import type { Member } from '../../accounts/index.ts';
import { fakeClock, StoreError } from '../../base/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import type { Role } from '../acts/types.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { testHouse } from '../fixtures.ts';
import { refusal } from '../refusals.ts';
import { type Api, createApi } from './api.ts';
import { check, Misshapen } from './check.ts';
import { Answers } from './keys.ts';
import {
  answerBytesMax,
  answersKeptDays,
  bodyBytesMax,
  bodyDepthMax,
  callersMax,
  certificateWeightCount,
  cursorCharactersMax,
  exportWeightCount,
  faultsMax,
  keyCharactersMax,
  pageRowsMax,
  requestsBurstMax,
  requestsPerMinuteMax,
  uploadBytesMax,
  waitingMax,
} from './limits.ts';
import { Rate } from './rate.ts';
import { readBody, readJson } from './read-body.ts';
import { apiRoutes } from './routes/index.ts';
import { noMore, pageOf } from './schemas.ts';
import { Line } from './turns.ts';
import type { Identified } from './types.ts';

const memberOf = (id: number): Member => ({
  ...{ id, address: `m${id}@coop.example`, name: `m${id}` },
  ...{ admin: false, disabled: false, version: 1 },
});

interface Asking {
  readonly as?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

describeEngines('the API', (engine) => {
  const clock = fakeClock(Date.UTC(2026, 3, 1));
  let stores: TestStores;
  let api: Api;
  let coop: Coop;
  let faults: unknown[];

  /** `Authorization: treasurer 7` in place of a token: the roles of account 7; a third word is a scope. */
  const identify = async (request: Request): Promise<Identified> => {
    const field = request.headers.get('authorization');
    if (field === null) return { ok: true, caller: null };
    const [, id = '', scope] = field.split(' ');
    if (id === '') return { ok: false, reason: 'credentials' };
    const scopes = scope === undefined ? null : scope.split(',');
    return { ok: true, caller: { member: memberOf(Number(id)), by: 'token', scopes } };
  };
  const rolesById: Record<number, Role[]> = { 7: ['treasurer'], 8: ['auditor'], 9: [] };

  const open = () => {
    const { database } = stores;
    coop = openCoop(testHouse(stores, clock));
    api = createApi(
      {
        ...{ coop, clock, identify, origin: () => 'https://coop.example' },
        actorOf: async ({ id }) => ({ account: id, member: id, roles: rolesById[id] ?? [], via: 'api' }),
        fault: (error) => `incident-${faults.push(error)}`,
      },
      apiRoutes,
      database,
    );
  };
  beforeEach(async () => {
    stores = await openTestStores(engine, { clock });
    faults = [];
    open();
  });
  afterEach(() => stores.close());

  async function ask(method: string, path: string, asking: Asking = {}) {
    const {
      as,
      key,
      body,
      raw = body === undefined ? undefined : JSON.stringify(body),
      headers = {},
    } = asking;
    const request = new Request(`https://coop.example/api/v1${path}`, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: as }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(raw === undefined ? {} : { body: raw }),
    });
    const response = await api.fetch(request, { remote: '192.0.2.1', secure: true });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? null : JSON.parse(text),
    };
  }

  const treasurer = 'x 7';
  const fee = (amount: string, change: object = {}) => ({
    ...{ date: '2026-03-31', kind: 'bank.fee', memo: 'fees' },
    postings: [
      { account: 'expense:bank', asset: 'EUR', amount },
      { account: 'bank:main', asset: 'EUR', amount: amount.startsWith('-') ? amount.slice(1) : `-${amount}` },
    ],
    ...change,
  });
  const post = (body: unknown, key = 'k1', more: Asking = {}) =>
    ask('POST', '/ledger/entries', { as: treasurer, key, body, ...more });

  test('an entry is sealed once, and told again to who asks again with its key', async () => {
    const first = await post(fee('1250'));
    expect(first.status).toBe(201);
    expect(first.json).toMatchObject({ seq: 1, postings: [{ amount: '1250' }, { amount: '-1250' }] });
    expect(first.headers.get('location')).toBe('/api/v1/ledger/entries/1');
    const again = await post(fee('1250'));
    expect([again.status, again.text]).toEqual([201, first.text]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    const other = await post(fee('1251'));
    expect([other.status, other.json.code]).toEqual([409, 'E_KEY_REUSED']);
    // Another account's keys are its own, and a body that is spelled otherwise is another body.
    expect((await post(fee('5'), 'k1', { as: 'x 9' })).json.code).toBe('E_PRIVILEGE');
    const spelled = await ask('POST', '/ledger/entries', {
      as: treasurer,
      key: 'k1',
      raw: ` ${JSON.stringify(fee('1250'))}`,
    });
    expect(spelled.json.code).toBe('E_KEY_REUSED');
    const shown = await ask('GET', '/ledger/entries/1', { as: treasurer });
    expect(shown.text).toBe(first.text);
    expect(shown.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  test('twenty at once under one key are one entry', async () => {
    const all = await Promise.all(Array.from({ length: waitingMax }, () => post(fee('7'))));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(await coop.ledger.entry(2)).toBeNull();
  });

  test('an answer that was lost, or is kept no longer, is given again by the rooms', async () => {
    const first = await post(fee('7'));
    await stores.damage('DELETE FROM api_answers');
    expect((await post(fee('7'))).text).toBe(first.text);
    clock.advance((answersKeptDays + 1) * 86_400_000);
    await post(fee('8'), 'k2');
    expect((await post(fee('7'))).text).toBe(first.text);
    expect((await post(fee('9'), 'k1')).json.code).toBe('E_KEY_REUSED');
    expect(await coop.ledger.entry(3)).toBeNull();
  });

  test('an answer of so many octets is kept', async () => {
    const answers = new Answers(stores.database, clock);
    const asked = { account: 7, key: 'k', print: 'p' };
    await answers.keep(asked, { status: 200, location: '', person: 0, body: 'a'.repeat(answerBytesMax + 1) });
    expect(await answers.find(asked)).toBeNull();
    await answers.keep(asked, { status: 200, location: '', person: 0, body: 'a'.repeat(answerBytesMax) });
    expect((await answers.find(asked))?.body).toHaveLength(answerBytesMax);
  });

  test('what was refused leaves its key free', async () => {
    const unbalanced = fee('7', { postings: [{ account: 'bank:main', asset: 'EUR', amount: '7' }] });
    const refused = await post(unbalanced);
    expect([refused.status, refused.json.code]).toEqual([422, 'E_UNBALANCED']);
    expect((await post(fee('7'))).status).toBe(201);
  });

  test.each<[string, string, number, string]>([
    [
      'a fraction',
      '{"date":"2026-03-31","kind":"k","memo":"","postings":[{"account":"bank:main","asset":"EUR","amount":12.50}]}',
      400,
      'E_JSON',
    ],
    [
      'an amount that is a number',
      '{"date":"2026-03-31","kind":"k","memo":"","postings":[{"account":"bank:main","asset":"EUR","amount":12}]}',
      422,
      'E_BODY',
    ],
    ['2^53', JSON.stringify(fee('9007199254740992')), 422, 'E_BODY'],
    ['half a cent', JSON.stringify(fee('0.5')), 422, 'E_BODY'],
    ['a name twice', '{"date":"2026-03-31","date":"2026-03-30"}', 400, 'E_JSON'],
    ['a name that nobody knows', JSON.stringify(fee('1', { note: 'x' })), 422, 'E_BODY'],
    ['half a body', '{"date":', 400, 'E_JSON'],
    ['a list', '[]', 422, 'E_BODY'],
    ['30 February', JSON.stringify(fee('1', { date: '2026-02-30' })), 422, 'E_DATE'],
  ])('%s is refused', async (_, raw, status, code) => {
    const refused = await ask('POST', '/ledger/entries', { as: treasurer, key: 'k', raw });
    expect([refused.status, refused.json.code]).toEqual([status, code]);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(refused.json).toMatchObject({ status, type: `/api/v1/refusals/${code}` });
    expect(await coop.ledger.entry(1)).toBeNull();
  });

  test('a body of so many octets, of its type, and a key of so many characters', async () => {
    const padded = (octets: number) => JSON.stringify(fee('1')).padEnd(octets, ' ');
    expect(
      (await ask('POST', '/ledger/entries', { as: treasurer, key: 'a', raw: padded(bodyBytesMax + 1) })).json
        .code,
    ).toBe('E_TOO_LARGE');
    expect(
      (await ask('POST', '/ledger/entries', { as: treasurer, key: 'a', raw: padded(bodyBytesMax) })).status,
    ).toBe(201);
    expect((await post(fee('1'), 'b', { headers: { 'content-type': 'text/plain' } })).status).toBe(415);
    expect((await post(fee('1'), 'k'.repeat(keyCharactersMax + 1))).json.code).toBe('E_KEY_MISSING');
    expect((await post(fee('1'), 'k'.repeat(keyCharactersMax))).status).toBe(201);
    expect((await post(fee('1'), '"quoted"')).status).toBe(201);
    expect((await post(fee('1'), 'quoted')).headers.get('idempotency-replayed')).toBe('true');
    const without = await ask('POST', '/ledger/entries', { as: treasurer, body: fee('1') });
    expect([without.status, without.json.code]).toEqual([400, 'E_KEY_MISSING']);
  });

  test('pages stay as they are while entries come', async () => {
    for (let at = 1; at <= 5; at++) await post(fee(String(at)), `k${at}`);
    const first = await ask('GET', '/ledger/entries?limit=2', { as: treasurer });
    expect(first.json.items.map(({ seq }: { seq: number }) => seq)).toEqual([1, 2]);
    await post(fee('6'), 'k6');
    const second = await ask('GET', `/ledger/entries?limit=4&cursor=${first.json.next}`, { as: treasurer });
    expect(second.json.items.map(({ seq }: { seq: number }) => seq)).toEqual([3, 4, 5, 6]);
    expect(second.json.next).toBeNull();
    for (const query of ['cursor=x', 'cursor=WyIvb3RoZXIiLDFd', 'cursor=WyIvbGVkZ2VyL2VudHJpZXMiLCJhIl0']) {
      const refused = await ask('GET', `/ledger/entries?${query}`, { as: treasurer });
      expect([refused.status, refused.json.code], query).toEqual([400, 'E_CURSOR']);
    }
    for (const query of ['limit=0', `limit=${pageRowsMax + 1}`, 'limit=2&limit=3', 'limt=2', 'limit=1.5']) {
      const refused = await ask('GET', `/ledger/entries?${query}`, { as: treasurer });
      expect([refused.status, refused.json.code], query).toEqual([400, 'E_QUERY']);
    }
    expect((await ask('GET', `/ledger/entries?limit=${pageRowsMax}`, { as: treasurer })).status).toBe(200);
    expect((await ask('GET', '/ledger/entries/1?x=1', { as: treasurer })).json.code).toBe('E_QUERY');
  });

  test('what is known already is not sent again', async () => {
    await post(fee('1'));
    const { headers } = await ask('GET', '/ledger/entries/1', { as: treasurer });
    const etag = headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{22}"$/);
    for (const known of [etag, `"x", W/${etag}`, '*']) {
      const same = await ask('GET', '/ledger/entries/1', {
        as: treasurer,
        headers: { 'if-none-match': known },
      });
      expect([same.status, same.text], known).toEqual([304, '']);
    }
    const other = await ask('GET', '/ledger/entries/1', {
      as: treasurer,
      headers: { 'if-none-match': '"x"' },
    });
    expect(other.status).toBe(200);
  });

  test('HEAD, OPTIONS, and methods that an address does not know', async () => {
    await post(fee('1'));
    const head = await ask('HEAD', '/ledger/entries/1', { as: treasurer });
    expect([head.status, head.text]).toEqual([200, '']);
    const options = await ask('OPTIONS', '/ledger/entries', {
      headers: { origin: 'https://elsewhere.example' },
    });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'GET, HEAD, POST, OPTIONS']);
    expect([...options.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    const put = await ask('PUT', '/ledger/entries/1', { as: treasurer, key: 'k', body: {} });
    expect([put.status, put.json.code, put.headers.get('allow')]).toEqual([
      405,
      'E_METHOD',
      'GET, HEAD, OPTIONS',
    ]);
    for (const path of [
      '/nothing',
      '/ledger/entries/01',
      '/ledger/entries/-1',
      '/ledger/entries/x',
      '/ledger/entries/99',
    ]) {
      const missing = await ask('GET', path, { as: treasurer });
      expect([missing.status, missing.json.code], path).toEqual([404, 'E_NOT_FOUND']);
    }
  });

  test('who may do what is declared, and a token gives no more than it is scoped for', async () => {
    await post(fee('1'));
    const status = async (as: string | undefined, method: string) => {
      const asking = as === undefined ? {} : { as };
      const body = method === 'POST' ? { key: `k-${as?.replace(/\W/g, '-')}`, body: fee('1') } : {};
      return (await ask(method, '/ledger/entries', { ...asking, ...body })).status;
    };
    const table: [string | undefined, number, number][] = [
      [undefined, 401, 401],
      ['x', 401, 401],
      ['x 9', 403, 403],
      ['x 8', 200, 403],
      ['x 7', 200, 201],
      ['x 7 read', 200, 403],
      ['x 7 write', 200, 201],
      ['x 7 ledger.read', 200, 403],
      ['x 7 ledger.write', 403, 201],
      ['x 7 own,bank.import', 403, 403],
      ['x 8 write', 200, 403],
    ];
    for (const [as, read, write] of table)
      expect([as, await status(as, 'GET'), await status(as, 'POST')]).toEqual([as, read, write]);
    const stranger = await ask('GET', '/ledger/entries');
    expect(stranger.headers.get('www-authenticate')).toMatch(/^Bearer/);
  });

  test('who asks too often waits, each for themselves', async () => {
    for (let at = 0; at < requestsBurstMax; at++)
      expect((await ask('GET', '/refusals', { as: 'x 9' })).status).toBe(200);
    const late = await ask('GET', '/refusals', { as: 'x 9' });
    expect([late.status, late.json.code, late.headers.get('retry-after')]).toEqual([429, 'E_RATE', '1']);
    expect((await ask('GET', '/refusals', { as: treasurer })).status).toBe(200);
    clock.advance(60_000 / requestsPerMinuteMax);
    expect((await ask('GET', '/refusals', { as: 'x 9' })).status).toBe(200);
  });

  test('a file of all that there is counts for many, and a certificate for some', async () => {
    const times = (weight: number) => Math.floor(requestsBurstMax / weight);
    for (let at = 0; at < times(exportWeightCount); at++)
      expect((await ask('GET', '/ledger/public')).status).toBe(200);
    const late = await ask('GET', '/ledger/public');
    const waitMs = (exportWeightCount * 60_000) / requestsPerMinuteMax;
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, String(waitMs / 1000)]);
    clock.advance(waitMs);
    expect((await ask('GET', '/ledger/public')).status).toBe(200);
    clock.advance(600_000);
    const code = 'a'.repeat(24);
    for (let at = 0; at < times(certificateWeightCount); at++)
      expect((await ask('GET', `/certificates/${code}`)).status).toBe(404);
    expect((await ask('GET', `/certificates/${code}`)).status).toBe(429);
  });

  test('one network is one caller, from whichever of its addresses it asks', async () => {
    const asks = (remote: string) =>
      api.fetch(new Request('https://coop.example/api/v1/ledger/public'), { remote, secure: true });
    const times = requestsBurstMax / exportWeightCount;
    for (let at = 0; at < times; at++) expect((await asks(`2001:db8::${at + 1}`)).status).toBe(200);
    expect((await asks('2001:db8::ffff')).status).toBe(429);
    expect((await asks('2001:db8:0:1::1')).status).toBe(200);
  });

  test('who goes away, or asks for the head alone, ends what they asked for', async () => {
    let ended = 0;
    async function* endless() {
      try {
        for (;;) yield 'a line\n';
      } finally {
        ended++;
      }
    }
    coop.ledger.export = endless;
    const address = 'https://coop.example/api/v1/ledger/public';
    const door = { remote: '192.0.2.1', secure: true };
    const response = await api.fetch(new Request(address), door);
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('a line\n');
    expect(ended).toBe(0);
    await reader?.cancel();
    expect(ended).toBe(1);
    const head = await api.fetch(new Request(address, { method: 'HEAD' }), door);
    expect([head.status, head.body, ended]).toEqual([200, null, 2]);
    expect(head.headers.get('content-type')).toBe('application/jsonl');
  });

  test('what is refused before the first octet of a file is refused as everything is', async () => {
    const next = () => Promise.reject(refusal('E_RULE', 'no rule'));
    coop.ledger.export = () => ({ [Symbol.asyncIterator]: () => ({ next }) });
    const answer = await ask('GET', '/ledger/public');
    expect([answer.status, answer.json.code]).toEqual([422, 'E_RULE']);
  });

  test('a fault of ours is told by its number alone', async () => {
    coop.ledger.entry = () => Promise.reject(new Error('secret of the house'));
    const broken = await ask('GET', '/ledger/entries/1', { as: treasurer });
    expect([broken.status, broken.json.code, broken.json.incident]).toEqual([500, 'E_FAULT', 'incident-1']);
    expect(broken.text).not.toContain('secret');
    coop.ledger.entry = () => Promise.reject(new StoreError('unavailable', 'no'));
    const busy = await ask('GET', '/ledger/entries/1', { as: treasurer });
    expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '2']);
  });

  test('a problem leads to what its code means', async () => {
    const { json } = await ask('GET', '/ledger/entries/99', { as: treasurer });
    const told = await ask('GET', json.type.slice('/api/v1'.length));
    expect(told.json).toEqual({ code: 'E_NOT_FOUND', reason: 'not-found', title: json.title, status: 404 });
  });
});

test('a file of so many octets, of its type', async () => {
  const xml = { media: 'application/xml' };
  const sent = (octets: number, type = 'application/xml') =>
    new Request('https://coop.example/', {
      ...{ method: 'POST', body: Buffer.alloc(octets, ' '), headers: { 'content-type': type } },
    });
  expect(await readBody(sent(uploadBytesMax), xml)).toHaveLength(uploadBytesMax);
  await expect(readBody(sent(uploadBytesMax + 1), xml)).rejects.toMatchObject({
    details: { code: 'E_TOO_LARGE' },
  });
  await expect(readBody(sent(1, 'text/plain'), xml)).rejects.toMatchObject({ details: { code: 'E_MEDIA' } });
  await expect(readBody(sent(1), null)).rejects.toMatchObject({ details: { code: 'E_BODY' } });
});

test('JSON so deep, and so many faults told of', () => {
  const deep = (levels: number) => Buffer.from(`${'['.repeat(levels)}${']'.repeat(levels)}`);
  expect(readJson(deep(bodyDepthMax))).toBeDefined();
  expect(() => readJson(deep(bodyDepthMax + 1))).toThrow(`more than ${bodyDepthMax}`);
  const numbers = z.array(z.int());
  const wrong = (count: number) => {
    try {
      check(numbers, Array(count).fill('x'), 'E_BODY');
    } catch (error) {
      if (error instanceof Misshapen) return error.faults.length;
    }
    return 0;
  };
  expect([wrong(0), wrong(3), wrong(faultsMax + 1)]).toEqual([0, 3, faultsMax]);
});

test('a cursor of so many characters', () => {
  const query = pageOf(noMore);
  expect(query.safeParse({ cursor: 'a'.repeat(cursorCharactersMax) }).success).toBe(true);
  expect(query.safeParse({ cursor: 'a'.repeat(cursorCharactersMax + 1) }).success).toBe(false);
});

test('so many callers are remembered; who was not seen for longest begins anew', () => {
  const rate = new Rate(fakeClock());
  for (let at = 0; at < requestsBurstMax; at++) rate.take('busy');
  expect(rate.take('busy')).toBeGreaterThan(0);
  for (let at = 0; at < callersMax; at++) rate.take(`caller ${at}`);
  expect(rate.take('busy')).toBe(0);
});

test('so many wait for one thing, and no more', async () => {
  const line = new Line();
  const order: number[] = [];
  const work = (at: number) => line.run('x', async () => void order.push(at));
  const all = Array.from({ length: waitingMax }, (_, at) => work(at));
  await expect(work(-1)).rejects.toMatchObject({ details: { code: 'E_BUSY' } });
  await Promise.all(all);
  await work(waitingMax);
  expect(order).toEqual(Array.from({ length: waitingMax + 1 }, (_, at) => at));
  await expect(line.run('x', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await line.run('x', async () => 1)).toBe(1);
});
