import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, removeFolder } from '../../src/testing/index.ts';
import {
  eventually,
  type Myco,
  member,
  openImap,
  password,
  run,
  sampleMessage,
  startMyco,
  stopAll,
  withTools,
} from '../harness/index.ts';

let myco: Myco;
let folder = '';
afterAll(async () => {
  await stopAll();
  if (folder !== '') removeFolder(folder);
});

interface Way {
  readonly door: 'submission' | 'submissions';
  readonly auth: string;
  readonly secret?: string;
  readonly authority?: string;
}

/** msmtp as a member's script uses it: configuration in a file, the message on standard input. */
async function msmtp(way: Way, to: readonly string[], message: string, from = member('ana')) {
  const lines = [
    'defaults',
    'tls on',
    `tls_starttls ${way.door === 'submission' ? 'on' : 'off'}`,
    `tls_trust_file ${way.authority ?? myco.authorityFile}`,
    'account co-op',
    'host localhost',
    `port ${myco.port(way.door)}`,
    `from ${from}`,
    `auth ${way.auth}`,
    `user ${member('ana')}`,
    `password "${way.secret ?? password}"`,
    'account default : co-op',
  ];
  const file = join(folder, 'msmtprc');
  writeFileSync(file, `${lines.join('\n')}\n`);
  // It refuses a file with a password that others may read.
  chmodSync(file, 0o600);
  return run('msmtp', ['-C', file, '-v', ...to], {
    input: message.replaceAll('\r\n', '\n'),
  });
}

async function arrives(name: string, subject: string): Promise<string> {
  return eventually(`'${subject}' for ${name}`, async () => {
    const imap = await openImap(myco, name);
    await imap.command('EXAMINE INBOX');
    const { lines } = await imap.command('FETCH 1:* BODY.PEEK[]');
    await imap.close();
    return lines.find((text) => text.includes(`Subject: ${subject}\r\n`));
  });
}

const letter = (subject: string, body?: string) =>
  sampleMessage(subject, body).replace('carla@elsewhere.example', member('ana'));

withTools('msmtp submits', ['msmtp'], () => {
  beforeAll(async () => {
    folder = makeFolder();
    myco = await startMyco({ members: ['ana', 'bea'] });
  });

  test.each<Way>([
    { door: 'submission', auth: 'plain' },
    { door: 'submission', auth: 'login' },
    { door: 'submission', auth: 'scram-sha-256' },
    { door: 'submissions', auth: 'on' },
  ])('$door with $auth', async (way) => {
    const subject = `${way.door} ${way.auth}`;
    const { code, said } = await msmtp(
      way,
      [member('bea'), member('ana')],
      letter(subject, '.\r\n..two\r\n'),
    );
    expect(said).toMatch(/<-- 250 2\.0\.0/);
    expect(code).toBe(0);
    expect(await arrives('bea', subject)).toContain('\r\n\r\n.\r\n..two\r\n');
    expect(await arrives('ana', subject)).toMatch(/Received: by mail\.coop\.test with ESMTPSA/);
  });

  test('a wrong password, another sender and a certificate it does not trust end it with a reason', async () => {
    const way: Way = { door: 'submission', auth: 'plain' };
    const wrong = await msmtp({ ...way, secret: 'wrong' }, [member('bea')], letter('x'));
    expect(wrong.said).toMatch(/535 5\.7\.8/);
    expect(wrong.code).toBe(77);
    const forged = await msmtp(way, [member('bea')], letter('x'), member('bea'));
    expect(forged.said).toMatch(/550 5\.7\.1/);
    expect(forged.code).not.toBe(0);
    const strange = await msmtp(
      { ...way, authority: '/etc/ssl/certs/ca-certificates.crt' },
      [member('bea')],
      letter('x'),
    );
    expect(strange.said).toMatch(/certificate/);
    expect(strange.code).not.toBe(0);
  });
});
