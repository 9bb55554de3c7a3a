/** The API over rooms of its own, with accounts that hold tokens; imported by tests only and left out of the build. */
import type { AccountsService } from '../../accounts/index.ts';
import { createAccounts } from '../../accounts/index.ts';
import type { fakeClock } from '../../base/index.ts';
import { readIban } from '../../formats/iban/index.ts';
import type { TestStores } from '../../testing/index.ts';
import type { Role } from '../acts/types.ts';
import { type Coop, openCoop } from '../co-op.ts';
import { rulesFor, testHouse } from '../fixtures.ts';
import { readPercent } from '../rules/decimal.ts';
import type { Rules } from '../rules/types.ts';
import { type Api, createApi } from './api.ts';
import { identifier } from './identify.ts';
import { apiPath } from './path.ts';
import { apiRoutes } from './routes/index.ts';

export const coopIban = readIban('FR14 2004 1010 0505 0001 3M02 606');

/** What each account is; the first ones have no role, and `otto` is not in the register either. */
export const people = {
  mara: [],
  nils: [],
  gone: [],
  otto: [],
  theo: ['treasurer'],
  tina: ['treasurer'],
  paula: ['board'],
  anna: ['auditor'],
  ada: ['administrator'],
} as const satisfies Record<string, readonly Role[]>;
export type Name = keyof typeof people;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Of JSON, else null. */
  readonly json: ReturnType<typeof JSON.parse>;
}

export interface Asking {
  /** Whose token; null: none. */
  readonly as?: Name | null;
  readonly token?: string;
  readonly key?: string | null;
  readonly body?: unknown;
  /** The octets of the body as they are. */
  readonly raw?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Office {
  readonly api: Api;
  readonly coop: Coop;
  readonly accounts: AccountsService;
  readonly ids: Readonly<Record<Name, number>>;
  readonly tokens: Readonly<Record<Name, string>>;
  readonly faults: unknown[];
  ask(method: string, path: string, asking?: Asking): Promise<Answer>;
}

const half = rulesFor('fr', { shares: { paid_at_once: { num: 1, den: 2 } } });
/** France, half of a share paid at once, and the cap of COOP.md §4: rates of later years are not in the country's file. */
export const officeRules: Rules = {
  ...half,
  interest: { ...half.interest, capOf: () => readPercent('3.8025') },
};

/** Opens the rooms; every account has a token of the scope `write`, and the roles of `people` but the first ones. */
export async function openOffice(stores: TestStores, clock: ReturnType<typeof fakeClock>): Promise<Office> {
  const { database } = stores;
  const accounts = await createAccounts({ database, domain: 'coop.example', clock });
  const coop = openCoop({
    ...testHouse(stores, clock, officeRules),
    banks: [{ name: 'main', iban: coopIban, bic: null }],
  });
  const names = Object.keys(people) as Name[];
  const ids: Partial<Record<Name, number>> = {};
  const tokens: Partial<Record<Name, string>> = {};
  for (const name of names) {
    const { id } = await accounts.admin.addMember(name);
    ids[name] = id;
    const wish = { name: 'test', scopes: ['write'], days: 366 };
    tokens[name] = (await accounts.admin.addApiToken(id, wish)).token;
  }
  const faults: unknown[] = [];
  const api = createApi(
    {
      ...{ coop, clock, origin: () => 'https://coop.example' },
      identify: identifier({ accounts: accounts.accounts, sessionOf: async () => null }),
      actorOf: ({ id }) => coop.actor(id, 'api'),
      fault: (error) => `incident-${faults.push(error)}`,
    },
    apiRoutes,
    database,
  );
  const office = { api, coop, accounts, faults };
  const all = { ids: ids as Record<Name, number>, tokens: tokens as Record<Name, string> };
  return { ...office, ...all, ask: asker(api, all.tokens, clock) };
}

let keys = 0;

function asker(api: Api, tokens: Record<Name, string>, clock: ReturnType<typeof fakeClock>) {
  return async (method: string, path: string, asking: Asking = {}): Promise<Answer> => {
    const { as = null, token = as === null ? undefined : tokens[as], headers = {}, body } = asking;
    const { key = method === 'GET' ? null : `key-${++keys}` } = asking;
    const raw = asking.raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const request = new Request(`https://coop.example${apiPath}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(key === null ? {} : { 'idempotency-key': key }),
        ...(raw === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(raw === undefined ? {} : { body: raw }),
    });
    // Nobody of a test asks too often.
    clock.advance(6_000);
    const response = await api.fetch(request, { remote: '192.0.2.1', secure: true });
    const bytes = Buffer.from(await response.arrayBuffer());
    const type = response.headers.get('content-type') ?? '';
    const isJson = /^application\/(?:problem\+)?json$/.test(type) && bytes.length > 0;
    const { status, headers: sent } = response;
    return { status, headers: sent, bytes, json: isJson ? JSON.parse(bytes.toString()) : null };
  };
}
