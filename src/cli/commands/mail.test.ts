import { Duplex, PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestDns, startSuite, type TestDns, type TestSuite } from '../../testing/index.ts';
import { adminClient } from '../admin/index.ts';
import {
  followMsMax,
  followPollMs,
  followRowsMax,
  receiptMsMax,
  replyLineBytesMax,
  smtpMsMax,
} from '../limits.ts';
import { Conversation } from '../mail-test/conversation.ts';
import type { Step } from '../mail-test/steps.ts';
import { roomCommands } from './index.ts';

const domain = 'coop.example';
let dns: TestDns;
let suite: TestSuite;
beforeAll(async () => {
  dns = await openTestDns({
    [domain]: { mx: [[10, `mail.${domain}`]], txt: [`v=spf1 a:mail.${domain} -all`], secure: true },
    [`mail.${domain}`]: { a: ['203.0.113.5'] },
    [`_dmarc.${domain}`]: { txt: ['v=DMARC1; p=quarantine'] },
  });
  suite = await startSuite({
    commands: roomCommands,
    settings: { coop: { domain, hostname: `mail.${domain}` }, mail: { resolver: [dns.address] } },
  });
});
afterAll(async () => {
  await suite.stop();
  await dns.close();
});

async function mailTest(address?: string) {
  const client = await adminClient(suite.data);
  if (!client) throw new Error('no server');
  const session = { progress: () => {}, signal: new AbortController().signal };
  const answer = await client.call('mail test', address === undefined ? {} : { address }, session);
  return { ...answer, steps: answer.json as Step[] };
}

async function messagesOf(account: number): Promise<number> {
  const names = await suite.rooms.mail.list(account);
  return names.reduce((sum, { mailbox }) => sum + (mailbox?.messages ?? 0), 0);
}

async function publishKeys(): Promise<void> {
  await suite.rooms.trust.ensureKeys(domain);
  for (const { name, value } of await suite.rooms.trust.signingRecords(domain))
    dns.set(name, { txt: [value] });
}

test('a message goes through every part of the chain, and leaves nothing behind', async () => {
  await publishKeys();
  const { steps, status, text } = await mailTest();
  expect(steps.map(({ step, state }) => `${step} ${state}`)).toEqual([
    'submission door ok',
    'sign-in ok',
    'submission ok',
    'mailbox ok',
    'signature ok',
    'MX door ok',
    'checks ok',
  ]);
  expect(steps.find(({ step }) => step === 'signature')?.said).toMatch(
    /^rsa-\S+ \(rsa-sha256\) pass, ed-\S+ \(ed25519-sha256\) pass, by the keys in the DNS$/,
  );
  expect(steps.at(-1)?.said).toMatch(/^in INBOX: .*dkim=pass.*dmarc=pass/);
  expect(status).toBe(0);
  expect(text).toMatch(/\n\nmail goes through$/);

  const [administrator] = (await suite.rooms.accounts.admin.members()).rows;
  if (!administrator) throw new Error('there is no administrator');
  expect(await messagesOf(administrator.id)).toBe(0);
  const credentials = await suite.rooms.accounts.admin.credentials(administrator.id);
  expect(credentials.filter(({ revoked }) => revoked === null).map(({ name }) => name)).not.toContain(
    'myco mail test',
  );
});

test('keys that are not published are a warning with what to do', async () => {
  const member = await suite.addMember(`ana@${domain}`, 'correct horse battery staple');
  for (const { name } of await suite.rooms.trust.signingRecords(domain)) dns.remove(name);
  const { steps, status, text } = await mailTest('ana');
  expect(status).toBe(0);
  expect(steps.find(({ step }) => step === 'signature')).toMatchObject({
    state: 'warning',
    said: expect.stringMatching(/by our own keys; by those in the DNS: .*see myco dns check$/),
  });
  expect(text).toContain('mail goes through; see the warnings');
  expect(await messagesOf(member.id)).toBe(0);
});

test('a member over quota: the step that failed says so, and it exits with 1', async () => {
  const member = await suite.addMember(`bea@${domain}`, 'correct horse battery staple');
  await suite.rooms.mail.provision(member.id);
  await suite.rooms.mail.setQuota(member.id, 1);
  const { steps, status, text } = await mailTest(`bea@${domain}`);
  expect(steps.at(-1)).toMatchObject({
    step: 'submission',
    state: 'failed',
    said: expect.stringMatching(/[45]5\d [45]\.2\.2/),
  });
  expect(status).toBe(1);
  expect(text).toContain('the chain is broken where it says failed');
});

test.each([
  ['nobody@coop.example', 'nobody@coop.example is not the address of one member'],
  ['a b@coop.example', "'a b@coop.example' is no address"],
])('%s is refused', async (address, reason) => {
  await expect(mailTest(address)).rejects.toThrow(reason);
});

test('a door that talks without end, or not at all, ends the conversation', async () => {
  const open = (said: string) => {
    const [from, to] = [new PassThrough(), new PassThrough()];
    from.end(said);
    const stream = Duplex.from({ readable: from, writable: to }).on('error', () => {});
    const outgoing = {
      stream,
      address: '',
      secure: true,
      peer: null,
      startTls: async () => {},
      destroy: () => stream.destroy(),
    };
    const address = { address: '127.0.0.1', port: 1, host: 'x', tls: 'implicit' } as const;
    return Conversation.open(async () => outgoing, address, 'y');
  };
  await expect(open(`220 ${'x'.repeat(replyLineBytesMax)}`)).rejects.toThrow('a reply has no end');
  await expect(open('220-a\r\n')).rejects.toThrow('the connection was closed');
  await expect(open('554 5.7.1 go away\r\n')).rejects.toThrow('greeted with 554 5.7.1 go away');
  expect([smtpMsMax, followMsMax, followPollMs, receiptMsMax, followRowsMax]).toEqual([
    30_000, 120_000, 200, 3_000, 1_000,
  ]);
});
