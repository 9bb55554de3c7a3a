import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeClock } from '../base/index.ts';
import { openDatabase } from '../storage/index.ts';
import { engines, makeFolder, removeFolder } from '../testing/index.ts';
import {
  type AccountsService,
  accountsModule,
  createAccounts,
  type Hasher,
  type TokenVerifier,
} from './index.ts';
import { pairFreeFailuresCount } from './limits.ts';

const hasher: Hasher = {
  hash: async (password) => password,
  verify: async (phc, password) => phc === password,
  derive: (task) => task(),
  outdated: () => false,
  decoy: '',
};

/** `ana` is a token for ana with the scope, `ana-` one without; `busy` and `broken` are what they say. */
const tokens: TokenVerifier = {
  scope: 'mail',
  configuration: null,
  async verify(token) {
    if (token === 'busy') return 'busy';
    if (token === 'broken') throw new Error('the token issuer answers 500');
    if (token === 'wrong') return null;
    if (token === 'short') return { username: 'ana', scoped: true, expiresAtMs: 1_234 };
    return { username: token.replace('-', ''), scoped: !token.endsWith('-') };
  },
};

let it: AccountsService & { close(): Promise<void> };
let strict: AccountsService;
const errors: string[] = [];
const clock = fakeClock();
beforeAll(async () => {
  const folder = makeFolder();
  const [engine] = engines();
  if (!engine) throw new Error('there is no engine');
  const workerUrl = new URL('../worker.ts', import.meta.url);
  const database = await openDatabase({
    modules: [accountsModule],
    dir: folder,
    database: await engine.database(),
    workerUrl,
  });
  const options = {
    database,
    domain: 'coop.example',
    clock,
    hasher,
    sleep: async () => undefined,
    onError: (event: string, error: unknown) => void errors.push(`${event}: ${String(error)}`),
  };
  const service = await createAccounts({ ...options, tokens });
  strict = await createAccounts(options);
  it = {
    ...service,
    async close() {
      await service.close();
      await strict.close();
      await database.close();
      removeFolder(folder);
    },
  };
  for (const name of ['ana', 'bea', 'dora']) await service.admin.addMember(`${name}@coop.example`);
  const dora = await service.accounts.byAddress('dora@coop.example');
  await service.admin.disableMember(dora?.id ?? 0);
});
afterAll(() => it.close());

let remotes = 0;
const fresh = () => `192.0.2.${++remotes}`;
const login = (token: string, username = '', remote = fresh()) =>
  it.accounts.loginWithToken({ token, username, scope: 'mail', remote });

test('the member is whom the issuer names, by name or by address', async () => {
  const ana = await it.accounts.byAddress('ana@coop.example');
  for (const token of ['ana', 'ana@coop.example', 'Ana@COOP.example']) {
    expect(await login(token)).toEqual({ ok: true, member: ana, credential: 'token' });
  }
  for (const username of ['ana', 'ana@coop.example', 'ana%40coop.example']) {
    expect(await login('ana', username)).toMatchObject({ ok: true });
  }
});

test('when the token ends is told with the login', async () => {
  expect(await login('short')).toMatchObject({ ok: true, credential: 'token', expiresAtMs: 1_234 });
});

test.each([
  ['a token that is worth nothing', 'wrong', '', 'credentials'],
  ["another's name", 'ana', 'bea', 'credentials'],
  ['a name that nobody has', 'ana', 'zoe', 'credentials'],
  ['a member of the issuer who is none of ours', 'zoe', '', 'credentials'],
  ['two strangers', 'zoe', 'zoe', 'credentials'],
  ['an address elsewhere', 'ana@other.example', '', 'credentials'],
  ['no address at all', 'not an address', '', 'credentials'],
  ['a disabled member', 'dora', '', 'disabled'],
  ['without the scope', 'ana-', '', 'scope'],
  ['too many questions', 'busy', '', 'busy'],
  ['an issuer that does not answer', 'broken', '', 'unavailable'],
])('refused: %s', async (_, token, username, reason) => {
  expect(await login(token, username)).toMatchObject({ ok: false, reason });
});

test('what went wrong with the issuer is told to the operator', async () => {
  errors.length = 0;
  await login('broken');
  expect(errors).toEqual(['login failed: Error: the token issuer answers 500']);
});

test.each(['', 'ana'])('guesses are throttled by address, for the name %j and for none', async (username) => {
  const remote = fresh();
  for (let i = 0; i <= pairFreeFailuresCount; i++) {
    expect(await login('wrong', username, remote)).toMatchObject({ reason: 'credentials' });
  }
  expect(await login('wrong', username, remote)).toMatchObject({ reason: 'throttled' });
  expect(await login('ana', username, remote)).toMatchObject({ reason: 'throttled' });
  // Nobody is locked out from elsewhere.
  expect(await login('ana', username)).toMatchObject({ ok: true });
});

test("an issuer that is busy or gone is not the client's failure", async () => {
  const remote = fresh();
  for (let i = 0; i < 2 * pairFreeFailuresCount; i++) {
    await login('busy', 'ana', remote);
    await login('broken', 'ana', remote);
  }
  expect(await login('ana', 'ana', remote)).toMatchObject({ ok: true });
});

test('without an issuer no token is taken', async () => {
  expect(strict.accounts.tokens).toBeNull();
  expect(it.accounts.tokens).toMatchObject({ scope: 'mail', configuration: null });
  const attempt = { token: 'ana', username: 'ana', scope: 'mail', remote: fresh() } as const;
  expect(await strict.accounts.loginWithToken(attempt)).toMatchObject({ ok: false, reason: 'credentials' });
});
