import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeClock } from '../../base/index.ts';
import { createMetrics } from '../../observability/index.ts';
import { createTrustStore, type TrustStore } from '../../stores/trust/index.ts';
import {
  engines,
  type MemoryResolver,
  memoryResolver,
  openTestSmtp,
  openTestStores,
  routeTo,
  type TestSmtp,
  type TestSocket,
  type TestStores,
  testPassword,
} from '../../testing/index.ts';
import { createChecks } from '../checks/index.ts';
import type { Session } from '../session/session.ts';
import type { Transaction } from '../session/types.ts';
import { createSealer, createSigner, createSrs, type Signer } from './index.ts';
import { keysHeldMax } from './limits.ts';

const crlf = (text: string) => text.replace(/\r?\n/g, '\r\n');
const message = crlf(`From: Ana <ana@coop.example>
To: bea@other.example
Subject:   two  spaces
Date: Fri, 20 Nov 2026 10:00:00 +0000
Message-ID: <1@coop.example>

A line with blanks  \t
and one more


`);

describe('DKIM signatures', () => {
  let stores: TestStores;
  let trust: TrustStore;
  let signer: Signer;
  const clock = fakeClock(Date.UTC(2026, 10, 22));

  beforeEach(async () => {
    const [sqlite] = engines();
    if (!sqlite) throw new Error('there is no engine');
    stores = await openTestStores(sqlite);
    trust = createTrustStore({ database: stores.database, clock });
    signer = createSigner({ trust, isOurs: async (name) => name.endsWith('coop.example'), clock });
  });
  afterEach(() => stores.close());

  async function published(domain = 'coop.example'): Promise<MemoryResolver> {
    const dns = memoryResolver({ [`_dmarc.${domain}`]: { txt: ['v=DMARC1; p=reject; adkim=s'] } });
    for (const { name, value } of await trust.signingRecords(domain)) dns.set(name, { txt: [value] });
    return dns;
  }

  /** What another server finds. */
  async function verify(text: string, dns: MemoryResolver) {
    const checks = createChecks({
      resolver: dns,
      hostname: 'mx.other.example',
      clock,
      metrics: createMetrics({ processMetrics: false }),
      settings: () => ({ dmarc: 'enforce', temporary: 'accept', trustedSealers: [], exempt: [] }),
      observer: null,
      sealer: null,
    });
    const session = {
      connection: { remote: { address: '192.0.2.1' } },
      hello: { verb: 'EHLO', name: 'out.example' },
      log: { info: () => {} },
    } as unknown as Session;
    const transaction = {
      sender: { address: '' },
      options: { utf8: false },
      recipients: [],
      verdict: null,
    } as unknown as Transaction;
    const inspection = checks.inspect(session, transaction);
    await inspection.write(Buffer.from(text));
    const { refuse } = await inspection.end();
    return { refuse, verdict: (transaction as Transaction).verdict };
  }

  test('a message carries one signature of each algorithm, and both hold', async () => {
    const fields = await signer.sign(Buffer.from(message));
    expect(fields.match(/^DKIM-Signature: /gm)).toHaveLength(2);
    expect(fields).toMatch(/a=rsa-sha256; c=relaxed\/relaxed; d=coop\.example;/);
    expect(fields).toMatch(/i=@coop\.example/);
    expect(fields).not.toMatch(/\bl=/);
    for (const line of fields.trimEnd().split('\r\n')) expect(line.length).toBeLessThanOrEqual(100);
    const { verdict, refuse } = await verify(fields + message, await published());
    expect(refuse).toBeNull();
    expect(verdict?.dkim.map(({ result }) => result)).toEqual(['pass', 'pass']);
    expect(verdict?.dmarc).toMatchObject({ result: 'pass', aligned: { dkim: true, spf: false } });
  });

  test.each([
    ['a second From', 'From: Ana', 'From: eve@evil.example\r\nFrom: Ana'],
    ['a second Subject', 'Subject:', 'Subject: pay me\r\nSubject:'],
    ['another body', 'and one more', 'and one less'],
    ['another recipient', 'bea@other.example', 'bob@other.example'],
  ])('%s breaks them', async (_, from, to) => {
    const fields = await signer.sign(Buffer.from(message));
    const { verdict } = await verify(fields + message.replace(from, to), await published());
    expect(verdict?.dkim.map(({ result }) => result)).toEqual(['fail', 'fail']);
  });

  test('blanks that servers on the way change do not', async () => {
    const fields = await signer.sign(Buffer.from(message));
    const changed = message.replace('two  spaces', 'two spaces').replace('  \t\r\n', '\r\n');
    expect(changed).not.toBe(message);
    const { verdict } = await verify(fields + changed, await published());
    expect(verdict?.dkim.map(({ result }) => result)).toEqual(['pass', 'pass']);
  });

  test('empty bodies, long lines, octets above ASCII, many recipients', async () => {
    const dns = await (async () => {
      await trust.ensureKeys('coop.example');
      return published();
    })();
    const to = Array.from({ length: 300 }, (_, at) => `m${at}@other.example`).join(',\r\n ');
    for (const text of [
      message.slice(0, message.indexOf('\r\n\r\n') + 4),
      message.slice(0, message.indexOf('\r\n\r\n') + 2),
      `${message}${'x'.repeat(200_000)}\r\n`,
      message.replace('two', 'zwei größer'),
      message.replace('bea@other.example', to),
    ]) {
      const { verdict } = await verify((await signer.sign(Buffer.from(text))) + text, dns);
      expect(verdict?.dkim.map(({ result }) => result)).toEqual(['pass', 'pass']);
    }
  });

  test('nothing is signed for a domain that is not ours, nor without one author', async () => {
    for (const text of [
      message.replace('ana@coop.example', 'ana@other.example'),
      message.replace('From:', 'Sender:'),
      `From: eve@other.example\r\n${message}`,
      '',
    ]) {
      expect(await signer.sign(Buffer.from(text))).toBe('');
    }
    expect(await trust.keyDomains()).toEqual([]);
  });

  test('a domain in another script is signed for in A-labels', async () => {
    const name = 'grün.coop.example';
    const text = message.replace('ana@coop.example', `ana@${name}`);
    const fields = await signer.sign(Buffer.from(text));
    expect(fields).toContain('d=xn--grn-ioa.coop.example;');
    const { verdict } = await verify(fields + text, await published('xn--grn-ioa.coop.example'));
    expect(verdict?.dmarc?.result).toBe('pass');
  });

  test('the newest active keys sign, pending ones do not', async () => {
    await trust.ensureKeys('coop.example');
    await trust.rotateKeys('coop.example');
    expect(await signer.sign(Buffer.from(message))).not.toContain('-2;');
    await trust.activateKey('coop.example', 'ed-20261122-2');
    const fields = await signer.sign(Buffer.from(message));
    expect(fields).toContain('s=ed-20261122-2;');
    expect(fields).toContain('s=rsa-20261122;');
    expect(keysHeldMax).toBeGreaterThan(2);
  });
});

describe('over the wire', () => {
  let smtp: TestSmtp;
  let relay: TestSmtp;
  let trust: TrustStore;
  const dns = memoryResolver();

  beforeEach(async () => {
    relay = await openTestSmtp({ domain: 'far.example' });
    smtp = await openTestSmtp({
      route: () => routeTo(relay.port('smtp')),
      async authenticity({ stores, accounts, clock, metrics, hostname, log }) {
        trust = createTrustStore({ database: stores.database, clock });
        const isOurs = (name: string) => accounts.isLocalDomain(name);
        const signer = createSigner({ trust, isOurs, clock });
        const domain = 'coop.localhost';
        const checks = createChecks({
          resolver: dns,
          hostname,
          clock,
          metrics,
          settings: () => ({ dmarc: 'enforce', temporary: 'accept', trustedSealers: [], exempt: [] }),
          observer: null,
          sealer: createSealer({ keys: signer.keys, domain, clock, log }),
        });
        return {
          checks,
          signer,
          srs: createSrs({ secret: await trust.secret('srs'), domain, isOurs, clock }),
        };
      },
    });
    await smtp.admin.addAlias('out@coop.localhost', ['ana@far.example']);
  });
  afterEach(async () => {
    await smtp.close();
    await relay.close();
  });

  async function say(socket: TestSocket, line: string): Promise<string> {
    await socket.send(`${line}\r\n`);
    for (;;) {
      const answer = String(await socket.readLine());
      if (!/^\d{3}-/.test(answer)) return answer;
    }
  }

  async function send(from: string, to: string, text: string): Promise<string> {
    const socket = await smtp.connect('smtp');
    await socket.readLine();
    await say(socket, 'EHLO out.example');
    await say(socket, `MAIL FROM:<${from}>`);
    const accepted = await say(socket, `RCPT TO:<${to}>`);
    if (!accepted.startsWith('250')) return accepted;
    await say(socket, 'DATA');
    return say(socket, `${text}.`);
  }

  test('what a member submits is signed', async () => {
    const socket = await smtp.connect('submissions');
    await socket.readLine();
    await say(socket, 'EHLO laptop');
    const plain = Buffer.from(`\0ana@coop.localhost\0${testPassword}`).toString('base64');
    expect(await say(socket, `AUTH PLAIN ${plain}`)).toMatch(/^235/);
    await say(socket, 'MAIL FROM:<ana@coop.localhost>');
    await say(socket, 'RCPT TO:<bea@coop.localhost>');
    await say(socket, 'DATA');
    const text = message.replaceAll('coop.example', 'coop.localhost');
    expect(await say(socket, `Authentication-Results: mail.coop.localhost; dmarc=pass\r\n${text}.`)).toMatch(
      /^250/,
    );
    const [kept = ''] = await smtp.messages(smtp.members.bea);
    expect(kept).toMatch(/^Return-Path: .*\r\nDKIM-Signature: v=1; a=rsa-sha256;/);
    expect(kept.match(/^DKIM-Signature: /gm)).toHaveLength(2);
    expect(kept).not.toContain('dmarc=pass');
  });

  test('what is forwarded has our seal and a sender that leads back; the way back is for bounces alone', async () => {
    expect(await send('eve@author.example', 'out@coop.localhost', message)).toMatch(/^250/);
    await expect.poll(() => relay.messages(relay.members.ana), { timeout: 10_000 }).toHaveLength(1);
    const [forwarded = ''] = await relay.messages(relay.members.ana);
    const sender = /^Return-Path: <(.*)>\r\n/.exec(forwarded)?.[1] ?? '';
    expect(sender).toMatch(/^SRS0=\w{8}=\w\w=author\.example=eve@coop\.localhost$/);
    for (const name of ['ARC-Seal: i=1', 'ARC-Message-Signature: i=1', 'ARC-Authentication-Results: i=1']) {
      expect(forwarded).toContain(`\r\n${name};`);
    }
    expect(await send('mallory@evil.example', sender, message)).toBe(
      '550 5.7.1 This address takes bounces alone',
    );
    expect(await send('', sender.replace('eve', 'bob'), message)).toBe(
      '550 5.1.1 This address was not made here, or is too old',
    );
    // The test relay knows no author.example and refuses it: the bounce was on its way to the author.
    expect(await send('', sender, message)).toMatch(/^250/);
    await expect
      .poll(() => smtp.logged.join(''), { timeout: 10_000 })
      .toMatch(/"kind":"forward","outcome":"failed","code":550/);
  });

  test('a sealed message holds for the next server, which trusts us or not', async () => {
    dns.set('_dmarc.author.example', { txt: ['v=DMARC1; p=none'] });
    await send('eve@author.example', 'out@coop.localhost', message);
    await expect.poll(() => relay.messages(relay.members.ana), { timeout: 10_000 }).toHaveLength(1);
    const [forwarded = ''] = await relay.messages(relay.members.ana);
    const sealed = forwarded.slice(forwarded.indexOf('ARC-Seal:'));
    for (const { name, value } of await trust.signingRecords('coop.localhost'))
      dns.set(name, { txt: [value] });
    await send('somebody@next.example', 'ana@coop.localhost', sealed);
    const [kept = ''] = await smtp.messages(smtp.members.ana);
    expect(kept.replace(/\r\n\t/g, ' ')).toMatch(
      /^Authentication-Results: mail\.coop\.localhost;.* arc=pass \(i=1/m,
    );
  });
});
