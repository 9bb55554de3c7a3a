import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { fakeClock } from '../../base/index.ts';
import { creditorReference } from '../../formats/iban/index.ts';
import { verifyAll } from '../../storage/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../../testing/index.ts';
import { privileges } from '../acts/privileges.ts';
import { type FixtureEntry, statementFile } from '../bank/fixtures.ts';
import { refused } from '../fixtures.ts';
import { coopModule } from '../store/module.ts';
import {
  type Answer,
  type Asking,
  coopIban,
  type Name,
  type Office,
  openOffice,
  people,
} from './fixtures.ts';
import { Answers } from './keys.ts';
import { openApiOf } from './openapi.ts';
import { isFile } from './read-body.ts';
import { apiRoutes } from './routes/index.ts';
import type { ApiRoute } from './types.ts';

type Params = Readonly<Record<string, string | number>>;
interface Given {
  readonly params?: Params;
  readonly query?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly file?: string;
}

const nameOf = ({ method, path }: ApiRoute) => `${method} ${path}`;
/** What nothing has. */
const absent = (param: string) =>
  ({ month: '1999-01', year: '1999', reference: 'none', code: 'E_NONE' })[param] ?? '999999';
/** What is counted for any year, also for one in which nothing happened. */
const counted = ['GET /years/{year}/figures', 'GET /slips/{year}'];
/** Codes of certificates have a form of their own. */
const codes = ['/certificates/{code}', '/me/certificates/{code}', '/me/certificates/{code}/pdf'];

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Record<string, { readonly schema: never }> }>
  >;
}
const document = openApiOf(apiRoutes, 'https://coop.example') as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
/** Judges an answer as the document describes it: as a program would that was made of it. */
function judgeOf({ method, path, status = 200 }: ApiRoute): z.ZodType | null {
  const operation = document.paths[path]?.[method.toLowerCase()];
  const content = operation?.responses[String(status)]?.content?.['application/json'];
  return content === undefined ? null : z.fromJSONSchema(content.schema);
}

describeEngines('a year of a co-op over HTTP', (engine) => {
  const clock = fakeClock(Date.UTC(2026, 2, 5, 12));
  const day = () => new Date(clock.nowMs()).toISOString().slice(0, 10);
  const tried = new Set<string>();
  let stores: TestStores;
  let office: Office;

  beforeAll(async () => {
    stores = await openTestStores(engine, { clock });
    office = await openOffice(stores, clock);
  });
  afterAll(async () => {
    await office.accounts.close();
    await stores.close();
  });

  const refusedWith = ({ status, json }: Answer) => [status, json?.code];

  function routeOf(name: string): ApiRoute {
    const found = apiRoutes.find((route) => nameOf(route) === name);
    if (found === undefined) throw new Error(`there is no route ${name}`);
    tried.add(name);
    return found;
  }
  const at = (path: string, params: Params) =>
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

  /** What nothing answers to is not there, whichever part of the address it is. */
  async function missing(route: ApiRoute, as: Name | null, { params = {}, query = '', body }: Given) {
    for (const param of Object.keys(params)) {
      const nothing = codes.includes(route.path) ? 'a'.repeat(24) : absent(param);
      const path = at(route.path, { ...params, [param]: nothing }) + query;
      const asking = body === undefined ? {} : { body };
      const answer = await office.ask(route.method, path, { as, ...asking, headers: { 'if-match': '*' } });
      if (counted.includes(nameOf(route))) continue;
      const code = route.path === '/decisions/{reference}' ? 'E_DECISION' : 'E_NOT_FOUND';
      expect(refusedWith(answer), `${route.method} ${path}`).toEqual([404, code]);
    }
  }

  async function read(name: string, as: Name | null, given: Given = {}): Promise<Answer> {
    const route = routeOf(name);
    await missing(route, as, given);
    const path = at(route.path, given.params ?? {}) + (given.query ?? '');
    const answer = await office.ask('GET', path, { as });
    expect(refusedWith(answer), path).toEqual([200, answer.json?.code]);
    const unknown = await office.ask('GET', `${path}${path.includes('?') ? '&' : '?'}unknown=1`, { as });
    expect(refusedWith(unknown), path).toEqual([400, 'E_QUERY']);
    if (isFile(route.answer)) expect(answer.headers.get('content-type')).toBe(route.answer.media);
    else judgeOf(route)?.parse(answer.json);
    if ('cursor' in (route.query instanceof z.ZodObject ? route.query.shape : {})) {
      const other = await office.ask('GET', '/months', { as: 'theo' });
      const foreign = other.json.next ?? Buffer.from('["/other",1]').toString('base64url');
      const mark = path.includes('?') ? '&' : '?';
      const refused = await office.ask('GET', `${path}${mark}cursor=${foreign}`, { as });
      expect(refusedWith(refused), path).toEqual([400, 'E_CURSOR']);
    }
    return answer;
  }

  /** Amounts and counts below nothing, and those that no number of JSON tells from the next one. */
  const wrongNumbers = (
    body: Readonly<Record<string, unknown>>,
    name: string,
    value: unknown,
  ): readonly [string, number, string][] => {
    const without = (text: string) =>
      JSON.stringify({ ...body, [name]: 0 }).replace(`"${name}":0`, `"${name}":${text}`);
    if (typeof value === 'number')
      return [
        [without('9007199254740992'), 400, 'E_JSON'],
        [without('-1'), 422, 'E_BODY'],
        [without('1.5'), 400, 'E_JSON'],
      ];
    if (!['amount', 'interest', 'net', 'uncoveredLoss'].includes(name)) return [];
    return [
      [without('"9007199254740992"'), 422, 'E_BODY'],
      [without('"1.5"'), 422, 'E_BODY'],
      [without('-1'), 422, 'E_BODY'],
      [without('"-1"'), 422, ['interest', 'uncoveredLoss'].includes(name) ? 'E_AMOUNT' : 'E_BODY'],
    ];
  };

  const wrongBodies = (body: Readonly<Record<string, unknown>>): readonly [string, number, string][] => {
    const text = JSON.stringify(body);
    const inner = text.slice(1, -1);
    return [
      [JSON.stringify({ ...body, unknown: 1 }), 422, 'E_BODY'],
      ['[]', 422, 'E_BODY'],
      [`{${inner}${inner === '' ? '' : ','}"x":0.5}`, 400, 'E_JSON'],
      [`{"x":1,"x":2${inner === '' ? '' : ','}${inner}}`, 400, 'E_JSON'],
      [text.slice(0, -1), 400, 'E_JSON'],
      ...Object.entries(body).flatMap(([name, value]) => wrongNumbers(body, name, value)),
    ];
  };

  async function refuseWrong(route: ApiRoute, path: string, asking: Asking, { body, file }: Given) {
    const { key: _, ...plain } = asking;
    expect(refusedWith(await office.ask(route.method, path, { ...asking, key: null })), path).toEqual([
      400,
      'E_KEY_MISSING',
    ]);
    if (file !== undefined || body !== undefined) {
      const typed = { ...plain, headers: { ...plain.headers, 'content-type': 'text/plain' } };
      expect(refusedWith(await office.ask(route.method, path, typed)), path).toEqual([415, 'E_MEDIA']);
    } else {
      const filled = await office.ask(route.method, path, { ...plain, raw: '{}' });
      expect(refusedWith(filled), path).toEqual([422, 'E_BODY']);
    }
    for (const [raw, status, code] of body === undefined ? [] : wrongBodies(body)) {
      const { body: __, ...bare } = plain;
      const answer = await office.ask(route.method, path, { ...bare, raw });
      expect(refusedWith(answer), `${path} ${raw}`).toEqual([status, code]);
    }
  }

  /** What is shown of what a route changes: without having seen it, nothing is changed. */
  async function seen(route: ApiRoute, path: string, as: Name, asking: Asking, params: Params) {
    if (route.changes === undefined) return {};
    const { headers } = await office.ask('GET', at(route.changes, params), { as });
    expect(refusedWith(await office.ask(route.method, path, asking)), path).toEqual([428, 'E_MATCH_MISSING']);
    const stale = { ...asking.headers, 'if-match': '"stale"' };
    expect(refusedWith(await office.ask(route.method, path, { ...asking, headers: stale })), path).toEqual([
      412,
      'E_CHANGED',
    ]);
    return { 'if-match': headers.get('etag') ?? '' };
  }

  let count = 0;
  async function write(name: string, as: Name, given: Given = {}): Promise<Answer> {
    const route = routeOf(name);
    const { params = {}, body, file } = given;
    await missing(route, as, given);
    const path = at(route.path, params);
    const key = `year-${++count}`;
    const media = file === undefined ? {} : { 'content-type': 'application/xml' };
    const content = file !== undefined ? { raw: file } : body !== undefined ? { body } : {};
    const plain: Asking = { as, key, ...content, headers: media };
    const match = await seen(route, path, as, plain, params);
    const asking = { ...plain, headers: { ...media, ...match } };
    await refuseWrong(route, path, asking, given);
    const answer = await office.ask(route.method, path, asking);
    expect(refusedWith(answer), path).toEqual([route.status ?? 200, answer.json?.code]);
    judgeOf(route)?.parse(answer.json);
    const location = answer.headers.get('location');
    if (route.located === undefined) expect(location).toBeNull();
    else expect((await office.ask('GET', (location ?? '').slice('/api/v1'.length), { as })).status).toBe(200);
    // The same again is answered alike, and is no other thing.
    const again = await office.ask(route.method, path, asking);
    expect([again.status, again.headers.get('idempotency-replayed')], path).toEqual([answer.status, 'true']);
    expect(again.bytes.equals(answer.bytes), path).toBe(true);
    if (body !== undefined) {
      const { body: __, ...bare } = asking;
      const other = await office.ask(route.method, path, { ...bare, raw: ` ${JSON.stringify(body)}` });
      expect(refusedWith(other), path).toEqual([409, 'E_KEY_REUSED']);
    }
    return answer;
  }
  /** Asks with the ETag of what is shown, and tries nothing else. */
  async function quickly(method: string, path: string, as: Name, body?: object): Promise<Answer> {
    const shown = path.replace(/\/(?:approvals|cancellation|confirmation|decision|match)$/, '');
    const { headers } = await office.ask('GET', shown, { as });
    const match = { 'if-match': headers.get('etag') ?? '' };
    return office.ask(method, path, { as, ...(body === undefined ? {} : { body }), headers: match });
  }
  /** The same, and it is done. */
  async function quick(method: string, path: string, as: Name, body?: object): Promise<Answer['json']> {
    const answer = await quickly(method, path, as, body);
    expect(answer.status, `${path} ${answer.json?.detail}`).toBeLessThan(300);
    return answer.json;
  }

  const numbers: Record<string, number> = {};
  const numberOf = (name: string) => numbers[name] ?? 0;
  const details = (name: string) => ({
    ...{ kind: 'natural', name, address: '1 rue Haute\n75001 Paris', country: 'FR', birth: '1980-02-29' },
    ...{ iban: coopIban, holder: name },
  });
  const statement = (id: string, entries: readonly Omit<FixtureEntry, 'ref' | 'day'>[]) => {
    const rows = entries.map((entry, n) => ({ day: day(), ...entry, ref: `${id}-${n}` }));
    return statementFile({ id, iban: coopIban, entries: rows });
  };

  test('roles, decisions, and who is written down', async () => {
    const { coop, ids } = office;
    const terminal = { account: 0, member: 0, roles: [], via: 'cli' } as const;
    await coop.acts.changeRole(terminal, {
      account: ids.ada,
      role: 'administrator',
      give: true,
      key: 'first',
    });
    const give = (name: Name, role: string) => ({ account: ids[name], role, give: true });
    expect((await write('POST /roles', 'ada', { body: give('theo', 'treasurer') })).json).toEqual({
      roles: ['treasurer'],
    });
    for (const name of ['tina', 'paula', 'anna'] as const)
      await quick('POST', '/roles', 'ada', give(name, people[name][0]));
    expect((await read('GET /roles', 'anna')).json.items).toHaveLength(5);
    const same = { account: ids.theo, other: 99 };
    expect((await write('POST /people', 'ada', { body: same })).json.items).toHaveLength(2);
    expect((await read('GET /people', 'anna')).json.items).toMatchObject([
      { account: ids.theo },
      { account: 99 },
    ]);
    const decision = {
      reference: 'board:1',
      kind: 'board',
      on: '2026-03-05',
      title: 'Admissions',
      document: '',
    };
    await write('POST /decisions', 'paula', { body: decision });
    const params = { reference: 'board:1' };
    expect((await read('GET /decisions/{reference}', 'anna', { params })).json).toMatchObject(decision);
    expect((await read('GET /decisions', 'paula')).json.items).toMatchObject([decision]);
    for (const name of ['mara', 'nils', 'dora', 'emil', 'gone']) {
      const account = name in ids ? ids[name as Name] : 0;
      const body = { details: details(name), account };
      if (name === 'mara') numbers[name] = (await write('POST /members', 'theo', { body })).json.number;
      else numbers[name] = (await quick('POST', '/members', 'theo', body)).number;
    }
    expect((await read('GET /me', 'mara')).json).toMatchObject({ member: numberOf('mara'), roles: [] });
    await write('PATCH /members/{member}', 'theo', {
      ...{ params: { member: numberOf('gone') }, body: { address: '2 rue Basse' } },
    });
    expect(
      (await read('GET /members/{member}', 'ada', { params: { member: numberOf('gone') } })).json,
    ).toMatchObject({ name: 'gone', address: '2 rue Basse' });
    await write('PATCH /me/person', 'mara', { body: { address: '3 rue Neuve' } });
    expect((await read('GET /me/person', 'mara')).json).toMatchObject({ address: '3 rue Neuve' });
    expect((await read('GET /members', 'anna', { query: '?standing=known' })).json.items).toHaveLength(5);
  });

  test('what one agreed to, and what is kept of one', async () => {
    const consent = { purpose: 'surveys', text: 'ab'.repeat(32), version: '1', isGiven: true };
    await write('POST /me/consents', 'mara', { body: consent });
    await write('POST /members/{member}/consents', 'theo', {
      ...{ params: { member: numberOf('mara') }, body: { ...consent, purpose: 'mails' } },
    });
    expect((await read('GET /me/consents', 'mara')).json.items).toMatchObject([{}, { purpose: 'mails' }]);
    expect((await read('GET /me/archive', 'mara')).bytes.includes('person.json')).toBe(true);
    const archive = await read('GET /members/{member}/archive', 'theo', {
      params: { member: numberOf('gone') },
    });
    expect(archive.bytes.subarray(0, 2).toString()).toBe('PK');
    // What was answered under a key is kept: to others about them, and to themselves.
    const answers = new Answers(stores.database, clock);
    const { gone, theo } = office.ids;
    const body = { iban: '', holder: '' };
    for (const [as, path] of [
      ['theo', `/members/${numberOf('gone')}`],
      ['gone', '/me/person'],
    ] as const) {
      const { headers } = await office.ask('GET', path, { as });
      const match = { 'if-match': headers.get('etag') ?? '' };
      expect((await office.ask('PATCH', path, { as, key: 'kept', body, headers: match })).status).toBe(200);
    }
    const kept = (account: number) => answers.find({ account, key: 'kept', print: '' });
    for (const account of [gone, theo]) await expect(kept(account)).rejects.toEqual(refused('E_KEY_REUSED'));
    await write('POST /members/{member}/erasure', 'theo', { params: { member: numberOf('gone') } });
    expect([await kept(gone), await kept(theo)]).toEqual([null, null]);
  });

  test('shares are asked for, admitted, and paid', async () => {
    const asked = (await write('POST /me/applications', 'mara', { body: { shares: 10 } })).json;
    const theirs = (
      await write('POST /members/{member}/applications', 'theo', {
        ...{ params: { member: numberOf('nils') }, body: { shares: 20 } },
      })
    ).json;
    const mine = { params: { application: asked.id } };
    expect((await read('GET /me/applications/{application}', 'mara', mine)).json).toEqual(asked);
    expect((await office.ask('GET', `/me/applications/${theirs.id}`, { as: 'mara' })).status).toBe(404);
    expect((await read('GET /me/applications', 'mara')).json.items).toEqual([asked]);
    const one = await quick('POST', '/me/applications', 'mara', { shares: 1 });
    const withdrawn = { params: { application: one.id } };
    await write('POST /me/applications/{application}/withdrawal', 'mara', withdrawn);
    const other = await quick('POST', `/members/${numberOf('nils')}/applications`, 'theo', { shares: 1 });
    await write('POST /applications/{application}/withdrawal', 'theo', {
      ...{ params: { application: other.id }, body: {} },
    });
    const all = [asked, theirs];
    for (const name of ['dora', 'emil'])
      all.push(await quick('POST', `/members/${numberOf(name)}/applications`, 'theo', { shares: 5 }));
    const admit = { isAdmitted: true, decision: 'board:1' };
    await write('POST /applications/{application}/decision', 'paula', {
      ...{ params: { application: asked.id }, body: admit },
    });
    for (const { id } of all.slice(1)) await quick('POST', `/applications/${id}/decision`, 'paula', admit);
    const params = { reference: asked.reference };
    expect((await read('GET /bank/expected/{reference}', 'theo', { params })).json).toMatchObject({
      ...{ purpose: 'share', amount: '5000', received: '0', cancelled: false },
    });
    const paid = all.map(({ due, reference }) => ({
      ...{ amount: (Number(due) / 100).toFixed(2), words: reference },
    }));
    const file = statement('S1', paid);
    const imported = (await write('POST /bank/statements', 'theo', { file })).json;
    expect(imported).toMatchObject({ isNew: true, matched: 4, queued: 0 });
    expect((await read('GET /applications', 'anna', { query: '?state=effective' })).json.items).toHaveLength(
      4,
    );
    const shown = { params: { application: asked.id } };
    expect((await read('GET /applications/{application}', 'anna', shown)).json.state).toBe('effective');
    expect((await read('GET /me/shares', 'mara', { query: `?on=${day()}` })).json).toMatchObject({
      shares: 10,
    });
    expect(
      (await read('GET /members/{member}/applications', 'theo', { params: { member: 1 } })).json.items,
    ).toHaveLength(2);
  });

  test('where a member is paid changes by two persons, or by the member', async () => {
    const member = numberOf('mara');
    const ask = async (iban: string) => {
      await quick('PATCH', `/members/${member}`, 'theo', { iban });
      const waits = (await office.ask('GET', '/payees', { as: 'theo' })).json.items;
      return { params: { change: Number(waits.at(-1).id) } };
    };
    const first = await ask('DE89370400440532013000');
    expect((await read('GET /payees', 'anna')).json.items).toMatchObject([
      { person: member, state: 'waiting' },
    ]);
    expect((await read('GET /payees/{change}', 'anna', first)).json.iban).toBe('DE89370400440532013000');
    const alone = await quickly('POST', `/payees/${first.params.change}/confirmation`, 'theo');
    expect(refusedWith(alone)).toEqual([403, 'E_SAME_PERSON']);
    expect((await write('POST /payees/{change}/confirmation', 'paula', first)).json.state).toBe('done');
    const second = await ask('NL91ABNA0417164300');
    expect((await write('POST /payees/{change}/refusal', 'paula', second)).json.state).toBe('refused');
    const third = await ask('BE68539007547034');
    expect((await read('GET /me/payees/{change}', 'mara', third)).json.iban).toBe('BE68539007547034');
    expect((await office.ask('GET', `/me/payees/${third.params.change}`, { as: 'nils' })).status).toBe(404);
    expect((await quickly('POST', `/me/payees/${third.params.change}/confirmation`, 'nils')).status).toBe(
      404,
    );
    expect((await write('POST /me/payees/{change}/refusal', 'mara', third)).json.state).toBe('refused');
    const fourth = await ask(coopIban);
    expect((await write('POST /me/payees/{change}/confirmation', 'mara', fourth)).json.state).toBe('done');
    expect((await read('GET /me/payees', 'mara')).json.items).toHaveLength(4);
    expect((await read('GET /me/person', 'mara')).json.iban).toBe(coopIban);
  });

  test('capital is called, shares move, are asked back, and wait', async () => {
    const [mara, nils] = [numberOf('mara'), numberOf('nils')];
    const decision = 'board:1';
    await write('POST /members/{member}/calls', 'theo', {
      ...{ params: { member: mara }, body: { amount: '1000', decision } },
    });
    expect((await read('GET /me/calls', 'mara')).json.items).toMatchObject([{ amount: '1000' }]);
    expect(
      (await read('GET /members/{member}/calls', 'theo', { params: { member: mara } })).json.items,
    ).toHaveLength(1);
    const moved = (
      await write('POST /members/{member}/transfers', 'paula', {
        ...{ params: { member: nils }, body: { to: mara, shares: 2, decision } },
      })
    ).json;
    await write('POST /movements/{seq}/cancellation', 'paula', {
      ...{ params: { seq: moved.seq }, body: { decision } },
    });
    const asked = (await write('POST /me/redemptions', 'mara', { body: { shares: 1 } })).json;
    const mine = { params: { request: asked.id } };
    expect((await read('GET /me/redemptions/{request}', 'mara', mine)).json).toEqual(asked);
    expect((await office.ask('GET', `/me/redemptions/${asked.id}`, { as: 'nils' })).status).toBe(404);
    await write('POST /me/redemptions/{request}/withdrawal', 'mara', mine);
    expect((await read('GET /me/redemptions', 'mara')).json.items).toMatchObject([{ state: 'withdrawn' }]);
    const params = { member: nils };
    const body = { shares: 1 };
    const theirs = (await write('POST /members/{member}/redemptions', 'theo', { params, body })).json;
    const request = { params: { request: theirs.id } };
    expect((await read('GET /redemptions/{request}', 'theo', request)).json).toEqual(theirs);
    await write('POST /redemptions/{request}/withdrawal', 'theo', { ...request, body: {} });
    await quick('POST', `/members/${nils}/redemptions`, 'theo', body);
    expect((await read('GET /members/{member}/redemptions', 'theo', { params })).json.items).toHaveLength(2);
    expect((await read('GET /redemptions', 'theo')).json.items).toMatchObject([{ person: nils, left: 1 }]);
    const redeemed = await write('POST /capital/redemptions', 'theo', {
      body: { uncoveredLoss: '0', decision },
    });
    expect(redeemed.json).toMatchObject({ requests: 1, shares: 1 });
    for (const [name, what] of [
      ['emil', 'exclusion'],
      ['dora', 'death'],
    ] as const)
      await write(`POST /members/{member}/${what}`, 'paula', {
        ...{ params: { member: numberOf(name) }, body: { decision } },
      });
    expect((await read('GET /me/movements', 'mara')).json.items.length).toBeGreaterThan(3);
    expect((await read('GET /members/{member}/movements', 'anna', { params })).json.items[0]).toMatchObject({
      ...{ kind: 'subscription', shares: 20 },
    });
    expect((await read('GET /movements', 'anna')).json.items.length).toBeGreaterThan(8);
    const on = `?on=${day()}`;
    expect((await read('GET /register', 'anna', { query: on })).json.items).toHaveLength(4);
    const whole = (await read('GET /register/lines', 'anna', { query: on })).bytes.toString();
    expect(whole.trim().split('\n')).toHaveLength(5);
    expect((await read('GET /register/totals', 'anna', { query: on })).json).toMatchObject({ members: 2 });
  });

  test('sponsors, invoices, and lines that wait for a person', async () => {
    const brand = {
      ...{ kind: 'brand', name: 'Marque SA', address: ['2 rue Basse', '69001 Lyon'], country: 'FR' },
      ...{ vatNumber: '', tax: 'standard' },
    };
    const { id } = (await write('POST /sponsors', 'theo', { body: brand })).json;
    const params = { sponsor: id };
    const renamed = { ...brand, name: 'Marque SAS' };
    expect((await write('PUT /sponsors/{sponsor}', 'theo', { params, body: renamed })).json).toEqual({
      ...{ id, ...renamed },
    });
    expect((await read('GET /sponsors/{sponsor}', 'anna', { params })).json.name).toBe('Marque SAS');
    expect((await read('GET /sponsors', 'anna')).json.items).toHaveLength(1);
    const lines = [{ text: 'Survey', quantity: 2, price: '1000000' }];
    const body = { sponsor: id, due: '2026-04-05', lines };
    const sent = (await write('POST /invoices', 'theo', { body })).json;
    expect(sent).toMatchObject({ number: 'F2026-000001', net: '2000000', vat: '400000', gross: '2400000' });
    const credit = await write('POST /invoices/{invoice}/credits', 'theo', {
      ...{ params: { invoice: sent.id }, body: { text: 'A discount', net: '500000' } },
    });
    expect(credit.json).toMatchObject({ number: 'A2026-000001', of: sent.id, net: '500000' });
    const rf = creditorReference(sent.number.replace('-', ''));
    const file = statement('S2', [
      { amount: '18000.00', words: rf },
      { amount: '-12.00', words: 'fees' },
      { amount: '2000.00', words: 'no reference' },
      { amount: '3000.00', words: 'no reference' },
    ]);
    expect(
      (
        await office.ask('POST', '/bank/statements', {
          as: 'theo',
          raw: file,
          headers: { 'content-type': 'application/xml' },
        })
      ).json,
    ).toMatchObject({ matched: 1, queued: 3 });
    const invoice = { params: { invoice: sent.id } };
    expect((await read('GET /invoices/{invoice}', 'anna', invoice)).json).toMatchObject({
      received: '1800000',
    });
    expect((await read('GET /invoices/{invoice}/receipts', 'anna', invoice)).json.items).toMatchObject([
      { amount: '1800000', net: '1500000' },
    ]);
    const page = await read('GET /invoices/{invoice}/pdf', 'anna', invoice);
    expect(page.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await read('GET /invoices', 'anna')).json.items).toHaveLength(2);
    expect((await read('GET /sponsors/{sponsor}/invoices', 'anna', { params })).json.items).toHaveLength(2);
    const waiting = (await read('GET /bank/lines', 'anna')).json.items as { id: number; amount: string }[];
    expect(waiting.map(({ amount }) => amount)).toEqual(['-1200', '200000', '300000']);
    const [fee, first, second] = waiting.map(({ id: line }) => line);
    await write('POST /bank/lines/{line}/match', 'theo', {
      ...{ params: { line: fee ?? 0 }, body: { to: { account: 'expense:bank' } } },
    });
    for (const line of [first, second])
      await quick('POST', `/bank/lines/${line}/match`, 'theo', { to: { account: 'income:other' } });
    const proposed = (await read('GET /bank/proposals', 'anna')).json.items as { id: number }[];
    const [one, two] = proposed.map((row) => row.id);
    await write('POST /bank/proposals/{match}/refuse', 'theo', { params: { match: one ?? 0 } });
    const confirmed = { params: { match: two ?? 0 } };
    expect((await office.ask('POST', `/bank/proposals/${two}/confirm`, { as: 'theo' })).json.code).toBe(
      'E_SAME_PERSON',
    );
    expect((await write('POST /bank/proposals/{match}/confirm', 'paula', confirmed)).json.state).toBe('done');
    const line = { params: { line: first ?? 0 } };
    expect((await read('GET /bank/lines/{line}', 'anna', line)).json.matches).toMatchObject([
      { state: 'refused' },
    ]);
    await quick('POST', `/bank/lines/${first}/match`, 'tina', { to: { account: 'income:other' } });
    const again = await read('GET /bank/proposals', 'anna');
    await quick('POST', `/bank/proposals/${again.json.items[0].id}/confirm`, 'theo');
    expect((await read('GET /bank/statements', 'anna')).json.items).toHaveLength(2);
    expect((await read('GET /bank/gaps', 'anna')).json.items).toEqual([]);
    expect((await read('GET /bank/reconciliation', 'anna')).json.items).toMatchObject([{ account: 'main' }]);
  });

  test('entries by hand, exports, and what shows that history stays as it is', async () => {
    const fee = {
      ...{ date: day(), kind: 'post', memo: 'stamps' },
      postings: [
        { account: 'expense:other', asset: 'EUR', amount: '500' },
        { account: 'bank:main', asset: 'EUR', amount: '-500' },
      ],
    };
    const sealed = (await write('POST /ledger/entries', 'theo', { body: fee })).json;
    await write('POST /ledger/entries/{seq}/reversal', 'theo', {
      ...{ params: { seq: sealed.seq }, body: { date: day(), memo: 'twice' } },
    });
    const first = await office.coop.ledger.checkpoints.sign();
    const params = { seq: sealed.seq };
    expect((await read('GET /ledger/entries/{seq}', 'anna', { params })).json).toEqual(sealed);
    expect((await read('GET /ledger/entries/{seq}/receipt', 'anna', { params })).json).toMatchObject({
      ...{ seq: sealed.seq, hash: sealed.hash, note: first?.note },
    });
    expect((await read('GET /ledger/entries', 'anna', { query: '?limit=2' })).json.next).not.toBeNull();
    const sums = (await read('GET /ledger/balances', 'anna')).json.items as {
      asset: string;
      amount: string;
    }[];
    expect(sums.reduce((sum, { amount }) => sum + Number(amount), 0)).toBe(0);
    expect((await read('GET /ledger/balances', 'anna', { query: '?on=2026-01-01' })).json.items).toEqual([]);
    const own = (await read('GET /me/entries', 'mara')).json.items as { seq: number }[];
    const entry = { params: { seq: own[0]?.seq ?? 0 } };
    expect((await read('GET /me/entries/{seq}/receipt', 'mara', entry)).json.note).toBe(first?.note);
    // Of an entry that names somebody else it is not told that it is there.
    expect((await office.ask('GET', `/me/entries/${sealed.seq}/receipt`, { as: 'mara' })).status).toBe(404);
    const lines = async (answer: Promise<Answer>) => (await answer).bytes.toString().trim().split('\n');
    const told = await lines(read('GET /ledger/public', null));
    expect(JSON.parse(told[0] ?? '')).toMatchObject({ format: 'coop-ledger/1', form: 'public' });
    expect(told.join('')).not.toContain(`capital:${numberOf('mara')}`);
    const mine = await lines(read('GET /me/ledger', 'mara'));
    expect(JSON.parse(mine[1] ?? '')).toMatchObject({
      account: expect.stringMatching(`:${numberOf('mara')}$`),
    });
    const span = { query: '?from=2026-03-01&until=2026-03-31' };
    expect((await read('GET /ledger/exports/hledger', 'anna', span)).bytes.toString()).toContain(
      '2026-03-05',
    );
    expect((await lines(read('GET /ledger/exports/csv', 'anna', span))).length).toBeGreaterThan(20);
    expect((await lines(read('GET /ledger/exports/fec', 'anna', span)))[0]?.split('\t')).toHaveLength(18);
    const wrong = await office.ask('GET', '/ledger/exports/csv?from=2026-02-30', { as: 'anna' });
    expect(refusedWith(wrong)).toEqual([422, 'E_DATE']);
    await quick('POST', '/ledger/entries', 'theo', { ...fee, memo: 'more stamps' });
    const second = await office.coop.ledger.checkpoints.sign();
    expect((await read('GET /checkpoints', null)).json.items).toMatchObject([
      { size: first?.size, note: first?.note },
      { size: second?.size },
    ]);
    const sizes = { size: second?.size ?? 0, older: first?.size ?? 0 };
    const grown = (await read('GET /checkpoints/{size}/consistency/{older}', null, { params: sizes })).json;
    expect(grown).toMatchObject({ newer: second?.size, older: first?.size, note: second?.note });
    expect((await read('GET /ledger/key', null)).json.key).toContain('coop.example/ledger');
  });

  test('certificates, and whoever is shown one', async () => {
    const on = { on: day() };
    const own = (await write('POST /me/certificates', 'mara', { body: on })).json;
    expect(own).toMatchObject({ member: numberOf('mara'), shares: 10, holder: 'mara' });
    const params = { code: own.code };
    expect((await read('GET /me/certificates/{code}', 'mara', { params })).json).toEqual(own);
    expect((await read('GET /me/certificates', 'mara')).json.items).toEqual([own]);
    const page = await read('GET /me/certificates/{code}/pdf', 'mara', { params });
    expect(page.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect((await office.ask('GET', `/me/certificates/${own.code}`, { as: 'nils' })).status).toBe(404);
    const theirs = await write('POST /members/{member}/certificates', 'theo', {
      ...{ params: { member: numberOf('nils') }, body: on },
    });
    expect(theirs.json).toMatchObject({ member: numberOf('nils'), shares: 19 });
    // Whose it is stands on what its holder shows, and how much they hold today is theirs to say.
    expect((await read('GET /certificates/{code}', null, { params })).json).toEqual({
      ...{ code: own.code, coop: 'coop.example', issuer: 'Exemple', currency: 'EUR', day: day() },
      ...{ shares: 10, nominal: '1000', uncalled: String(own.uncalled), holds: true, stillHeld: true },
    });
  });

  test('a month is shared out, approved, carried to the bank, and not taken there', async () => {
    for (const name of ['mara', 'nils'])
      await office.coop.ledger.depositCoins({ member: numberOf(name), coins: 30, key: `coins-${name}` });
    clock.set(Date.UTC(2026, 3, 9, 12));
    expect((await read('GET /pay/preview', 'anna')).json).toMatchObject({ month: '2026-03', pool: '600000' });
    const month = { month: '2026-03' };
    const closed = (await write('POST /months', 'theo', { body: month })).json;
    expect(closed).toMatchObject({ paid: '600000', coins: 60, members: 2 });
    expect((await read('GET /months/{month}', 'otto', { params: month })).json).toEqual(closed);
    expect((await read('GET /months', 'otto')).json.items).toEqual([closed]);
    const shared = await read('GET /months/{month}/shares', 'anna', { params: month });
    expect(shared.json.items).toMatchObject([{ paid: '300000' }, { paid: '300000' }]);
    expect((await read('GET /me/pay', 'mara')).json.items).toMatchObject([
      { month: '2026-03', paid: '300000' },
    ]);
    const proof = (await read('GET /me/pay/{month}/proof', 'mara', { params: month })).json;
    expect(proof.root).toEqual({ sum: '600000', hash: closed.root });
    expect((await read('GET /me/balances', 'mara')).json).toMatchObject({ member: '300000', coins: '0' });
    const what = { purpose: 'month', about: '2026-03' };
    const waits = await read('GET /pay/waiting', 'anna', { query: '?purpose=month&about=2026-03' });
    expect(waits.json.items).toEqual([]);
    const run = (await write('POST /runs', 'theo', { body: what })).json;
    const params = { run: run.id };
    expect((await office.ask('GET', `/runs/${run.id}/file`, { as: 'theo' })).status).toBe(404);
    const approvals = { name: 'POST /runs/{run}/approvals', params };
    expect((await write(approvals.name, 'tina', { params })).json.state).toBe('prepared');
    // Over another account of theirs nobody approves again.
    await quick('POST', '/people', 'ada', { account: office.ids.tina, other: office.ids.theo });
    const twice = await quickly('POST', `/runs/${run.id}/approvals`, 'theo');
    expect(refusedWith(twice)).toEqual([409, 'E_APPROVED']);
    expect((await write(approvals.name, 'paula', { params })).json).toMatchObject({ state: 'approved' });
    const made = await write('POST /runs/{run}/file', 'theo', { params, body: { day: '2026-04-10' } });
    const file = (await office.ask('GET', `/runs/${run.id}/file`, { as: 'theo' })).bytes;
    expect((await read('GET /runs/{run}/file', 'theo', { params })).bytes.equals(file)).toBe(true);
    expect((await read('GET /runs/{run}', 'anna', { params })).json).toEqual(made.json);
    expect((await read('GET /runs/{run}/items', 'anna', { params })).json.items).toHaveLength(2);
    expect((await read('GET /me/payments', 'mara')).json.items).toMatchObject([
      { run: run.id, amount: '300000' },
    ]);
    expect((await write('POST /runs/{run}/failure', 'paula', { params })).json.state).toBe('failed');
    const again = await quick('POST', '/runs', 'theo', what);
    await write('POST /runs/{run}/cancellation', 'theo', { params: { run: again.id } });
    expect((await read('GET /runs', 'anna')).json.items).toMatchObject([
      { state: 'cancelled' },
      { state: 'failed' },
    ]);
  });

  test('a year is closed as the assembly decided', async () => {
    clock.set(Date.UTC(2027, 0, 11, 12));
    for (let at = 4; at <= 12; at++)
      await quick('POST', '/months', 'theo', { month: `2026-${String(at).padStart(2, '0')}` });
    const assembly = { reference: 'agm-2027:4', kind: 'assembly', on: '2027-01-11', title: 'The year 2026' };
    await quick('POST', '/decisions', 'paula', { ...assembly, document: 'cd'.repeat(32) });
    const params = { year: '2026' };
    const figures = (await read('GET /years/{year}/figures', 'anna', { params })).json;
    expect(Number(figures.interestMost)).toBeGreaterThan(0);
    const closed = (
      await write('POST /years', 'paula', {
        body: { year: '2026', interest: figures.interestMost, decision: assembly.reference },
      })
    ).json;
    expect(closed).toMatchObject({ interest: figures.interestMost, decision: assembly.reference });
    expect((await read('GET /years/{year}', 'otto', { params })).json).toEqual(closed);
    expect((await read('GET /years', 'otto')).json.items).toEqual([closed]);
    const each = (await read('GET /years/{year}/interest', 'anna', { params })).json.items as {
      gross: string;
    }[];
    expect(each.reduce((sum, { gross }) => sum + Number(gross), 0)).toBe(Number(closed.interest));
    expect((await read('GET /me/interest', 'mara')).json.items).toMatchObject([{ year: '2026' }]);
    const slips = await read('GET /slips/{year}', 'theo', { params: { year: '2027' } });
    expect(slips.bytes.toString()).toContain('IFU-2561');
    expect((await read('GET /acts', 'anna', { query: '?subject=year:2026' })).json.items).toMatchObject([
      { verb: 'year.close', via: 'api' },
    ]);
  });

  test('what is said of the API itself', async () => {
    expect((await read('GET /refusals', null)).json.items.length).toBeGreaterThan(50);
    const params = { code: 'E_CHANGED' };
    expect((await read('GET /refusals/{code}', null, { params })).json).toMatchObject({ status: 412 });
    expect((await read('GET /rules', null)).json).toMatchObject({ country: 'FR', approvals: 2 });
  });

  test('an answer that is another one than the document says is not let through', async () => {
    const judge = judgeOf(routeOf('GET /me'));
    const good = (await office.ask('GET', '/me', { as: 'mara' })).json;
    expect(judge?.safeParse(good).success).toBe(true);
    for (const wrong of [{ ...good, member: '1' }, { ...good, roles: ['king'] }, { account: 1 }])
      expect(judge?.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  });

  test('every route was tried; nothing broke, and all that was written adds up', async () => {
    expect([...tried].sort()).toEqual(apiRoutes.map(nameOf).sort());
    expect(office.faults).toEqual([]);
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
  });

  /** Who asks: with a token, a token that is scoped for nothing of this, the password of a program, or nothing. */
  type Caller = Name | 'scoped' | 'program' | 'stranger';

  test('who may do what: each caller, each route', async () => {
    const { accounts, ids } = office;
    const wish = { name: 'scoped', scopes: ['none.such'], days: 300 };
    const scoped = (await accounts.admin.addApiToken(ids.theo, wish)).token;
    const program = await accounts.admin.addAppPassword(ids.theo, 'mail', ['mail']);
    const callers: readonly Caller[] = [
      ...(['mara', 'otto', 'theo', 'paula', 'anna', 'ada'] as const),
      ...(['scoped', 'program', 'stranger'] as const),
    ];
    const told: string[] = [];
    for (const route of apiRoutes) {
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => absent(name));
      for (const caller of callers) {
        const as = (Object.keys(people) as Caller[]).includes(caller) ? (caller as Name) : null;
        const given = { scoped, program: program.password }[caller as string];
        const asking = given === undefined ? { as } : { token: given };
        // Without a key nothing is written: who may is asked for one.
        const { status, json } = await office.ask(route.method, path, { ...asking, key: null });
        const refused = [401, 403].includes(status) ? `${status} ${json.code}` : 'may';
        expect(refused, `${caller}: ${nameOf(route)}`).toBe(expected(route, caller));
        told.push(refused);
      }
    }
    expect(told).toHaveLength(apiRoutes.length * callers.length);
    expect(new Set(told)).toEqual(new Set(['may', '401 E_SIGN_IN', '403 E_PRIVILEGE']));
  });

  function expected({ privilege }: ApiRoute, caller: Caller): string {
    if (caller === 'program') return '401 E_SIGN_IN';
    if (privilege === 'public') return 'may';
    if (caller === 'stranger') return '401 E_SIGN_IN';
    if (caller === 'scoped') return '403 E_PRIVILEGE';
    if (privilege === 'own') return 'may';
    const roles: readonly string[] = people[caller];
    return privileges[privilege].some((role) => roles.includes(role)) ? 'may' : '403 E_PRIVILEGE';
  }

  test('what is about oneself is told to whoever is in the register, and to nobody else', async () => {
    const own = apiRoutes.filter(({ path }) => path.startsWith('/me/'));
    expect(own.length).toBeGreaterThan(25);
    for (const route of own) {
      const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
        name === 'code' ? 'a'.repeat(24) : absent(name),
      );
      const query = path === '/me/shares' ? '?on=2026-03-31' : '';
      const body = ownBodies[nameOf(route)];
      const asking = {
        as: 'otto',
        ...(body === undefined ? {} : { body }),
        headers: { 'if-match': '*' },
      } as const;
      const answer = await office.ask(route.method, path + query, asking);
      expect(refusedWith(answer), nameOf(route)).toEqual([404, 'E_NOT_MEMBER']);
    }
  });
  const ownBodies: Readonly<Record<string, object>> = {
    'PATCH /me/person': { address: '' },
    'POST /me/consents': { purpose: 'x', text: 'ab'.repeat(32), version: '1', isGiven: true },
    'POST /me/applications': { shares: 1 },
    'POST /me/redemptions': { shares: 1 },
    'POST /me/certificates': { on: '2026-03-31' },
  };

  test('whatever is sent, nothing of ours breaks', async () => {
    const texts = [
      '',
      ' ',
      '\u0000',
      '\ud800',
      '__proto__',
      "'; --",
      '1e3',
      '-0',
      '2026-02-30',
      'E'.repeat(300),
    ];
    const odd: readonly unknown[] = [
      ...texts,
      null,
      true,
      [],
      {},
      0,
      -1,
      9_007_199_254_740_991,
      [[]],
      { a: 1 },
    ];
    const likely: Readonly<Record<string, readonly unknown[]>> = {
      ...{
        month: ['2027-01', '2026-13', '0000-01'],
        year: ['2027', '9999', '1000'],
        on: ['2027-01-11', '9999-12-31'],
      },
      ...{ day: ['2027-01-12', '0001-01-01'], due: ['2027-02-01', '9999-12-31'], date: ['2027-01-11'] },
      ...{
        purpose: ['month', 'year', 'exit', 'refund'],
        about: ['2026-03', '2026', '1', '0', '-1', '99999'],
      },
      ...{
        amount: ['1', '9007199254740991'],
        interest: ['0', '9007199254740991'],
        uncoveredLoss: ['0', '1'],
      },
      ...{
        shares: [1, 1_000_000],
        decision: ['board:1'],
        to: [1, 2, { account: 'income:other' }, { run: 1 }],
      },
      ...{ isAdmitted: [false], account: [0, 3, 99_999], member: [1, 3, 99_999], net: ['1', '80000000000'] },
      ...{
        kind: ['natural', 'assembly', 'brand', 'fee'],
        sold: ['other'],
        sponsor: [1, 99],
        role: ['board'],
        give: [false],
      },
    };
    const random = (count: number) => fc.sample(fc.nat(count - 1), { numRuns: 1, seed: seed++ })[0] ?? 0;
    let seed = 7;
    const pick = (values: readonly unknown[]) => values[random(values.length)];
    const guess = (name: string) => (random(3) === 0 ? pick(odd) : pick(likely[name] ?? odd));
    const answered = new Set<number>();
    // What one of the databases takes for no text is in none of them.
    for (const path of ['/decisions/%00', '/decisions/%ff', '/bank/expected/a%00', '/acts?subject=a%00b'])
      expect([
        path,
        [200, 400, 404, 422].includes((await office.ask('GET', path, { as: 'paula' })).status),
      ]).toEqual([path, true]);
    for (const route of apiRoutes) {
      for (let time = 0; time < 12; time++) {
        const params = route.path.replace(/\{(\w+)\}/g, () =>
          encodeURIComponent(
            String(pick(['0', '1', '2', '3', '2026', '2026-03', ...texts.slice(2)])).toWellFormed(),
          ),
        );
        const names = route.query instanceof z.ZodObject ? Object.keys(route.query.shape) : [];
        const query = new URLSearchParams();
        for (const name of names) if (random(2) === 0) query.set(name, String(guess(name)).toWellFormed());
        const shape = route.body instanceof z.ZodObject ? Object.keys(route.body.shape) : null;
        const body =
          shape === null ? {} : { body: Object.fromEntries(shape.map((name) => [name, guess(name)])) };
        const as = pick(['theo', 'paula', 'ada', 'mara']) as Name;
        const search = route.method === 'GET' && query.size > 0 ? `?${query}` : '';
        const answer = await office.ask(route.method, `${params}${search}`, {
          as,
          ...body,
          headers: { 'if-match': '*' },
        });
        answered.add(answer.status);
        expect(
          answer.status,
          `${as} ${route.method} ${params}${search} ${JSON.stringify(body)} ${String(office.faults.at(-1))}`,
        ).toBeLessThan(500);
      }
    }
    expect(office.faults).toEqual([]);
    expect(answered.size).toBeGreaterThan(5);
    expect(await verifyAll({ ...stores, modules: [coopModule] })).toEqual([]);
  });
});
