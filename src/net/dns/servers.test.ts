import { createSocket } from 'node:dgram';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { createLog } from '../../observability/index.ts';
import { openTestDns, temporaryFolder } from '../../testing/index.ts';
import { createResolver } from './index.ts';
import {
  cacheBytesMax,
  questionMsMax,
  questionsAtOnceMax,
  questionsWaitingMax,
  roundsMax,
  strayDatagramsMax,
  systemFilePollMs,
  systemServersMax,
} from './limits.ts';
import { isLoopback, parseResolvConf, SystemServers } from './servers.ts';

test.each([
  ['nameserver 127.0.0.53\noptions edns0 trust-ad\n', ['127.0.0.53 trusted']],
  ['# nameserver 192.0.2.9\nnameserver\t192.0.2.1 # ours\r\nnameserver ::1', ['192.0.2.1', '::1 trusted']],
  ['nameserver fe80::1%eth0\nsearch example.org', ['fe80::1%eth0']],
  ['nameserver ns.example.org\nnameserver 192.0.2.300\n nameserver 192.0.2.1', ['127.0.0.1 trusted']],
  ['', ['127.0.0.1 trusted']],
])('%j', (text, expected) => {
  const servers = parseResolvConf(text);
  expect(servers.map(({ host, trusted }) => (trusted ? `${host} trusted` : host))).toEqual(expected);
  expect(servers.every(({ port }) => port === 53)).toBe(true);
});

test('systemServersMax are used of a longer list', () => {
  const text = Array.from({ length: 9 }, (_, index) => `nameserver 192.0.2.${index}\n`).join('');
  expect(parseResolvConf(text)).toHaveLength(systemServersMax);
});

test.each([
  ['127.0.0.1', true],
  ['127.255.0.9', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['192.0.2.1', false],
  ['::', false],
  ['fe80::1', false],
])('%s is this machine: %s', (host, expected) => expect(isLoopback(host)).toBe(expected));

test("the system's file is read again when it has changed, and may be missing", async () => {
  const path = join(temporaryFolder(), 'resolv.conf');
  const clock = fakeClock();
  const said: string[] = [];
  const log = createLog({ level: 'info', format: 'json', write: (line) => said.push(line) });
  const system = new SystemServers(path, clock, log);
  const hosts = async () => (await system.current()).map(({ host }) => host);
  expect(await hosts()).toEqual(['127.0.0.1']);
  writeFileSync(path, 'nameserver 192.0.2.1\n');
  expect(await hosts()).toEqual(['127.0.0.1']);
  clock.advance(systemFilePollMs);
  expect(said).toEqual([]);
  const asked = await Promise.all([hosts(), hosts(), hosts()]);
  expect(asked).toEqual([['192.0.2.1'], ['192.0.2.1'], ['192.0.2.1']]);
  expect(await hosts()).toEqual(['192.0.2.1']);
  expect(said).toHaveLength(1);
  expect(said[0]).toContain('DANE is off');
  writeFileSync(path, 'nameserver 192.0.2.22\n');
  clock.advance(systemFilePollMs);
  expect(await hosts()).toEqual(['192.0.2.22']);
  rmSync(path);
  clock.advance(systemFilePollMs);
  expect(await hosts()).toEqual(['127.0.0.1']);
});

test('more questions at once than may be on the wire wait their turn', async () => {
  const dns = await openTestDns({ '*.many.test': { a: ['192.0.2.1'] } });
  const resolver = createResolver({ servers: [dns] });
  try {
    const names = Array.from({ length: questionsAtOnceMax * 2 }, (_, index) => `n${index}.many.test`);
    const answers = await Promise.all(names.map((name) => resolver.a(name)));
    expect(answers.every(({ records }) => records[0] === '192.0.2.1')).toBe(true);
    expect(questionsWaitingMax).toBeGreaterThan(names.length);
  } finally {
    resolver.close();
    await dns.close();
  }
});

test('somebody who guesses by UDP has the question asked by TCP', async () => {
  // As many stray datagrams as are borne come for each question, and nothing else.
  const guesser = createSocket('udp4');
  await new Promise<void>((resolve) => guesser.bind(0, '127.0.0.1', resolve));
  guesser.on('message', (query, from) => {
    for (let index = 0; index < strayDatagramsMax; index++) {
      const guess = Buffer.from(query);
      guess.writeUInt16BE((query.readUInt16BE(0) + 1 + index) & 0xffff, 0);
      guesser.send(guess, from.port, from.address);
    }
  });
  const resolver = createResolver({
    servers: [{ host: '127.0.0.1', port: guesser.address().port }],
    patience: { questionMs: 20_000, attemptMs: 5_000 },
  });
  try {
    // Nobody listens there by TCP, so the turn ends without waiting for time to pass.
    await expect(resolver.a('mx.test')).rejects.toMatchObject({ failure: 'timeout' });
  } finally {
    resolver.close();
    guesser.close();
  }
});

test('what is kept and waited for is bounded', () => {
  expect(questionMsMax).toBeLessThanOrEqual(10_000);
  expect(roundsMax).toBe(3);
  expect(cacheBytesMax).toBe(16_777_216);
});
