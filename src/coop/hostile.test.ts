import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, fakeClock } from '../base/index.ts';
import { readIban } from '../formats/iban/index.ts';
import { describeEngines, openTestStores, type TestStores } from '../testing/index.ts';
import type { Role } from './acts/types.ts';
import { type Api, createApi } from './api/api.ts';
import { apiRoutes } from './api/routes/index.ts';
import { type Coop, openCoop } from './co-op.ts';
import { actor, describeCountries, testHouse } from './fixtures.ts';
import type { CoopMail } from './house.ts';

const bank = readIban('FR1420041010050500013M02606');
const anas = 'BE68539007547034';
const thiefs = 'DE89370400440532013000';

/** Who is who by account; Ana is member 1, Theo the treasurer member 2, and 77 a second account of his. */
const people: Readonly<Record<string, { readonly account: number; readonly roles: readonly Role[] }>> = {
  ana: { account: 1, roles: ['member'] },
  theo: { account: 9, roles: ['treasurer'] },
  theo2: { account: 77, roles: ['board'] },
  paula: { account: 8, roles: ['board'] },
  dina: { account: 7, roles: ['treasurer'] },
};

describeCountries('a treasurer who wants to be paid what is owed to Ana', (rules) => {
  describeEngines('tries over the API', (engine) => {
    let stores: TestStores;
    let clock: Clock & { advance(ms: number): void };
    let coop: Coop;
    let api: Api;
    let mails: CoopMail[];
    let keys = 0;
    const key = () => `k${++keys}`;

    beforeEach(async () => {
      clock = fakeClock(Date.UTC(2026, 3, 2, 10));
      stores = await openTestStores(engine, { clock });
      mails = [];
      const mail = async (sent: CoopMail) => void mails.push(sent);
      const banks = [{ name: 'main', iban: bank, bic: null }];
      coop = openCoop({ ...testHouse(stores, clock, rules), banks, mail });
      api = createApi(
        {
          ...{ coop, clock, origin: () => 'https://coop.example' },
          async identify(request) {
            const id = people[request.headers.get('authorization') ?? '']?.account ?? 0;
            const told = { address: `m${id}@coop.example`, name: `m${id}` };
            const member = { ...told, id, admin: false, disabled: false, version: 1 };
            return { ok: true, caller: { member, by: 'token', scopes: null } };
          },
          async actorOf({ id }) {
            const { member } = await coop.actor(id, 'api');
            const found = Object.values(people).find(({ account }) => account === id);
            return { account: id, member, roles: found?.roles ?? [], via: 'api' };
          },
          fault: (error) => {
            throw error;
          },
        },
        apiRoutes,
        stores.database,
      );
      const who = actor(9, 'treasurer');
      for (const [name, iban, account] of [
        ['Ana', anas, 1],
        ['Theo', thiefs, 9],
      ] as const) {
        const about = {
          kind: 'natural',
          address: '1 rue',
          country: rules.country,
          birth: '1980-02-29',
        } as const;
        const details = { ...about, name, iban, holder: '' };
        const { number } = await coop.persons.add(who, { details, account, key: key() });
        const { id } = await coop.register.apply(who, { person: number, shares: 1, key: key() });
        const decision = { application: id, isAdmitted: true, decision: 'board:1' };
        await coop.register.decide(actor(8, 'board'), { ...decision, key: key() });
      }
      await owe(5000);
    });
    afterEach(() => stores.close());

    const owe = (amount: number) =>
      coop.ledger.append([
        {
          ...{ key: key(), date: '2026-04-01', kind: 'test', memo: '' },
          postings: [
            { account: 'expense:mycoin', asset: 'EUR', amount },
            { account: 'member:1', asset: 'EUR', amount: -amount },
          ],
        },
      ]);
    const get = async (who: string, path: string) => {
      const request = new Request(`https://coop.example/api/v1${path}`, { headers: { authorization: who } });
      const response = await api.fetch(request, { remote: '192.0.2.1', secure: true });
      return { etag: response.headers.get('etag') ?? '', json: JSON.parse(await response.text()) };
    };
    /** Answers what was done, or the code of why not. `of`: what it changes, as they have just seen it. */
    const ask = async (
      who: string,
      method: string,
      path: string,
      { body = null as unknown, of = '' } = {},
    ) => {
      const request = new Request(`https://coop.example/api/v1${path}`, {
        ...{ method, body: body === null ? null : JSON.stringify(body) },
        headers: {
          ...{ authorization: who, 'idempotency-key': key() },
          ...(body === null ? {} : { 'content-type': 'application/json' }),
          ...(of === '' ? {} : { 'if-match': (await get(who, of)).etag }),
        },
      });
      const response = await api.fetch(request, { remote: '192.0.2.1', secure: true });
      const json = JSON.parse(await response.text());
      return response.ok ? json : json.code;
    };
    const steal = (who: string, body: object = { iban: thiefs }) =>
      ask(who, 'PATCH', '/members/1', { body, of: '/members/1' });
    const confirm = (who: string, id: number) =>
      ask(who, 'POST', `/payees/${id}/confirmation`, { of: `/payees/${id}` });
    const prepare = async (who: string) =>
      (await ask(who, 'POST', '/runs', { body: { purpose: 'year', about: '2026' } })).id as number;
    const approve = (who: string, run: number) =>
      ask(who, 'POST', `/runs/${run}/approvals`, { of: `/runs/${run}` });
    const file = async (run: number) => {
      await ask('theo', 'POST', `/runs/${run}/file`, { body: { day: '2026-04-07' }, of: `/runs/${run}` });
      const pieces: Buffer[] = [];
      for await (const piece of (await coop.payouts.file(actor(9, 'treasurer'), run)).content)
        pieces.push(piece as Buffer);
      return Buffer.concat(pieces).toString();
    };
    const itemsOf = async (run: number) => (await get('paula', `/runs/${run}/items`)).json.items;

    test('to say that she is paid to him: it waits, she is told, and a run pays her', async () => {
      expect(await steal('theo')).toMatchObject({ iban: anas, waiting: 1 });
      expect(mails).toMatchObject([{ account: 1, text: expect.stringContaining(thiefs.slice(-4)) }]);
      expect(await confirm('theo', 1)).toBe('E_SAME_PERSON');
      const run = await prepare('theo');
      expect(await itemsOf(run)).toMatchObject([{ member: 1, iban: anas, ibanChanged: null }]);
      expect(await approve('theo', run)).toMatchObject({ state: 'prepared', toThemselves: '0' });
      expect(await approve('theo', run)).toBe('E_APPROVED');
      expect(await ask('ana', 'POST', '/me/payees/1/refusal', { of: '/me/payees/1' })).toMatchObject({
        state: 'refused',
      });
      expect(await approve('paula', run)).toMatchObject({ state: 'approved' });
      const xml = await file(run);
      expect(xml).toContain(anas);
      expect(xml).not.toContain(thiefs);
    });

    test('to confirm it, or approve, over a second account of his, once it is known that it is his', async () => {
      const same = { account: 9, other: 77, key: key() };
      const boss = { ...actor(50, 'administrator'), member: 0 };
      const first = { account: 50, role: 'administrator', give: true, key: key() } as const;
      await coop.acts.changeRole({ ...boss, via: 'cli' }, first);
      await coop.acts.declareSame(boss, same);
      await steal('theo');
      expect(await confirm('theo2', 1)).toBe('E_SAME_PERSON');
      const run = await prepare('theo');
      await approve('theo2', run);
      expect(await approve('theo', run)).toBe('E_APPROVED');
    });

    test('to be her: her account is not his to name', async () => {
      const change = { number: 1, change: { account: 77 }, key: key() };
      await coop.persons.change(actor(9, 'treasurer'), change);
      expect((await get('theo2', '/me')).json).toMatchObject({ member: 0 });
      expect((await get('theo2', '/me/person')).json).toMatchObject({ code: 'E_NOT_MEMBER' });
      expect(await confirm('theo', 1)).toBe('E_SAME_PERSON');
      expect(mails.map(({ account }) => account)).toEqual([1]);
    });

    test('to have it confirmed by somebody who looks at something else', async () => {
      await steal('theo', { iban: 'BE71096123456769' });
      const { etag } = await get('paula', '/payees/1');
      await steal('theo');
      const headers = { authorization: 'paula', 'idempotency-key': key(), 'if-match': etag };
      const request = new Request('https://coop.example/api/v1/payees/1/confirmation', {
        method: 'POST',
        headers,
      });
      const late = await api.fetch(request, { remote: '192.0.2.1', secure: true });
      expect(late.status).toBe(412);
      expect(await confirm('paula', 1)).toBe('E_STATE');
      expect((await get('ana', '/me/person')).json).toMatchObject({ iban: anas });
    });

    test('to change it behind a run that was approved, or before one: who approves sees since when', async () => {
      const run = await prepare('dina');
      await approve('dina', run);
      await steal('theo');
      expect(await confirm('paula', 1)).toMatchObject({ state: 'done', by: 9, second: 8 });
      await approve('paula', run);
      const xml = await file(run);
      expect([xml.includes(anas), xml.includes(thiefs)]).toEqual([true, false]);
      await owe(700);
      const next = await prepare('dina');
      expect(await itemsOf(next)).toMatchObject([{ iban: thiefs, ibanChanged: '2026-04-02' }]);
      expect((await get('paula', `/runs/${next}`)).json).toMatchObject({ ibansChanged: 1 });
      expect(mails.map(({ account }) => account)).toEqual([1, 1]);
    });

    test('to be paid by a run of his own alone: it shows, and takes another person', async () => {
      await coop.ledger.append([
        {
          ...{ key: key(), date: '2026-04-01', kind: 'test', memo: '' },
          postings: [
            { account: 'expense:mycoin', asset: 'EUR', amount: 900 },
            { account: 'member:2', asset: 'EUR', amount: -900 },
          ],
        },
      ]);
      const made = await ask('theo', 'POST', '/runs', { body: { purpose: 'exit', about: '2' } });
      expect(made).toMatchObject({ total: '900', toThemselves: '900', preparedBy: 'member:2' });
      expect(await approve('theo', made.id)).toMatchObject({ state: 'prepared', toThemselves: '900' });
      expect(await approve('theo', made.id)).toBe('E_APPROVED');
      expect(await approve('ana', made.id)).toBe('E_PRIVILEGE');
      expect(await approve('paula', made.id)).toMatchObject({ state: 'approved', toThemselves: '900' });
    });
  });
});
