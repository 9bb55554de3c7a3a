import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MycoSettings } from '../settings/index.ts';
import { startSuite, type TestSuite } from '../testing/index.ts';
import { openWayOut } from './way-out.ts';

let suite: TestSuite;
beforeAll(async () => {
  suite = await startSuite({ settings: { coop: { domain: 'coop.test', hostname: 'mail.coop.test' } } });
  suite.dns.set('far.test', { mx: [[1, 'mx.far.test']], secure: true });
  suite.dns.set('mx.far.test', { a: ['127.0.0.1'], secure: true });
  suite.dns.set('ours.test', { mx: [[1, 'mail.coop.test']] });
});
afterAll(() => suite.stop());

/** The way out under other settings of mail. */
function wayOut(mail: Partial<MycoSettings['mail']>) {
  const { rooms, resolver, observers, doors } = suite.running;
  const { value } = rooms.settings;
  const settings = { ...rooms.settings, value: { ...value, mail: { ...value.mail, ...mail } } };
  return openWayOut({ ...rooms, settings }, resolver, observers, () => doors.open);
}

test('the settings say where mail goes', async () => {
  const { router } = wayOut({ port: 4_225 });
  expect(await router.route('far.test')).toMatchObject({
    hops: [{ host: 'mx.far.test', port: 4_225, addresses: ['127.0.0.1'], secure: true }],
  });
  const relay = { host: 'relay.test', port: 587, implicitTls: false, credentials: undefined };
  expect(await wayOut({ relay }).router.route('far.test')).toMatchObject({ viaRelay: true });
});

test("our own door is no way out, by its name or by its address; another port of this machine is somebody else's", async () => {
  const never = { kind: 'never', status: '5.4.6' };
  expect(await wayOut({}).router.route('ours.test')).toMatchObject(never);
  expect(await wayOut({ port: suite.ports.smtp }).router.route('far.test')).toMatchObject(never);
  expect(await wayOut({ port: suite.ports.submission }).router.route('far.test')).toMatchObject({
    kind: 'hops',
  });
});

test('hosts inside a network are for name servers that were named (THREATS 15)', async () => {
  expect(await wayOut({ resolver: 'system' }).router.route('far.test')).toMatchObject({
    kind: 'never',
    status: '5.4.4',
  });
});

test('a policy that was kept before is obeyed', async () => {
  const { policies, router } = wayOut({ port: 4_225 });
  await suite.rooms.policies.put('far.test', {
    id: 'one',
    policy: { mode: 'enforce', mx: ['other.far.test'], maxAgeSeconds: 86_400 },
    fetchedMs: suite.rooms.clock.nowMs(),
  });
  const route = await router.route('far.test');
  const hop = route.kind === 'hops' ? route.hops[0] : undefined;
  if (hop === undefined) throw new Error('no way');
  expect(await policies.ruleFor('far.test', hop, null)).toMatchObject({
    rule: { kind: 'refused' },
    basis: { policy: 'sts', mxHosts: ['other.far.test'] },
  });
});
