import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Rooms } from '../../rooms/index.ts';
import { createTrustStore } from '../../stores/trust/index.ts';
import { engines, fakeClock, openTestStores, type TestStores } from '../../testing/index.ts';
import { reportCommands } from './reports.ts';

let stores: TestStores;
let rooms: Rooms;

beforeEach(async () => {
  const [sqlite] = engines();
  if (!sqlite) throw new Error('there is no engine');
  stores = await openTestStores(sqlite);
  rooms = { trust: createTrustStore({ database: stores.database, clock: fakeClock() }) } as unknown as Rooms;
});
afterEach(() => stores.close());

async function reports(verb: string, args: Record<string, string> = {}): Promise<string> {
  const found = reportCommands.find(({ name }) => name[1] === verb);
  if (!found) throw new Error(`there is no 'reports ${verb}'`);
  const session = { progress: () => {}, signal: new AbortController().signal };
  return (await found.run(rooms, args, session)).text;
}

const about = {
  reporter: 'receiver.example',
  domain: 'coop.example',
  begins: Date.UTC(2026, 10, 21),
  ends: Date.UTC(2026, 10, 22) - 1000,
  received: 1,
};
const row = { disposition: 'none', dkim: 'pass', spf: 'fail', headerFrom: 'coop.example' };

test('reports are listed, the newest first, and shown', async () => {
  expect(await reports('list')).toBe('no reports yet');
  await rooms.trust.addReport({ ...about, kind: 'dmarc', reportId: '1', total: 9, failed: 2 }, [
    JSON.stringify({ ...row, ip: '192.0.2.1', count: 2 }),
    JSON.stringify({ ...row, ip: '192.0.2.2', count: 7, disposition: 'reject', dkim: 'fail' }),
  ]);
  await rooms.trust.addReport({ ...about, kind: 'tls', reportId: '2', total: 5, failed: 1 }, [
    JSON.stringify({
      domain: 'coop.example',
      policy: 'sts',
      succeeded: 4,
      failed: 1,
      failures: [{ type: 'certificate-expired', mxHost: 'mx.coop.example', count: 1 }],
    }),
  ]);
  const lines = (await reports('list')).split('\n').map((line) => line.split(/ {2,}/));
  expect(lines.map(([, kind, day, , , total, failed]) => [kind, day, total, failed])).toEqual([
    ['tls', '2026-11-21', '5', '1 failed'],
    ['dmarc', '2026-11-21', '9', '2 failed'],
  ]);
  const [tls = '', dmarc = ''] = lines.map(([id]) => id);
  expect(await reports('show', { number: dmarc })).toBe(
    [
      'DMARC report of receiver.example about coop.example, 2026-11-21 to 2026-11-21: 9, 2 failed',
      'messages  from address  in the name of  DKIM  SPF   done with it',
      '7         192.0.2.2     coop.example    fail  fail  reject',
      '2         192.0.2.1     coop.example    pass  fail  none',
    ].join('\n'),
  );
  expect(await reports('show', { number: tls })).toContain('certificate-expired  mx.coop.example  1');
  expect(await reports('list', { before: tls })).not.toContain('tls');
  await expect(reports('show', { number: '99' })).rejects.toMatchObject({ reason: 'not-found' });
});
