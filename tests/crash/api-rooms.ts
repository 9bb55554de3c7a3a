/** The API over a data folder, for the process that is killed and for the one that is asked afterwards. */
import { type Actor, openApi } from '../../src/coop/index.ts';
import { createMetrics, silentLog } from '../../src/observability/index.ts';
import type { Database } from '../../src/storage/index.ts';
import { iban, openCoopRooms } from './coop-rooms.ts';

const today = Date.UTC(2026, 3, 9, 10);
const [ada, theo, paula, mara] = [1, 2, 3, 4];
const board: Actor = { account: 9, member: 0, roles: ['board', 'treasurer'], via: 'cli' };

/** Where the process ends: what was asked for is done and its answer is not kept yet, or it is kept and not sent. */
export const points = ['done', 'kept'] as const;
export type Point = (typeof points)[number];

/** Ends the process at a point of what the API keeps of its answers. */
function dying(database: Database, point: Point): Database {
  const call: Database['call'] = async (operation, args) => {
    const isKeep = operation.name === 'coop.apiKeep';
    if (isKeep && point === 'done') process.kill(process.pid, 'SIGKILL');
    const result = await database.call(operation, args);
    if (isKeep && point === 'kept') process.kill(process.pid, 'SIGKILL');
    return result;
  };
  return { ...database, call };
}

export interface ApiAnswer {
  readonly status: number;
  readonly replayed: boolean;
  readonly text: string;
}

export async function openApiRooms(dir: string, url: string, point: Point | null = null) {
  const { coop, clock, database, faults, close } = await openCoopRooms(dir, url, today);
  const member = (id: number) => ({ id, address: `a${id}@coop.example`, name: `a${id}`, admin: false });
  const api = openApi({
    ...{ coop, clock, origin: () => 'https://coop.example', log: silentLog },
    database: point === null ? database : dying(database, point),
    metrics: createMetrics({ processMetrics: false }),
    accounts: {
      findApiToken: async () => ({ ok: false, reason: 'credentials', ours: false, retryAfterMs: 0 }),
      loginWithToken: async () => ({ ok: false, reason: 'credentials', retryAfterMs: 0 }),
      tokens: null,
    },
    sessionOf: async (request) => ({
      ...member(Number(request.headers.get('cookie'))),
      ...{ disabled: false, version: 1 },
    }),
  });
  const ask = async (method: string, path: string, as: number, more: object = {}, body?: object | string) => {
    const type = typeof body === 'string' ? 'application/xml' : 'application/json';
    const request = new Request(`https://coop.example/api/v1${path}`, {
      method,
      headers: {
        ...{ cookie: String(as), 'sec-fetch-site': 'same-origin', ...more },
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const response = await api.fetch(request, { remote: '192.0.2.1', secure: true });
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  };
  return { coop, clock, ask, close, faults };
}
export type ApiRooms = Awaited<ReturnType<typeof openApiRooms>>;

interface Write {
  readonly method?: string;
  readonly path: string;
  readonly as: number;
  readonly body?: object | string;
  /** Of what is shown of it before; its ETag is that of the first time. */
  readonly shown?: string;
}

const fee = {
  ...{ date: '2026-04-09', kind: 'post', memo: 'stamps' },
  postings: [
    { account: 'expense:other', asset: 'EUR', amount: '500' },
    { account: 'bank:main', asset: 'EUR', amount: '-500' },
  ],
};
const details = {
  ...{ kind: 'natural', name: 'Nils', address: '1 rue Haute', country: 'FR', birth: '1980-02-29' },
  ...{ iban, holder: 'Nils' },
};

/** One of each way in which a write is done: sealed, numbered, conditional, one's own. */
export const writes = {
  entry: { path: '/ledger/entries', as: theo, body: fee },
  person: { path: '/members', as: theo, body: { details } },
  month: { path: '/months', as: theo, body: { month: '2026-03' } },
  application: { path: '/me/applications', as: mara, body: { shares: 3 } },
  certificate: { path: '/me/certificates', as: mara, body: { on: '2026-04-09' } },
  change: {
    method: 'PATCH',
    path: '/members/1',
    as: theo,
    body: { address: '2 rue Basse' },
    shown: '/members/1',
  },
  approval: { path: '/runs/1/approvals', as: paula, shown: '/runs/1' },
  role: { path: '/roles', as: ada, body: { account: 5, role: 'auditor', give: true } },
} as const satisfies Record<string, Write>;
export type WriteName = keyof typeof writes;

/** Roles, a member with shares and pay, and a run that waits: the same whoever does it again. */
export async function fill({ coop }: ApiRooms): Promise<void> {
  const terminal: Actor = { account: 0, member: 0, roles: [], via: 'cli' };
  const asAda: Actor = { account: ada, member: 0, roles: ['administrator'], via: 'cli' };
  const give = (by: Actor, account: number, role: 'administrator' | 'treasurer' | 'board') =>
    coop.acts.changeRole(by, { account, role, give: true, key: `role-${account}` });
  await give(terminal, ada, 'administrator');
  await give(asAda, theo, 'treasurer');
  await give(asAda, paula, 'board');
  const { number } = await coop.persons.add(board, {
    ...{ details: { ...details, kind: 'natural', name: 'Mara', holder: 'Mara' }, account: mara, key: 'mara' },
  });
  const { id, due } = await coop.register.apply(board, { person: number, shares: 5, key: 'apply' });
  await coop.register.decide(board, {
    application: id,
    isAdmitted: true,
    decision: 'board:1',
    key: 'decide',
  });
  await coop.register.receive(board, id, { amount: due, on: '2026-04-01', from: 'bank:main', key: 'paid' });
  const asset = 'EUR';
  const postings = [
    { account: 'expense:mycoin', asset, amount: 900 },
    { account: `member:${number}`, asset, amount: -900 },
  ];
  await coop.ledger.append([{ key: 'pay', date: '2026-04-01', kind: 'pay', memo: '', postings }]);
  await coop.payouts.prepare(board, { purpose: 'exit', about: String(number), key: 'run' });
}

/** Asks for a write under its key, with the ETag of what was shown when it was decided. */
export async function write(rooms: ApiRooms, name: WriteName, etag: string): Promise<ApiAnswer> {
  const what: Write = writes[name];
  const headers = { 'idempotency-key': name, ...(etag === '' ? {} : { 'if-match': etag }) };
  const {
    status,
    headers: sent,
    text,
  } = await rooms.ask(...([what.method ?? 'POST', what.path, what.as, headers, what.body] as const));
  return { status, replayed: sent.get('idempotency-replayed') === 'true', text };
}

export async function etagOf(rooms: ApiRooms, name: WriteName): Promise<string> {
  const { shown, as }: Write = writes[name];
  return shown === undefined ? '' : ((await rooms.ask('GET', shown, as)).headers.get('etag') ?? '');
}
