import { afterEach, describe, expect, test } from 'vitest';
import { StoreError } from '../../base/index.ts';
import type { OutboxCounts } from '../../stores/outbox/index.ts';
import {
  openSink,
  openTestSmtp,
  routeTo,
  type Sink,
  type SinkScript,
  type TestSmtp,
  type TestSmtpOptions,
  type TestSocket,
  testPassword,
} from '../../testing/index.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(options: TestSmtpOptions): Promise<TestSmtp> {
  const smtp = await openTestSmtp(options);
  closers.push(() => smtp.close());
  return smtp;
}

async function sinkOf(script: SinkScript = {}): Promise<Sink> {
  const sink = await openSink(script);
  closers.push(() => sink.close());
  return sink;
}

async function answer(socket: TestSocket): Promise<string> {
  let text = (await socket.readLine())?.toString() ?? 'closed';
  while (text[3] === '-') text = (await socket.readLine())?.toString() ?? 'closed';
  return text;
}

/** A session of ana, signed in. */
async function signedIn(smtp: TestSmtp) {
  const socket = await smtp.connect('submissions');
  const ask = async (line: string) => {
    await socket.send(`${line}\r\n`);
    return answer(socket);
  };
  await answer(socket);
  await ask('EHLO client');
  const login = Buffer.from(`\0ana@coop.localhost\0${testPassword}`).toString('base64');
  expect(await ask(`AUTH PLAIN ${login}`)).toBe('235 2.7.0 Signed in');
  return ask;
}

const message = 'From: ana@coop.localhost\r\nBcc: secret@elsewhere.example\r\nSubject: s\r\n\r\n.dot\r\n.';

async function submit(smtp: TestSmtp, to: readonly string[], mail = 'MAIL FROM:<ana@coop.localhost>') {
  const ask = await signedIn(smtp);
  expect(await ask(mail)).toMatch(/^250/);
  for (const one of to) expect(await ask(`RCPT TO:${one}`)).toMatch(/^250/);
  expect(await ask('DATA')).toMatch(/^354/);
  return ask(message);
}

/** Waits until the outbox is as it should be: it is asked after each change of it, and in between. */
async function outboxIs(smtp: TestSmtp, expected: Partial<OutboxCounts>): Promise<void> {
  await expect
    .poll(() => smtp.stores.outbox.counts(), { interval: 20, timeout: 10_000 })
    .toMatchObject(expected);
}

const empty = { waiting: 0, claimed: 0 };

/** The mailbox of a member, once there is something in it. */
async function inbox(smtp: TestSmtp, member: 'ana' | 'bea'): Promise<string[]> {
  await expect
    .poll(() => smtp.messages(smtp.members[member]), { interval: 20, timeout: 10_000 })
    .not.toEqual([]);
  return smtp.messages(smtp.members[member]);
}

describe('to a second server of our own', () => {
  test('members here and there: each gets it once, over TLS that is verified', async () => {
    const there = await start({ domain: 'other.localhost' });
    await there.admin.addAlias('via@other.localhost', ['bea@other.localhost']);
    const here = await start({
      route: () => routeTo(there.port('smtp')),
      authority: there.authority,
      rule: { kind: 'pkix', why: 'mta-sts' },
    });
    const said = await submit(
      here,
      ['<bea@coop.localhost>', '<via@other.localhost> NOTIFY=NEVER'],
      ['MAIL FROM:<ana@coop.localhost> BODY=8BITMIME RET=HDRS ENVID=e1'][0],
    );
    expect(said).toMatch(/^250 2\.0\.0/);
    const [local = ''] = await here.messages(here.members.bea);
    const [remote = ''] = await inbox(there, 'bea');
    expect(local).toMatch(
      /^Return-Path: <ana@coop\.localhost>\r\nReceived: by mail\.coop\.localhost with ESMTPSA id /,
    );
    expect(local).not.toMatch(/127\.0\.0\.1|secret@|Bcc/);
    expect(local).toMatch(/\r\nDate: [^\r]+\r\nMessage-ID: <[a-z2-7]{26}@coop\.localhost>\r\nFrom: /);
    expect(local.endsWith('\r\n\r\ndot\r\n')).toBe(true);
    expect(remote).toMatch(/with ESMTPS id /);
    expect(remote.slice(remote.indexOf('Received: by mail.coop'))).toBe(
      local.slice(local.indexOf('Received: by')),
    );
    expect(remote.match(/^Return-Path/gm)).toHaveLength(1);
    await outboxIs(here, empty);
    expect(await here.messages(here.members.ana)).toEqual([]);
  });

  test('nobody of that name there: the member is told, once, in its mailbox', async () => {
    const there = await start({ domain: 'other.localhost' });
    const here = await start({ route: () => routeTo(there.port('smtp')) });
    const to = ['<nobody@other.localhost> ORCPT=rfc822;old+2Bname@other.localhost', '<bea@other.localhost>'];
    await submit(here, to, 'MAIL FROM:<ana@coop.localhost> ENVID=e+2B1');
    const [bounce = '', ...more] = await inbox(here, 'ana');
    expect(more).toEqual([]);
    expect(await inbox(there, 'bea')).toHaveLength(1);
    expect(bounce).toMatch(
      /^Return-Path: <>\r\nFrom: Mail delivery <postmaster@coop\.localhost>\r\nTo: <ana@/,
    );
    for (const line of [
      'Subject: Your message could not be delivered',
      'Auto-Submitted: auto-replied',
      '    localhost said: 550 5.1.1 There is no nobody@other.localhost here',
      'Reporting-MTA: dns; mail.coop.localhost',
      'Original-Envelope-Id: e+1',
      'Original-Recipient: rfc822; old+name@other.localhost',
      'Final-Recipient: rfc822; nobody@other.localhost',
      'Action: failed',
      'Status: 5.1.1',
      'Remote-MTA: dns; localhost',
      'Content-Type: text/rfc822-headers',
      'Subject: s',
    ])
      expect(bounce).toContain(`\r\n${line}\r\n`);
    expect(bounce).not.toContain('\r\ndot\r\n');
    expect(bounce).not.toContain('bea@other');
    expect(here.logged.join('')).not.toMatch(/nobody@|ana@|bea@/);
  });
});

describe('conditions of RFC 3461', () => {
  test('RET=FULL gives all of it back; NOTIFY=NEVER nothing', async () => {
    const sink = await sinkOf({ RCPT: '550 5.1.1 no' });
    const smtp = await start({ route: () => routeTo(sink.port) });
    await submit(
      smtp,
      ['<a@far.example>', '<b@far.example> NOTIFY=NEVER'],
      'MAIL FROM:<ana@coop.localhost> RET=FULL',
    );
    const [bounce = ''] = await inbox(smtp, 'ana');
    expect(bounce).toContain('Content-Type: message/rfc822\r\n');
    expect(bounce).toContain('\r\n\r\ndot\r\n');
    expect(bounce).not.toContain('b@far.example');
    await outboxIs(smtp, empty);
  });

  test('SUCCESS: a host that knows DSN takes the duty; of one that does not the sender is told', async () => {
    const sink = await sinkOf();
    const smtp = await start({ route: () => routeTo(sink.port) });
    await submit(smtp, ['<a@far.example> NOTIFY=SUCCESS']);
    await sink.arrived(1);
    await outboxIs(smtp, empty);
    expect(await smtp.messages(smtp.members.ana)).toEqual([]);
    sink.script = { EHLO: '250 sink' };
    await expect.poll(() => sink.connections.open, { timeout: 10_000 }).toBe(0);
    await submit(smtp, ['<b@far.example> NOTIFY=SUCCESS']);
    expect((await inbox(smtp, 'ana'))[0]).toContain('\r\nAction: relayed\r\n');
  });

  test('SUCCESS: of a delivery here that waited for its time', async () => {
    const smtp = await start({});
    await submit(
      smtp,
      ['<bea@coop.localhost> NOTIFY=SUCCESS'],
      'MAIL FROM:<ana@coop.localhost> HOLDFOR=3600',
    );
    expect(await smtp.messages(smtp.members.bea)).toEqual([]);
    await smtp.stores.outbox.change({}, 'retry');
    expect((await inbox(smtp, 'ana'))[0]).toContain('\r\nAction: delivered\r\n');
    expect(await smtp.messages(smtp.members.bea)).toHaveLength(1);
  });

  test('SUCCESS: of a delivery here too', async () => {
    const smtp = await start({});
    await submit(smtp, ['<bea@coop.localhost> NOTIFY=SUCCESS,FAILURE', '<carl@coop.localhost>']);
    const [receipt = ''] = await inbox(smtp, 'ana');
    expect(receipt).toContain(
      '\r\nFinal-Recipient: rfc822; bea@coop.localhost\r\nAction: delivered\r\nStatus: 2.1.5\r\n',
    );
    expect(receipt).not.toContain('carl@');
  });
});

describe('what comes from elsewhere and goes elsewhere', () => {
  async function stranger(smtp: TestSmtp, sender: string): Promise<string> {
    const socket = await smtp.connect('smtp');
    await answer(socket);
    await socket.send(`HELO x\r\nMAIL FROM:<${sender}>\r\nRCPT TO:<away@coop.localhost>\r\nDATA\r\n`);
    for (const code of ['250', '250', '250', '354'])
      expect(await answer(socket)).toMatch(new RegExp(`^${code}`));
    await socket.send('From: x@y.example\r\n\r\nhi\r\n.\r\n');
    const said = await answer(socket);
    await socket.close();
    return said;
  }

  test('an alias that leads away is followed, and a bounce of it goes out by the queue', async () => {
    const sink = await sinkOf({ '<somebody@elsewhere.example>': '550 5.1.1 no' });
    const smtp = await start({ route: () => routeTo(sink.port) });
    expect(await stranger(smtp, 'x@y.example')).toMatch(/^250/);
    await sink.arrived(1);
    const [bounce] = sink.messages;
    expect(bounce).toMatchObject({ from: expect.stringMatching(/^<> /), to: ['<x@y.example> NOTIFY=NEVER'] });
    expect(bounce?.content).toContain('Original-Recipient: rfc822; away@coop.localhost\r\n');
    await outboxIs(smtp, empty);
  });

  test('there is no notice about a notice', async () => {
    const sink = await sinkOf({ RCPT: '550 5.1.1 no' });
    const smtp = await start({ route: () => routeTo(sink.port) });
    expect(await stranger(smtp, '')).toMatch(/^250/);
    await outboxIs(smtp, empty);
    expect(await stranger(smtp, 'x@y.example')).toMatch(/^250/);
    await outboxIs(smtp, empty);
    expect(sink.messages).toEqual([]);
    expect(sink.heard.filter((line) => line.startsWith('RCPT'))).toHaveLength(3);
    expect(smtp.logged.join('')).toContain('mail dropped');
  });
});

describe('250 means durable', () => {
  test('of a message that cannot be queued no member has a copy', async () => {
    const smtp = await start({ sending: { memberPerHour: 2 } });
    const to = ['<bea@coop.localhost>', '<a@far.example>', '<b@far.example>'];
    expect(await submit(smtp, to)).toMatch(/^250/);
    expect(await submit(smtp, to)).toBe('450 4.7.1 Mail to more than 2 recipients in an hour is not taken');
    expect(await smtp.messages(smtp.members.bea)).toHaveLength(1);
    expect(await smtp.stores.outbox.counts()).toMatchObject({ held: 0 });
    expect(await smtp.stores.outbox.list({}, { max: 9 })).toHaveLength(2);
  });

  test('a member has it not, others have: all is tried again, and those do not get it twice', async () => {
    const sink = await sinkOf();
    let full = true;
    const smtp = await start({
      route: () => routeTo(sink.port),
      mail: (real) =>
        new Proxy(real, {
          get(target, key) {
            const value: unknown = Reflect.get(target, key, target);
            if (key === 'deliver' && full) return () => Promise.reject(new StoreError('no-space', 'full'));
            return typeof value === 'function' ? value.bind(target) : value;
          },
        }),
    });
    const attempt = () => submit(smtp, ['<bea@coop.localhost>', '<x@elsewhere.example>']);
    expect(await attempt()).toBe('451 4.3.0 Something went wrong here; try again later');
    await sink.arrived(1);
    full = false;
    expect(await attempt()).toMatch(/^250/);
    expect(await smtp.messages(smtp.members.bea)).toHaveLength(1);
    await outboxIs(smtp, empty);
    expect(sink.messages).toHaveLength(1);
    expect(await attempt()).toMatch(/^250/);
    await sink.arrived(2);
  });

  test('a message that we refuse is not queued', async () => {
    const smtp = await start({});
    const ask = await signedIn(smtp);
    await ask('MAIL FROM:<ana@coop.localhost>');
    await ask('RCPT TO:<x@elsewhere.example>');
    await ask('DATA');
    expect(await ask('From: ana@coop.localhost\r\n\r\nbare\nlf\r\n.')).toMatch(/^550 5\.5\.2/);
    expect(await smtp.stores.outbox.counts()).toMatchObject({ waiting: 0, claimed: 0 });
  });

  test('many recipients are one message there, and one transaction', async () => {
    const sink = await sinkOf();
    const smtp = await start({ route: () => routeTo(sink.port) });
    await submit(
      smtp,
      Array.from({ length: 30 }, (_, i) => `<r${i}@far.example>`),
    );
    await sink.arrived(1);
    expect(sink.messages[0]?.to).toHaveLength(30);
    await outboxIs(smtp, empty);
    expect(sink.connections.opened).toBe(1);
  });
});
