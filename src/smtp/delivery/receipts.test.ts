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
beforeEach(async () => {
  dns = memoryResolver({});
  smtp = await openCheckedSmtp(dns);
});
afterEach(() => smtp.close());

/** Mail from x@writer.example whose sender wants to hear that it arrived; how many receipts wait to be sent. */
async function receiptsAfter(author = 'x@writer.example'): Promise<number> {
  const answer = await sayAtMx(smtp, [
    'EHLO out.writer.example',
    'MAIL FROM:<x@writer.example>',
    'RCPT TO:<ana@coop.localhost> NOTIFY=SUCCESS',
    'DATA',
    `From: ${author}\r\n\r\nhello\r\n.`,
  ]);
  expect(answer).toMatch(/^250/);
  return (await smtp.stores.outbox.counts()).waiting;
}

test('RFC 3461 §5.2.3: a sender that SPF vouches for hears of the delivery', async () => {
  dns.set('writer.example', { txt: ['v=spf1 ip4:127.0.0.1 -all'] });
  expect(await receiptsAfter()).toBe(1);
});

test('nobody hears of mail that others may have sent in their name', async () => {
  expect(await receiptsAfter()).toBe(0);
  dns.set('writer.example', { txt: ['v=spf1 ip4:192.0.2.1 ?all'] });
  expect(await receiptsAfter()).toBe(0);
  expect(await smtp.messages(smtp.members.ana)).toHaveLength(2);
});

test('nor of what went to Junk', async () => {
  dns.set('writer.example', { txt: ['v=spf1 ip4:127.0.0.1 -all'] });
  dns.set('_dmarc.bank.example', { txt: ['v=DMARC1; p=quarantine'] });
  expect(await receiptsAfter('boss@bank.example')).toBe(0);
});
