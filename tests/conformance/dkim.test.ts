import { generateKeyPairSync } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createChecks, createSealer, createSigner, createSrs } from '../../src/smtp/index.ts';
import { createTrustStore, type TrustStore } from '../../src/stores/trust/index.ts';
import {
  connectSocket,
  engines,
  fakeClock,
  type MemoryResolver,
  memoryResolver,
  openTestSmtp,
  openTestStores,
  type TestSmtp,
  type TestStores,
} from '../../src/testing/index.ts';
import { run, withTools } from '../harness/index.ts';

const script = fileURLToPath(new URL('./dkim_client.py', import.meta.url));

/** Debian's own Python: the package is for that one. */
async function dkimpy(request: Readonly<Record<string, unknown>> & { message: string }): Promise<unknown> {
  const input = JSON.stringify({
    ...request,
    message: Buffer.from(request.message, 'latin1').toString('base64'),
  });
  const { code, out, said } = await run('/usr/bin/python3', [script], { input });
  expect(code, said).toBe(0);
  return JSON.parse(out.toString());
}

const message = [
  'From: Ana <ana@coop.localhost>',
  'To: bea@other.example',
  'Subject:  two   spaces',
  ' and a second line',
  'Date: Fri, 20 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@coop.localhost>',
  'MIME-Version: 1.0',
  'Content-Type: text/plain; charset=utf-8',
  '',
  'Blanks at the end  \t ',
  '',
  '.a line with a dot',
  '',
  '',
  '',
].join('\r\n');

withTools('dkimpy', ['dkimverify'], () => {
  let stores: TestStores;
  let trust: TrustStore;
  const clock = fakeClock(Date.UTC(2026, 10, 22));

  beforeAll(async () => {
    const [sqlite] = engines();
    if (!sqlite) throw new Error('there is no engine');
    stores = await openTestStores(sqlite);
    trust = createTrustStore({ database: stores.database, clock });
  });
  afterAll(() => stores.close());

  async function recordsOf(store: TrustStore, domain: string): Promise<Record<string, string>> {
    return Object.fromEntries((await store.signingRecords(domain)).map(({ name, value }) => [name, value]));
  }

  test('finds our signatures good, RSA and Ed25519, and bad where a message was changed', async () => {
    const signer = createSigner({ trust, isOurs: async () => true, clock });
    const signed = (await signer.sign(Buffer.from(message))) + message;
    const records = await recordsOf(trust, 'coop.localhost');
    expect(await dkimpy({ action: 'verify', message: signed, records })).toEqual([true, true]);
    const relaxed = signed.replace('  two   spaces', ' two spaces');
    expect(await dkimpy({ action: 'verify', message: relaxed, records })).toEqual([true, true]);
    for (const changed of [
      signed.replace('a dot', 'a dash'),
      signed.replace('To: bea', 'To: bob'),
      signed.replace('From: Ana', 'From: eve@evil.example\r\nFrom: Ana'),
    ]) {
      expect(await dkimpy({ action: 'verify', message: changed, records })).not.toContain(true);
    }
  });

  test.each([
    ['rsa-sha256', ['relaxed', 'relaxed']],
    ['rsa-sha256', ['relaxed', 'simple']],
    ['rsa-sha256', ['simple', 'simple']],
    ['ed25519-sha256', ['relaxed', 'simple']],
  ] as const)('%s, %s: we find its signatures good', async (algorithm, canonicalization) => {
    const rsa = algorithm === 'rsa-sha256';
    const { privateKey, publicKey } = rsa
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ed25519');
    const info = publicKey.export({ type: 'spki', format: 'der' });
    // dkimpy takes the 32 octets of an Ed25519 key, the last of its PKCS #8 form.
    const key = rsa
      ? privateKey.export({ type: 'pkcs1' as 'pkcs8', format: 'pem' }).toString()
      : privateKey.export({ type: 'pkcs8', format: 'der' }).subarray(-32).toString('base64');
    const from = message.replaceAll('coop.localhost', 'author.example');
    const asked = { selector: 's1', domain: 'author.example', key, algorithm, canonicalization };
    const field = await dkimpy({ action: 'sign', message: from, ...asked });
    const value = `v=DKIM1; k=${rsa ? 'rsa' : 'ed25519'}; p=${(rsa ? info : info.subarray(-32)).toString('base64')}`;
    const dns = memoryResolver({
      's1._domainkey.author.example': { txt: [value] },
      '_dmarc.author.example': { txt: ['v=DMARC1; p=reject'] },
    });
    const { smtp, kept } = await receive(dns, Buffer.from(String(field), 'base64').toString('latin1') + from);
    try {
      expect(kept).toMatch(
        /dkim=pass [^;]*header\.d=author\.example|dkim=pass [^;]*header\.i=@author\.example/,
      );
      expect(kept).toMatch(/dmarc=pass/);
    } finally {
      await smtp.close();
    }
  });

  test('finds the chain good that we continue, and we the one that it began', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const record = `v=DKIM1; k=rsa; p=${p}`;
    const dns = memoryResolver({
      's1._domainkey.first.example': { txt: [record] },
      '_dmarc.author.example': { txt: ['v=DMARC1; p=none'] },
    });
    const from = `Authentication-Results: first.example; spf=pass smtp.mailfrom=author.example; dmarc=pass header.from=author.example\r\n${message.replaceAll('coop.localhost', 'author.example')}`;
    const set = await dkimpy({
      action: 'arc-sign',
      message: from,
      selector: 's1',
      domain: 'first.example',
      host: 'first.example',
      key: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    });
    const begun = Buffer.from(String(set), 'base64').toString('latin1') + from;
    const { smtp, kept, forwarded, sealing } = await receive(dns, begun);
    try {
      expect(kept).toMatch(/ arc=pass \(i=1/);
      expect(forwarded).toContain('ARC-Seal: i=2;');
      const records = {
        's1._domainkey.first.example': record,
        ...(await recordsOf(sealing, 'coop.localhost')),
      };
      expect(await dkimpy({ action: 'arc-verify', message: forwarded, records })).toEqual([
        'pass',
        expect.anything(),
      ]);
      const changed = forwarded.replace('a dot', 'a dash');
      expect(await dkimpy({ action: 'arc-verify', message: changed, records })).toEqual([
        'fail',
        expect.anything(),
      ]);
    } finally {
      await smtp.close();
    }
  });
});

/** Takes a message at the MX door for a member and for somebody elsewhere: what was kept, and what is forwarded. */
async function receive(
  dns: MemoryResolver,
  text: string,
): Promise<{ smtp: TestSmtp; kept: string; forwarded: string; sealing: TrustStore }> {
  let sealing: TrustStore | undefined;
  const smtp = await openTestSmtp({
    async authenticity({ stores, accounts, clock, metrics, hostname, log }) {
      const trust = createTrustStore({ database: stores.database, clock });
      sealing = trust;
      const domain = 'coop.localhost';
      const isOurs = (name: string) => accounts.isLocalDomain(name);
      const signer = createSigner({ trust, isOurs, clock });
      const checks = createChecks({
        resolver: dns,
        hostname,
        clock,
        metrics,
        settings: () => ({ dmarc: 'enforce', temporary: 'accept', trustedSealers: [], exempt: [] }),
        observer: null,
        sealer: createSealer({ keys: signer.keys, domain, clock, log }),
      });
      return { checks, signer, srs: createSrs({ secret: await trust.secret('srs'), domain, isOurs, clock }) };
    },
  });
  const socket = await connectSocket({ port: smtp.port('smtp') });
  const hear = async () => {
    for (;;) {
      const line = String(await socket.readLine());
      if (!/^\d{3}-/.test(line)) return line;
    }
  };
  await hear();
  for (const line of [
    'EHLO out.example',
    'MAIL FROM:<ana@author.example>',
    'RCPT TO:<ana@coop.localhost>',
    'RCPT TO:<away@coop.localhost>',
    'DATA',
  ]) {
    await socket.send(`${line}\r\n`);
    await hear();
  }
  await socket.send(`${text.replace(/^\./gm, '..')}.\r\n`);
  expect(await hear()).toMatch(/^250/);
  await socket.close();
  const [kept = ''] = await smtp.messages(smtp.members.ana);
  const [waiting] = await smtp.stores.outbox.list({}, { max: 1 });
  if (!waiting) throw new Error('nothing is forwarded');
  const forwarded = await smtp.stores.outbox.bytes(waiting.message, 'all', 1_000_000);
  if (!sealing) throw new Error('nothing seals');
  return { smtp, kept: kept.replace(/\r\n\t/g, ' '), forwarded: forwarded.toString('latin1'), sealing };
}
