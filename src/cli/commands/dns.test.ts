import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGetHttps, createResolver } from '../../net/index.ts';
import {
  openTestDns,
  publishShown,
  type ShownRecord,
  startSuite,
  type TestDns,
  type TestSuite,
} from '../../testing/index.ts';
import { adminClient } from '../admin/index.ts';
import { policyFetcher } from '../dns/fetch-policy.ts';
import type { Checked } from '../dns/index.ts';
import { policyBytesMax, policyMsMax } from '../limits.ts';
import { roomCommands } from './index.ts';

const hostname = 'mail.coop.example';
let dns: TestDns;
let suite: TestSuite;
beforeAll(async () => {
  dns = await openTestDns();
  suite = await startSuite({
    commands: roomCommands,
    settings: {
      coop: { domain: 'coop.example', aliases: ['two.example'], hostname },
      mail: { resolver: [dns.address] },
    },
  });
});
afterAll(async () => {
  await suite.stop();
  await dns.close();
});

async function myco(name: string, args: Record<string, string> = {}) {
  const client = await adminClient(suite.data);
  if (!client) throw new Error('no server');
  return client.call(name, args, { progress: () => {}, signal: new AbortController().signal });
}

test('what dns show says is published, and dns check finds it right', async () => {
  const before = await myco('dns check');
  expect(before.status).toBe(1);
  publishShown(dns, (await myco('dns show')).json as ShownRecord[], { secure: true });
  const own = { txt: ['v=spf1 a -all'], secure: true };
  dns.set(hostname, { ...own, a: ['203.0.113.5'] });
  // Where nobody serves https; a public address would be asked.
  for (const of of ['coop.example', 'two.example']) dns.set(`mta-sts.${of}`, { a: ['127.0.0.1'] });
  dns.set('5.113.0.203.in-addr.arpa', { ptr: [hostname] });

  const { status, json, text } = await myco('dns check');
  const checked = json as Checked[];
  const notOk = checked.filter(({ state }) => state !== 'ok');
  // The machine of the test has other addresses or none.
  const expected = new Set(['address', 'MTA-STS', 'CAA', 'BIMI']);
  expect(notOk.filter(({ kind }) => !expected.has(kind))).toEqual([]);
  expect(status).toBe(0);
  expect(text).toContain('nothing that mail needs is missing');
  expect(new Set(checked.map(({ of }) => of))).toEqual(new Set([hostname, 'coop.example', 'two.example']));
  expect(checked.filter(({ kind }) => kind === 'DKIM' || kind === 'DANE').map(({ state }) => state)).toEqual(
    Array(5).fill('ok'),
  );

  dns.set('two.example', { mx: [[10, 'mx.elsewhere.example']] });
  const two = await myco('dns check', { domain: 'two.example' });
  expect(two.status).toBe(1);
  expect(two.text).toContain('wrong    MX           two.example: mail goes to mx.elsewhere.example');
  expect((await myco('dns check', { domain: 'coop.example' })).status).toBe(0);
});

test('of what is not ours nothing is shown', async () => {
  await expect(myco('dns show', { domain: 'foreign.example' })).rejects.toThrow(
    "'foreign.example' is not a domain of this server",
  );
});

test('a policy file is fetched from its name and no other way', async () => {
  const answers: [number, string, string][] = [
    [200, 'text/plain; charset=utf-8', 'version: STSv1\r\n'],
    [404, 'text/plain', ''],
    [200, 'text/html', '<p>'],
    [200, 'text/plain', 'x'.repeat(policyBytesMax + 1)],
  ];
  const pem = readFileSync(join(suite.data, 'tls/server.pem'));
  let host = '';
  const server: Server = createServer({ cert: pem, key: pem }, (request, response) => {
    host = `${request.headers.host}${request.url}`;
    const [status, type, body] = answers.shift() ?? [500, '', ''];
    response.writeHead(status, { 'content-type': type }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  dns.set('mta-sts.coop.example', { a: ['127.0.0.1'] });
  const resolver = createResolver({ servers: [{ host: dns.host, port: dns.port }] });
  const fetch = policyFetcher(resolver, createGetHttps({ authority: suite.authority }), port);
  try {
    expect(await fetch('coop.example')).toBe('version: STSv1\r\n');
    expect(host).toBe(`mta-sts.coop.example:${port}/.well-known/mta-sts.txt`);
    await expect(fetch('coop.example')).rejects.toThrow('the answer is 404, not 200');
    await expect(fetch('coop.example')).rejects.toThrow('the answer is text/html, not text/plain');
    await expect(fetch('coop.example')).rejects.toThrow(`longer than ${policyBytesMax} bytes`);
    await expect(fetch('nowhere.example')).rejects.toThrow('mta-sts.nowhere.example has no address');
    expect(policyMsMax).toBe(10_000);
  } finally {
    resolver.close();
    server.closeAllConnections();
    server.close();
  }
});
