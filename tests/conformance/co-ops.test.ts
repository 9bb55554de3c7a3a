import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  connectSocket,
  missingTool,
  openTestDns,
  publishShown,
  type ShownRecord,
  type TestDns,
} from '../../src/testing/index.ts';
import { eventually, type Myco, password, sampleMessage, startMyco, stopAll } from '../harness/index.ts';
import { giveBySmtp } from '../harness/neighbour.ts';

/** A co-op on an address of its own on this machine, its doors at the ports that others look at. */
interface Coop {
  readonly name: string;
  readonly domain: string;
  readonly host: string;
  readonly address: string;
  readonly myco: Myco;
}

/** Every server of the test takes mail at this port; the https door is at 443, where policies are fetched. */
const mxPort = 42_525;

const internal = ['submission', 'submissions', 'imap', 'imaps', 'http'];

async function startCoop(
  dns: TestDns,
  wish: { name: string; address: string; sts?: string; domain?: string; authority?: string },
): Promise<Coop> {
  const domain = wish.domain ?? `${wish.name}.test`;
  const host = `mail.${domain}`;
  const listeners = [
    `  smtp: { host: ${wish.address}, port: ${mxPort} }`,
    `  https: { host: ${wish.address}, port: 443 }`,
    ...internal.map((door) => `  ${door}: { host: 127.0.0.1, port: 0 }`),
  ];
  const myco = await startMyco({
    ...(wish.authority === undefined ? {} : { env: { NODE_EXTRA_CA_CERTS: wish.authority } }),
    settings: {
      coop: `{ name: ${wish.name}, domain: ${domain}, hostname: ${host} }`,
      listeners: `\n${listeners.join('\n')}`,
      mail: `{ port: ${mxPort}, resolver: ["${dns.address}"], mtaSts: { mode: ${wish.sts ?? 'testing'} } }`,
    },
  });
  const { code, said } = await myco.cli(
    ['member', 'add', `ana@${domain}`, '--password-stdin'],
    `${password}\n`,
  );
  if (code !== 0) throw new Error(said);
  return { name: wish.name, domain, host, address: wish.address, myco };
}

/** What its operator would publish, with the address that it has here. DANE at the port of the test. */
async function publish(dns: TestDns, coop: Coop, secure: boolean): Promise<void> {
  const { out, said } = await coop.myco.cli(['dns', 'show', '--json']);
  if (out.length === 0) throw new Error(said);
  const shown = (JSON.parse(out.toString()) as ShownRecord[])
    .filter(({ type }) => type !== 'A' && type !== 'AAAA')
    .map((record) => ({ ...record, name: record.name.replace(/^_25\._tcp/, `_${mxPort}._tcp`) }));
  publishShown(dns, shown, { secure, ttl: 0 });
  dns.set(coop.host, { a: [coop.address], txt: ['v=spf1 a ip4:127.0.0.0/8 -all'], secure, ttl: 0 });
  // All of this machine is one address to who is connected to; the policy is the strictest there is.
  dns.set(coop.domain, { mx: [[10, coop.host]], txt: ['v=spf1 ip4:127.0.0.1 -all'], secure, ttl: 0 });
  dns.set(`_dmarc.${coop.domain}`, { txt: ['v=DMARC1; p=reject'], secure, ttl: 0 });
}

async function send(from: Coop, to: Coop, subject: string): Promise<void> {
  const socket = await connectSocket({
    port: from.myco.port('submissions'),
    tls: { ca: from.myco.authority },
    implicitTls: true,
    patienceMs: 30_000,
  });
  const ask = async (line: string) => {
    await socket.send(`${line}\r\n`);
    return hear();
  };
  const hear = async (): Promise<string> => {
    for (;;) {
      const line = (await socket.readLine())?.toString() ?? 'closed';
      if (line[3] !== '-') return line;
    }
  };
  await hear();
  await ask('EHLO client.test');
  const plain = Buffer.from(`\0ana@${from.domain}\0${password}`).toString('base64');
  for (const line of [
    `AUTH PLAIN ${plain}`,
    `MAIL FROM:<ana@${from.domain}>`,
    `RCPT TO:<ana@${to.domain}>`,
    'DATA',
  ])
    expect(await ask(line)).toMatch(/^[23]/);
  const message = sampleMessage(subject).replace('carla@elsewhere.example', `ana@${from.domain}`);
  expect(await ask(`${message}.`)).toMatch(/^250 /);
  await socket.close();
}

async function inbox({ myco, domain }: Coop): Promise<string[]> {
  const socket = await connectSocket({
    port: myco.port('imaps'),
    tls: { ca: myco.authority },
    implicitTls: true,
  });
  const until = async (tag: string) => {
    let text = '';
    for (;;) {
      const line = await socket.readLine();
      if (line === null) return text;
      text += `${line.toString('latin1')}\r\n`;
      if (line.toString().startsWith(`${tag} `)) return text;
    }
  };
  await socket.send(`a login ana@${domain} "${password}"\r\nb examine inbox\r\nc fetch 1:* body.peek[]\r\n`);
  const text = await until('c');
  await socket.close();
  return text.split(/^\* \d+ FETCH /m).slice(1);
}

const arrives = (coop: Coop, subject: string) =>
  eventually(`'${subject}' at ${coop.name}`, async () =>
    (await inbox(coop)).find((text) => text.includes(`Subject: ${subject}\r\n`)),
  );

/** The one row of the queue, once it was tried. */
const putOff = (coop: Coop) =>
  eventually('a row that was tried', async () => {
    const { said } = await coop.myco.cli(['queue', 'list']);
    return /4\.7\.\d|5\.7\.\d/.test(said) ? said : undefined;
  });

async function mayListen(): Promise<string | null> {
  const { createServer } = await import('node:net');
  return new Promise((resolve) => {
    const server = createServer().once('error', (error) => resolve(error.message));
    server.listen(443, '127.0.1.2', () => server.close(() => resolve(null)));
  });
}

const unable = await mayListen();

describe.runIf(unable !== null)('co-ops', () => {
  missingTool('co-ops', `port 443 of 127.0.1.2 cannot be opened: ${unable}`);
});

describe.runIf(unable === null)('two co-ops that write to each other, and a third that lies', () => {
  let dns: TestDns;
  let a: Coop;
  let b: Coop;
  beforeAll(async () => {
    dns = await openTestDns();
    b = await startCoop(dns, { name: 'b', address: '127.0.1.2', sts: 'enforce' });
    a = await startCoop(dns, { name: 'a', address: '127.0.1.1', authority: b.myco.authorityFile });
    await publish(dns, a, true);
    await publish(dns, b, true);
  });
  afterAll(async () => {
    await stopAll();
    await dns.close();
  });

  // First of all: afterwards a connection that was judged good is kept for a while.
  test('where the certificate is not the one that DANE names, nothing is sent until it is', async () => {
    const wrong = [3, 1, 1, Buffer.alloc(32, 7)] as const;
    const name = `_${mxPort}._tcp.${b.host}`;
    dns.set(name, { tlsa: [wrong], secure: true, ttl: 0 });
    await send(a, b, 'not by another');
    expect(await putOff(a)).toMatch(/ana@b\.test/);
    expect(await inbox(b)).toEqual([]);
    await publish(dns, b, true);
    await a.myco.cli(['queue', 'retry', 'all']);
    await arrives(b, 'not by another');
  });

  test('signed, checked and protected by DANE', async () => {
    await send(a, b, 'by DANE');
    const text = await arrives(b, 'by DANE');
    expect(text).toMatch(/Authentication-Results: mail\.b\.test;/);
    for (const result of ['spf=pass', 'dkim=pass', 'dmarc=pass']) expect(text).toContain(result);
    expect(text).toMatch(/^DKIM-Signature: .*a=ed25519-sha256/ms);
    expect(text).toMatch(/with (ESMTPS|UTF8SMTPS)/);
    expect(dns.asked(`_${mxPort}._tcp.${b.host}`, 'TLSA')).toBeGreaterThan(0);
    await send(b, a, 'and back');
    expect(await arrives(a, 'and back')).toContain('dmarc=pass');
  });

  test('without DNSSEC MTA-STS protects: its policy is fetched, and obeyed when the host is another', async () => {
    await publish(dns, b, false);
    await send(a, b, 'by MTA-STS');
    await arrives(b, 'by MTA-STS');
    // Who sits between and changes the DNS leads us to a host of his own, with a certificate of his own.
    const liar = await startCoop(dns, { name: 'liar', domain: 'b.test', address: '127.0.1.3' });
    // The connection that was judged good would carry what follows; idle, it is kept for three seconds.
    await pause(6_000);
    dns.set(b.host, { a: [liar.address], ttl: 0 });
    await send(a, b, 'not to the liar');
    expect(await putOff(a)).toMatch(/ana@b\.test/);
    dns.set(b.domain, { mx: [[1, 'mail.liar.test']], ttl: 0 });
    dns.set('mail.liar.test', { a: [liar.address], ttl: 0 });
    await send(a, b, 'not by another MX');
    await eventually('two rows', async () => {
      const { said } = await a.myco.cli(['queue', 'list']);
      return said.split('\n').filter((line) => line.includes('ana@b.test')).length >= 2 ? said : undefined;
    });
    expect(await inbox(liar)).toEqual([]);
    await publish(dns, b, false);
    await a.myco.cli(['queue', 'retry', 'all']);
    await arrives(b, 'not to the liar');
    await arrives(b, 'not by another MX');
    await liar.myco.stop();
  });

  test('mail in our name that we did not sign is refused', async () => {
    const where = { host: b.address, port: mxPort, localAddress: '127.0.1.3' };
    const forged = sampleMessage('forged').replace('carla@elsewhere.example', `ana@${a.domain}`);
    const answer = await giveBySmtp(where, `ana@${a.domain}`, [`ana@${b.domain}`], forged);
    expect(answer).toMatch(/^550 5\.7\.\d/);
    expect((await inbox(b)).some((text) => text.includes('Subject: forged'))).toBe(false);
  });
});
