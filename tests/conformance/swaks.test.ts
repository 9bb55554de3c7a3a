import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Myco,
  member,
  openImap,
  openSmtp,
  password,
  run,
  startMyco,
  stopAll,
  withTools,
} from '../harness/index.ts';

let myco: Myco;
afterAll(stopAll);

const tls = () => ['--tls-verify', '--tls-ca-path', myco.authorityFile];
const login = (name: string) => ['--auth', 'PLAIN', '--auth-user', member(name), '--auth-password', password];

/** swaks against one door; its transcript is what it says. */
async function swaks(door: 'smtp' | 'submission' | 'submissions' | 'lmtp', ...args: string[]) {
  const server = ['--server', `localhost:${myco.port(door)}`, '--helo', 'client.example', '--timeout', '30'];
  return run('swaks', [...server, ...args]);
}

async function subjects(name: string): Promise<string[]> {
  const imap = await openImap(myco, name);
  await imap.command('EXAMINE INBOX');
  const { lines } = await imap.command('FETCH 1:* BODY.PEEK[HEADER.FIELDS (SUBJECT)]');
  await imap.close();
  return lines.flatMap((line) => /Subject: (.*)\r/.exec(line)?.[1] ?? []);
}

withTools('swaks', ['swaks'], () => {
  beforeAll(async () => {
    myco = await startMyco({ members: ['ana', 'bea'], settings: { limits: '{ message: 64KiB }' } });
  });

  test('delivers at the MX door', async () => {
    const { code, said } = await swaks(
      'smtp',
      '--from',
      'x@elsewhere.example',
      '--to',
      member('ana'),
      '--h-Subject',
      'mx',
    );
    expect(said).toMatch(/<-\s+250 2\.0\.0/);
    expect(code).toBe(0);
    expect(await subjects('ana')).toContain('mx');
  });

  test('delivers over STARTTLS with the certificate verified', async () => {
    const to = ['--from', 'x@elsewhere.example', '--to', member('ana'), '--h-Subject', 'starttls'];
    const { code, said } = await swaks('smtp', '--tls', ...tls(), ...to);
    expect(said).toMatch(/TLS started with cipher TLSv1\.[23]/);
    expect(code).toBe(0);
    expect(await subjects('ana')).toContain('starttls');
  });

  test('a certificate of nobody it trusts is not accepted by a client that verifies', async () => {
    const other = ['--tls-verify', '--tls-ca-path', '/dev/null'];
    const { code } = await swaks(
      'smtp',
      '--tls',
      ...other,
      '--from',
      'x@elsewhere.example',
      '--to',
      member('ana'),
    );
    expect(code).not.toBe(0);
  });

  test('offers AUTH only after TLS, and never at the MX door', async () => {
    const plain = await swaks('submission', '--quit-after', 'EHLO');
    expect(plain.said).toMatch(/STARTTLS/);
    expect(plain.said).not.toMatch(/250[- ]AUTH/);
    const secure = await swaks('submission', '--tls', ...tls(), '--quit-after', 'EHLO');
    expect(secure.said).toMatch(/250[- ]AUTH .*PLAIN/);
    const mx = await swaks('smtp', '--tls', ...tls(), '--quit-after', 'EHLO');
    expect(mx.said).not.toMatch(/250[- ]AUTH/);
  });

  test.each(['PLAIN', 'LOGIN'])('submission: AUTH %s after STARTTLS', async (mechanism) => {
    const auth = ['--auth', mechanism, '--auth-user', member('ana'), '--auth-password', password];
    const mail = ['--from', member('ana'), '--to', member('bea'), '--h-Subject', `submission ${mechanism}`];
    const { code, said } = await swaks('submission', '--tls', ...tls(), ...auth, ...mail);
    expect(said).toMatch(/235 2\.7\.0/);
    expect(code).toBe(0);
    expect(await subjects('bea')).toContain(`submission ${mechanism}`);
  });

  test('submissions: TLS from the first byte', async () => {
    const mail = ['--from', member('ana'), '--to', member('bea'), '--h-Subject', 'implicit'];
    const { code, said } = await swaks('submissions', '--tlsc', ...tls(), ...login('ana'), ...mail);
    expect(said).toMatch(/250 2\.0\.0/);
    expect(code).toBe(0);
    expect(await subjects('bea')).toContain('implicit');
  });

  test('refuses a recipient that is not here', async () => {
    const { code, said } = await swaks('smtp', '--from', 'x@elsewhere.example', '--to', member('nobody'));
    expect(said).toMatch(/550 5\.1\.1/);
    expect(code).toBe(24);
  });

  test('is no open relay', async () => {
    const { code, said } = await swaks('smtp', '--from', 'x@elsewhere.example', '--to', 'y@other.example');
    expect(said).toMatch(/550 5\.7\.1/);
    expect(code).toBe(24);
  });

  test('mail for others is taken, and waits or comes back; it is never dropped', async () => {
    const mail = ['--from', member('ana'), '--to', 'y@other.example'];
    const { code, said } = await swaks('submission', '--tls', ...tls(), ...login('ana'), ...mail);
    expect(said).toMatch(/<~\s+250 2\.0\.0/);
    expect(code).toBe(0);
    // What the name servers of this machine say of it, or whether there are any, is not for this test to know.
    const kept = async () => {
      const { said: listed } = await myco.cli(['queue', 'list', member('ana')]);
      return `${listed}\n${(await subjects('ana')).join('\n')}`;
    };
    await expect
      .poll(kept, { timeout: 20_000 })
      .toMatch(/<y@other\.example>|Your message could not be delivered/);
  });

  test('submission wants to know who is there', async () => {
    const mail = ['--from', member('ana'), '--to', member('bea')];
    expect((await swaks('submission', '--tls', ...tls(), ...mail)).said).toMatch(/530 5\.7\.0/);
    const wrong = ['--auth', 'PLAIN', '--auth-user', member('ana'), '--auth-password', 'wrong'];
    const refused = await swaks('submission', '--tls', ...tls(), ...wrong, ...mail);
    expect(refused.said).toMatch(/535 5\.7\.8/);
    expect(refused.code).toBe(28);
  });

  test('a forged sender is refused, in the envelope and in the header', async () => {
    const auth = ['--tls', ...tls(), ...login('ana'), '--to', member('bea')];
    const envelope = await swaks('submission', ...auth, '--from', member('bea'), '--h-From', member('ana'));
    expect(envelope.said).toMatch(/550 5\.7\.1/);
    const header = await swaks(
      'submission',
      ...auth,
      '--from',
      member('ana'),
      '--h-From',
      `<${member('bea')}>`,
    );
    expect(header.said).toMatch(/550 5\.7\.1/);
    expect(header.code).toBe(26);
    expect((await subjects('bea')).filter((subject) => subject.startsWith('test '))).toEqual([]);
  });

  test('SIZE: too large is refused at MAIL where it is announced, after DATA where not', async () => {
    expect((await swaks('smtp', '--quit-after', 'EHLO')).said).toMatch(/250[- ]SIZE 65536/);
    const big = 'x'.repeat(70).concat('\n').repeat(1_200);
    const to = ['--to', member('ana'), '--h-Subject', 'too large', '--body', big];
    const late = await swaks('smtp', '--from', 'x@elsewhere.example', ...to);
    expect(late.said).toMatch(/552 5\.3\.4/);
    const early = await openSmtp(myco);
    expect((await early.ask('MAIL FROM:<x@elsewhere.example> SIZE=100000')).text).toMatch(/^552 5\.3\.4/);
    await early.close();
    expect(await subjects('ana')).not.toContain('too large');
  });

  test('PIPELINING', async () => {
    const mail = ['--from', 'x@elsewhere.example', '--to', `${member('ana')},${member('bea')}`];
    const { code, said } = await swaks('smtp', '--pipeline', ...mail, '--h-Subject', 'pipelined');
    expect(said).toMatch(/250[- ]PIPELINING/);
    expect(code).toBe(0);
    expect(await subjects('ana')).toContain('pipelined');
    expect(await subjects('bea')).toContain('pipelined');
  });

  test('LMTP: each recipient has an answer of its own', async () => {
    const mail = ['--protocol', 'LMTP', '--from', 'x@elsewhere.example', '--h-Subject', 'by lmtp'];
    const { code, said } = await swaks('lmtp', ...mail, '--to', `${member('ana')},${member('bea')}`);
    expect(said).toMatch(/LHLO client\.example/);
    expect(said.match(/<- +250 2\.1\.5 Delivered to /g)).toHaveLength(2);
    expect(code).toBe(0);
    expect(await subjects('ana')).toContain('by lmtp');
    expect(await subjects('bea')).toContain('by lmtp');
    expect((await swaks('lmtp', ...mail, '--to', member('nobody'))).said).toMatch(/550 5\.1\.1/);
  });

  test('a message in UTF-8 arrives byte for byte', async () => {
    const text = 'Grüße, café, 日本語, 🦊';
    const mail = ['--from', 'x@elsewhere.example', '--to', member('bea')];
    const header = ['--h-Subject', 'utf8', '--add-header', 'MIME-Version: 1.0'];
    const type = ['--add-header', 'Content-Type: text/plain; charset=utf-8', '--body', text];
    const { code, said } = await swaks('smtp', ...mail, ...header, ...type);
    expect(said).toMatch(/250[- ]8BITMIME/);
    expect(said).toMatch(/250[- ]SMTPUTF8/);
    expect(code).toBe(0);
    const imap = await openImap(myco, 'bea');
    await imap.command('EXAMINE INBOX');
    const { lines } = await imap.command('SEARCH SUBJECT utf8');
    const number = /\d+/.exec(lines[0] ?? '')?.[0];
    const fetched = await imap.command(`FETCH ${number} BODY.PEEK[TEXT]`);
    expect(Buffer.from(fetched.lines.join(), 'latin1').toString()).toContain(text);
    await imap.close();
  });

  test('plus addresses and the case of the local part reach the member', async () => {
    for (const to of [member('ana+list'), member('ANA')]) {
      const mail = ['--from', 'x@elsewhere.example', '--to', to, '--h-Subject', `to ${to}`];
      expect((await swaks('smtp', ...mail)).code).toBe(0);
      expect(await subjects('ana')).toContain(`to ${to}`);
    }
  });

  test('the data folder keeps the private key of the authority to itself', () => {
    expect(readFileSync(myco.authorityFile, 'utf8')).toContain('BEGIN CERTIFICATE');
    expect(readFileSync(myco.authorityFile, 'utf8')).not.toContain('PRIVATE KEY');
  });
});
