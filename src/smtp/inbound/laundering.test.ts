import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type MemoryResolver,
  memoryResolver,
  openCheckedSmtp,
  sayAtMx,
  type TestSmtp,
} from '../../testing/index.ts';

let smtp: TestSmtp;
let dns: MemoryResolver;
let exempt: readonly string[] = [];

beforeEach(async () => {
  exempt = [];
  dns = memoryResolver({
    '_dmarc.coop.localhost': { txt: ['v=DMARC1; p=none'] },
    'stranger.example': { txt: ['v=spf1 ip4:127.0.0.1 -all'] },
  });
  smtp = await openCheckedSmtp(dns, () => ({ exempt }));
});
afterEach(() => smtp.close());

function send(author: string, to: readonly string[], sender = 'x@stranger.example'): Promise<string> {
  const rcpts = to.map((address) => `RCPT TO:<${address}@coop.localhost>`);
  const message = `From: ${author}\r\n\r\nhello\r\n.`;
  return sayAtMx(smtp, ['EHLO x', `MAIL FROM:<${sender}>`, ...rcpts, 'DATA', message]);
}

test('what claims to be ours and is not proven is kept here, and is not sent on with our sender', async () => {
  const refused = '550 5.7.1 Mail that claims to be from here is sent on only if SPF or DKIM proves it';
  expect(await send('boss@coop.localhost', ['away'])).toBe(refused);
  expect(await send('Boss <boss@Shop.Coop.Localhost>', ['away'])).toBe(refused);
  expect(await send('boss@localhost', ['away'])).toBe(refused);
  expect(await send('boss@coop.localhost', ['ana', 'away'])).toBe(refused);
  expect(await smtp.messages(smtp.members.ana)).toEqual([]);
  expect(await smtp.stores.outbox.counts()).toMatchObject({ waiting: 0 });
  expect(await send('boss@coop.localhost', ['ana'])).toMatch(/^250/);
});

test('mail of others is sent on, and ours where it is proven or the peer is trusted', async () => {
  expect(await send('x@stranger.example', ['away'])).toMatch(/^250/);
  expect(await send('x@notcoop.localhost.example', ['away'])).toMatch(/^250/);
  dns.set('coop.localhost', { txt: ['v=spf1 ip4:127.0.0.1 -all'] });
  expect(await send('ana@coop.localhost', ['away'], 'ana@coop.localhost')).toMatch(/^250/);
  exempt = ['127.0.0.0/8'];
  expect(await send('boss@coop.localhost', ['away'])).toMatch(/^250/);
});
