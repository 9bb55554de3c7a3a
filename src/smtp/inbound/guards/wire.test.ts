import { afterEach, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { createResolver, parseNetworks } from '../../../net/index.ts';
import { createMetrics } from '../../../observability/index.ts';
import {
  emptyResolver,
  openTestDns,
  openTestSmtp,
  type TestSmtp,
  type TestSocket,
} from '../../../testing/index.ts';
import type { GuardSettings } from './settings.ts';

let smtp: TestSmtp | undefined;
afterEach(async () => {
  await smtp?.close();
  smtp = undefined;
});

const nobody = { networks: parseNetworks([]), domains: new Set<string>(), addresses: new Set<string>() };
const guards: GuardSettings = {
  trusted: parseNetworks([]),
  allow: nobody,
  deny: nobody,
  blockLists: [],
  domainLists: [],
  deadSender: 'points',
  greylist: { points: 5, delayMs: 300_000 },
  perHour: { messages: 100, recipients: 100, unknown: 2 },
  tarpit: { after: 0, msMax: 20 },
};

async function answer(socket: TestSocket): Promise<string> {
  for (;;) {
    const line = (await socket.readLine())?.toString() ?? 'closed';
    if (line[3] !== '-') return line;
  }
}

async function ask(socket: TestSocket, text: string): Promise<string> {
  await socket.send(`${text}\r\n`);
  return answer(socket);
}

async function toMail(from: string, hello = 'mx.elsewhere.example'): Promise<TestSocket> {
  if (!smtp) throw new Error('not open');
  const socket = await smtp.connectFrom(from);
  expect(await answer(socket)).toMatch(/^220/);
  expect(await ask(socket, `EHLO ${hello}`)).toMatch(/^250/);
  expect(await ask(socket, 'MAIL FROM:<x@elsewhere.example>')).toMatch(/^250/);
  return socket;
}

test('a suspicious server is asked to come again, and is known once it did', async () => {
  const clock = fakeClock();
  smtp = await openTestSmtp({ clock, settings: { guards }, resolver: emptyResolver });
  const first = await toMail('81.2.69.142');
  // The DNS says that neither the address has a name nor the sender a server.
  expect(await ask(first, 'RCPT TO:<ana@coop.localhost>')).toBe(
    '450 4.7.1 You are new here and look unusual; come again in 5 minutes',
  );
  expect(await ask(first, 'DATA')).toBe('554 5.5.1 There is no valid recipient');
  clock.advance(300_000);
  const again = await toMail('81.2.69.200');
  expect(await ask(again, 'RCPT TO:<ana@coop.localhost>')).toBe('250 2.1.5 Recipient accepted');
  expect(await ask(again, 'RCPT TO:<bea@coop.localhost>')).toBe('250 2.1.5 Recipient accepted');
  expect((await smtp.metrics.render()).body).toContain(
    'myco_smtp_guards_total{guard="greylist",outcome="refuse"} 1',
  );
  const honest = await toMail('2001:4860:4860::8888');
  expect(await ask(honest, 'RCPT TO:<ana@coop.localhost>')).toMatch(/^450/);
});

test('whoever tries names is answered late, then not at all; members are reached from the same address', async () => {
  smtp = await openTestSmtp({ settings: { guards }, resolver: emptyResolver });
  const socket = await toMail('81.2.69.142');
  await socket.send(
    'RCPT TO:<a@coop.localhost>\r\nRCPT TO:<b@coop.localhost>\r\nRCPT TO:<c@x.example>\r\nNOOP\r\n',
  );
  expect(await answer(socket)).toBe('550 5.1.1 There is no a@coop.localhost here');
  expect(await answer(socket)).toBe('550 5.1.1 There is no b@coop.localhost here');
  expect(await answer(socket)).toBe('421 4.7.1 Too many unknown recipients from your address');
  expect(await answer(socket)).toBe('closed');
  const next = await toMail('81.2.69.142');
  expect(await ask(next, 'RCPT TO:<postmaster@coop.localhost>')).toBe('250 2.1.5 Recipient accepted');
  expect(await ask(next, 'RCPT TO:<d@coop.localhost>')).toBe(
    '421 4.7.1 Too many unknown recipients from your address',
  );
  expect(await answer(next)).toBe('closed');
  expect(smtp.logged.join('')).not.toContain('a@coop.localhost');
});

test('a delay does not outlive the session, nor hold a server that goes down', async () => {
  const tarpit = { after: 0, msMax: 3_600_000 };
  const perHour = { ...guards.perHour, unknown: 1_000 };
  smtp = await openTestSmtp({
    settings: { guards: { ...guards, tarpit, perHour } },
    resolver: emptyResolver,
  });
  const socket = await toMail('81.2.69.142');
  await socket.send('RCPT TO:<a@coop.localhost>\r\n'.repeat(10));
  expect(await answer(socket)).toMatch(/^550/);
  const drained = smtp.servers.drain();
  await socket.send('QUIT\r\n');
  for (let i = 1; i < 10; i++) expect(await answer(socket)).toMatch(/^550/);
  expect(await answer(socket)).toMatch(/^221/);
  await drained;
});

test('the operator turns a network away, and members are met by no guard', async () => {
  const deny = { ...nobody, networks: parseNetworks(['81.2.69.0/24', '127.0.0.0/8']) };
  smtp = await openTestSmtp({ settings: { guards: { ...guards, deny } }, resolver: emptyResolver });
  const socket = await smtp.connectFrom('81.2.69.142');
  expect(await answer(socket)).toBe('554 5.7.1 Mail from your address is not taken here');
  expect(await answer(socket)).toBe('closed');
  expect(await answer(await smtp.connect('submission'))).toMatch(/^220/);
  expect(await answer(await smtp.connect('lmtp'))).toMatch(/^220/);
});

test('lists are asked of the name servers of the settings', async () => {
  const dns = await openTestDns({
    '142.69.2.81.bl.example': { a: ['127.0.0.2'] },
    '143.69.2.81.bl.example': { a: ['127.255.255.254'] },
    'bad.example.dbl.example': { a: ['127.0.1.2'] },
  });
  const resolver = createResolver({
    servers: [{ host: dns.host, port: dns.port }],
    metrics: createMetrics({ processMetrics: false }),
  });
  try {
    smtp = await openTestSmtp({
      resolver,
      settings: {
        guards: {
          ...guards,
          greylist: null,
          blockLists: [{ zone: 'bl.example', points: 'refuse' }],
          domainLists: [{ zone: 'dbl.example', points: 'refuse' }],
        },
      },
    });
    const rcpt = 'RCPT TO:<ana@coop.localhost>';
    expect(await ask(await toMail('81.2.69.142'), rcpt)).toBe(
      '550 5.7.1 Your address is on the list bl.example',
    );
    expect(await ask(await toMail('81.2.69.142'), 'RCPT TO:<postmaster>')).toMatch(/^250/);
    expect(await ask(await toMail('81.2.69.143'), rcpt)).toMatch(/^250/);
    expect(await ask(await toMail('81.2.69.144', 'bad.example'), rcpt)).toBe(
      '550 5.7.1 The name of your server is on the list dbl.example',
    );
    expect(dns.asked('142.69.2.81.bl.example', 'A')).toBe(1);
  } finally {
    resolver.close();
    await dns.close();
  }
});
