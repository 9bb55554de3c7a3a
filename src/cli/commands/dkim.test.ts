import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccounts } from '../../accounts/index.ts';
import { fakeClock } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { createTrustStore } from '../../stores/trust/index.ts';
import { engines, openTestStores, type TestStores } from '../../testing/index.ts';
import { dkimCommands } from './dkim.ts';

let stores: TestStores;
let rooms: Rooms;
let close: () => Promise<void>;

beforeEach(async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  stores = await openTestStores(sqlite);
  const accounts = await createAccounts({ database: stores.database, domain: 'coop.example' });
  const clock = fakeClock(Date.UTC(2026, 10, 22));
  const trust = createTrustStore({ database: stores.database, clock });
  rooms = { accounts, trust, settings: { value: { coop: { domain: 'coop.example' } } } } as unknown as Rooms;
  close = () => accounts.close();
});
afterEach(async () => {
  await close();
  await stores.close();
});

async function dkim(verb: string, args: Record<string, string> = {}): Promise<string> {
  const found = dkimCommands.find(({ name }) => name[1] === verb);
  if (!found) throw new Error(`there is no 'dkim ${verb}'`);
  const session = { progress: () => {}, signal: new AbortController().signal };
  return (await found.run(rooms, args, session)).text;
}

test('keys are listed, rotated, activated and retired', async () => {
  expect(await dkim('list', { domain: 'coop.example' })).toBe(
    [
      'coop.example  rsa-20261122  rsa-sha256      active  since 2026-11-22',
      'coop.example  ed-20261122   ed25519-sha256  active  since 2026-11-22',
    ].join('\n'),
  );
  expect(await dkim('rotate')).toMatch(
    /^publish these records:\nrsa-20261122-2\._domainkey\.coop\.example\. TXT "v=DKIM1; k=rsa; p=[\w+/=]+"\ned-20261122-2\._domainkey\.coop\.example\. TXT "v=DKIM1; k=ed25519; p=[\w+/]{43}="$/,
  );
  expect(await dkim('activate', { selector: 'rsa-20261122-2' })).toBe(
    'rsa-20261122-2 signs for coop.example',
  );
  expect(await dkim('retire', { selector: 'ed-20261122-2' })).toBe('ed-20261122-2 is retired');
  expect((await dkim('list')).split('\n').map((line) => line.split(/ +/)[3])).toEqual([
    'retired',
    'active',
    'active',
    'retired',
  ]);
});

test('a domain that is not ours gets no keys', async () => {
  await expect(dkim('list', { domain: 'other.example' })).rejects.toMatchObject({ reason: 'not-found' });
  expect(await rooms.trust.keyDomains()).toEqual([]);
});
