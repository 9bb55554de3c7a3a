import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { createDial } from '../../../net/index.ts';
import type { QueuedMessage, QueuedRecipient, TransmissionOptions } from '../../../stores/outbox/index.ts';
import {
  openSink,
  openTestSmtp,
  type Sink,
  type SinkScript,
  testPassword,
  tlsaOf,
} from '../../../testing/index.ts';
import type { DaneRecord, TlsOutcome, TlsRule } from '../policy/types.ts';
import type { Hop } from '../route/types.ts';
import { type CourierOptions, createCourier, type Dialled, type Fate, type Line } from './index.ts';
import { answerCharsMax, replyBytesMax } from './limits.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function sinkOf(script: SinkScript = {}): Promise<Sink> {
  const sink = await openSink(script);
  closers.push(() => sink.close());
  return sink;
}

const hopTo = (port: number, more: Partial<Hop> = {}): Hop => ({
  host: 'localhost',
  port,
  addresses: ['127.0.0.1'],
  secure: false,
  implicitTls: false,
  relay: false,
  credentials: null,
  ...more,
});

const basis = { policy: 'no-policy-found', policyText: [], mxHosts: [], failure: null } as const;

async function dial(
  hop: Hop,
  options: Partial<CourierOptions> & {
    rule?: TlsRule;
    tested?: TlsRule;
    address?: string;
    signal?: AbortSignal;
  } = {},
): Promise<Dialled> {
  const { rule = { kind: 'opportunistic' }, tested = null, address = '127.0.0.1', signal, ...more } = options;
  const courier = createCourier({
    dial: createDial(),
    hostname: 'mail.coop.example',
    policies: { ruleFor: async () => ({ rule, tested, basis }) },
    ...more,
  });
  const passage = { domain: 'far.example', hop, address, asked: null };
  return courier.dial(signal ? { ...passage, signal } : passage);
}

async function lineTo(hop: Hop, options: Parameters<typeof dial>[1] = {}): Promise<Line> {
  const dialled = await dial(hop, options);
  if (dialled.kind !== 'line') throw new Error(dialled.answer.text);
  closers.push(() => dialled.line.destroy());
  return dialled.line;
}

function message(
  options: Partial<TransmissionOptions> = {},
  more: Partial<QueuedMessage> = {},
): QueuedMessage {
  return {
    id: 1,
    account: 7,
    kind: 'submission',
    sender: 'ana@coop.example',
    options: { body: null, utf8: false, ret: null, envid: null, tls: null, ...options },
    head: '',
    hash: '',
    size: 99,
    headerLength: 0,
    created: 0,
    ...more,
  };
}

function recipients(...those: (string | Partial<QueuedRecipient>)[]): QueuedRecipient[] {
  return those.map((one, index) => ({
    message: 1,
    n: index + 1,
    address: 'x@far.example',
    domain: 'far.example',
    notify: [],
    orcpt: null,
    state: 'claimed',
    next: 0,
    expires: 0,
    warnAt: 0,
    attempts: 0,
    unsure: 0,
    last: null,
    ...(typeof one === 'string' ? { address: one } : one),
  }));
}

const text = 'Subject: s\r\n\r\n.a line with a dot\r\n';

async function send(
  line: Line,
  to: QueuedRecipient[] = recipients('x@far.example'),
  what: QueuedMessage = message(),
  content: () => Readable = () => Readable.from([Buffer.from(text)]),
): Promise<Fate[]> {
  const fates = await line.send({ message: what, recipients: to, content });
  return to.map(({ n }) => {
    const fate = fates.get(n);
    if (!fate) throw new Error(`${n} has no fate`);
    return fate;
  });
}

const told = (fate: Fate | undefined) =>
  fate &&
  `${fate.kind}${'unsure' in fate && fate.unsure ? ' unsure' : ''} ${fate.answer.code} ${fate.answer.status}`;

describe('one line', () => {
  test('carries one message after another, each recipient with what was said of it', async () => {
    const sink = await sinkOf({
      '<b@far.example>': '550-5.1.1 nobody\r\n550 5.1.1 of that name',
      '<c@far.example>': '450 4.2.1 come again',
    });
    const line = await lineTo(hopTo(sink.port));
    const to = recipients('a@far.example', 'b@far.example', 'c@far.example', 'a@far.example');
    const fates = await send(line, to);
    expect(fates.map(told)).toEqual([
      'delivered 250 2.0.0',
      'failed 550 5.1.1',
      'deferred 450 4.2.1',
      'delivered 250 2.0.0',
    ]);
    expect(fates[1]?.answer).toEqual({
      code: 550,
      status: '5.1.1',
      text: 'nobody of that name',
      host: 'localhost',
    });
    expect(told((await send(line))[0])).toBe('delivered 250 2.0.0');
    line.quit();
    expect(sink.messages).toEqual([
      { from: '<ana@coop.example> BODY=8BITMIME SIZE=99', to: ['<a@far.example>'], content: text },
      { from: '<ana@coop.example> BODY=8BITMIME SIZE=99', to: ['<x@far.example>'], content: text },
    ]);
    expect(sink.connections.opened).toBe(1);
  });

  test('all refused: the next message goes on the same line, after RSET', async () => {
    const sink = await sinkOf({ '<b@far.example>': '550 5.1.1 no', MAIL: '451 4.3.0 not now' });
    const line = await lineTo(hopTo(sink.port));
    expect((await send(line)).map(told)).toEqual(['deferred 451 4.3.0']);
    sink.script = { '<b@far.example>': '550 5.1.1 no' };
    expect((await send(line, recipients('b@far.example'))).map(told)).toEqual(['failed 550 5.1.1']);
    expect((await send(line)).map(told)).toEqual(['delivered 250 2.0.0']);
    expect(sink.heard.filter((command) => command === 'RSET')).toHaveLength(2);
    expect(sink.connections.opened).toBe(1);
  });

  test.each([
    ['DATA', '554 5.7.1 no', 'failed 554 5.7.1'],
    ['.', '554 5.7.1 spam', 'failed 554 5.7.1'],
    ['.', '452 4.3.1 full', 'deferred 452 4.3.1'],
    ['.', '550 4.7.1 confused', 'failed 550 5.7.1'],
    ['.', '354 what', 'deferred unsure 0 4.5.0'],
    ['.', 'nonsense', 'deferred unsure 0 4.5.0'],
    ['.', 'DROP', 'deferred unsure 0 4.4.2'],
    ['.', 'SILENCE', 'deferred unsure 0 4.4.2'],
    ['MAIL', 'DROP', 'deferred 0 4.4.2'],
    ['MAIL', 'SILENCE', 'deferred 0 4.4.2'],
    ['RCPT', '421 4.3.2 closing', 'deferred 421 4.3.2'],
    ['RCPT', 'nonsense', 'deferred 0 4.5.0'],
    ['RCPT', '553 no', 'failed 553 5.0.0'],
    ['RCPT', `${'250-more\r\n'.repeat(Math.ceil(replyBytesMax / 9))}250 done`, 'deferred 0 4.4.2'],
    ['RCPT', `${'550-5.1.1 no\r\n'.repeat(300)}550 5.1.1 no`, 'failed 550 5.1.1'],
  ])('%s with %.30s', async (verb, reply, expected) => {
    const sink = await sinkOf({ [verb]: reply });
    const patience = { replyMs: 300, finalReplyMs: 300 };
    const line = await lineTo(hopTo(sink.port), { patience });
    const [fate] = await send(line);
    expect(told(fate)).toBe(expected);
    expect(fate?.answer.text.length).toBeLessThanOrEqual(answerCharsMax);
  });

  test('a host that closed an idle line has not refused anything', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    await send(line);
    sink.script = { MAIL: 'DROP' };
    expect((await send(line)).map(told)).toEqual(['untried 0 4.4.2']);
    expect(line.usable).toBe(false);
    expect((await send(line)).map(told)).toEqual([expect.stringMatching(/^(untried|deferred)/)]);
  });

  test('a 421 on a line that has served is no refusal either', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    await send(line);
    sink.script = { MAIL: '421 4.7.0 enough' };
    expect((await send(line)).map(told)).toEqual(['untried 421 4.7.0']);
    expect(line.usable).toBe(false);
  });

  test('MAIL refused for now: what pipelined recipients were told for it is not counted', async () => {
    const sink = await sinkOf({
      MAIL: '452 4.3.1 no space',
      RCPT: '503 5.5.1 need MAIL',
      DATA: '503 5.5.1 need RCPT',
    });
    const line = await lineTo(hopTo(sink.port));
    expect((await send(line, recipients('a@far.example', 'b@far.example'))).map(told)).toEqual([
      'deferred 452 4.3.1',
      'deferred 452 4.3.1',
    ]);
  });

  test('an internationalised recipient fails alone where the host takes none', async () => {
    const sink = await sinkOf({ EHLO: '250-sink\r\n250 PIPELINING' });
    const line = await lineTo(hopTo(sink.port));
    expect((await send(line, recipients('a@far.example', 'é@far.example'))).map(told)).toEqual([
      'delivered 250 2.0.0',
      'failed 0 5.6.7',
    ]);
  });

  test('those of too many recipients go at once in a transaction of their own', async () => {
    const sink = await sinkOf({ '<b@far.example>': '452 4.5.3 too many' });
    const line = await lineTo(hopTo(sink.port));
    const fates = await send(line, recipients('a@far.example', 'b@far.example'));
    expect(fates.map(told)).toEqual(['delivered 250 2.0.0', 'untried 452 4.5.3']);
    expect((await send(line, recipients('b@far.example'))).map(told)).toEqual(['deferred 452 4.5.3']);
  });

  test('a message that cannot be read ends the line, and is not sent in part', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    const broken = () =>
      Readable.from(
        (async function* () {
          yield Buffer.from('Subject: half');
          throw new Error('the disk is gone');
        })(),
      );
    expect((await send(line, undefined, message(), broken)).map(told)).toEqual(['deferred 0 4.3.0']);
    expect(line.usable).toBe(false);
    expect(sink.messages).toEqual([]);
  });

  test('an address that cannot be written is refused alone', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    const fates = await send(line, recipients('"a>b"@far.example', 'x@far.example'));
    expect(fates.map(told)).toEqual(['failed 0 5.1.3', 'delivered 250 2.0.0']);
  });

  test('a megabyte and more is streamed, dots doubled', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    const piece = Buffer.from(`${'x'.repeat(60)}\r\n.${'y'.repeat(60)}\r\n`.repeat(500));
    const content = () => Readable.from(Array.from({ length: 20 }, () => piece));
    await send(line, undefined, message({}, { size: piece.length * 20, head: '' }), content);
    await send(line);
    expect(sink.messages.map(({ content: { length } }) => length)).toEqual([text.length]);
    sink.script = { EHLO: '250-sink\r\n250 DSN' };
    const other = await lineTo(hopTo(sink.port));
    expect(
      (await send(other, undefined, message({}, { size: piece.length * 20 }), content)).map(told),
    ).toEqual(['delivered 250 2.0.0']);
    expect(sink.messages[1]?.content.length).toBe(piece.length * 20);
  });
});

describe('parameters', () => {
  const everything = { body: '8BITMIME', utf8: true, ret: 'FULL', envid: 'a+b', tls: null } as const;

  test('go to a host that knows them, each recipient with its own', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    await send(
      line,
      recipients(
        { address: 'x@far.example', notify: ['FAILURE', 'DELAY'], orcpt: 'rfc822;x+y@far.example' },
        { address: 'y@far.example', notify: ['NEVER'] },
        'z@far.example',
      ),
      message(everything),
    );
    expect(sink.messages[0]).toMatchObject({
      from: '<ana@coop.example> BODY=8BITMIME SIZE=99 SMTPUTF8 RET=FULL ENVID=a+2Bb',
      to: [
        '<x@far.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;x+2By@far.example',
        '<y@far.example> NOTIFY=NEVER',
        '<z@far.example>',
      ],
    });
  });

  test('are kept from one that does not, where the message can do without', async () => {
    const sink = await sinkOf({ EHLO: '250 sink' });
    const line = await lineTo(hopTo(sink.port));
    const fates = await send(line, recipients({ notify: ['NEVER'] }), message(everything));
    expect(fates).toMatchObject([{ kind: 'delivered', dsn: false }]);
    expect(sink.messages[0]).toMatchObject({ from: '<ana@coop.example>', to: ['<x@far.example>'] });
  });

  test.each([
    ['Subject: é\r\n\r\nplain\r\n', message({ utf8: true }), 'failed 0 5.6.7'],
    ['Subject: e\r\n\r\né\r\n', message({ utf8: true }), 'delivered 250 2.0.0'],
    ['Subject: e\r\n\r\né\r\n', message({ body: '8BITMIME' }), 'failed 0 5.6.3'],
    ['Subject: e\r\n\r\ne\r\n', message({ body: '8BITMIME' }), 'delivered 250 2.0.0'],
    ['Subject: e\r\n\r\ne\r\n', message({ utf8: true }, { sender: 'é@coop.example' }), 'failed 0 5.6.7'],
    ['Subject: e\r\n\r\ne\r\n', message({ tls: 'required' }), 'failed 0 5.7.30'],
  ])('what a host cannot carry: %j', async (content, what, expected) => {
    const sink = await sinkOf({ EHLO: '250 sink' });
    const line = await lineTo(hopTo(sink.port));
    const fates = await send(line, undefined, what, () => Readable.from([Buffer.from(content)]));
    expect(fates.map(told)).toEqual([expected]);
  });

  test('a message that is too large is not begun', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    const fates = await send(line, undefined, message({}, { size: 1_000_001 }));
    expect(fates.map(told)).toEqual(['failed 0 5.3.4']);
    expect(sink.heard).toEqual(['EHLO mail.coop.example']);
  });

  test('an international address is named with SMTPUTF8, once', async () => {
    const sink = await sinkOf();
    const line = await lineTo(hopTo(sink.port));
    await send(line, recipients('é@far.example'), message({ utf8: true }));
    expect(sink.messages[0]?.from).toBe('<ana@coop.example> SMTPUTF8 BODY=8BITMIME SIZE=99');
  });
});

describe('a host', () => {
  test.each([
    ['greeting', '554 5.7.1 not you', '554 5.7.1', true],
    ['greeting', '421 4.3.2 busy', '421 4.3.2', true],
    ['greeting', 'DROP', '0 4.4.2', false],
    ['greeting', 'SILENCE', '0 4.4.2', false],
    ['greeting', 'hello', '0 4.5.0', true],
    ['greeting', '220-'.padEnd(replyBytesMax + 9, 'x'), '0 4.5.0', true],
    ['EHLO', 'DROP', '0 4.4.2', false],
    ['EHLO', 'SILENCE', '0 4.4.2', false],
    ['EHLO', '421 4.3.2 busy', '421 4.3.2', true],
  ])('that says %s: %.30s', async (verb, reply, expected, host) => {
    const sink = await sinkOf({ [verb]: reply });
    const dialled = await dial(hopTo(sink.port), { patience: { replyMs: 200, introductionMs: 300 } });
    if (dialled.kind === 'line') throw new Error('it was taken');
    expect(`${dialled.answer.code} ${dialled.answer.status}`).toBe(expected);
    expect(dialled.host).toBe(host);
  });

  test('that knows HELO alone is served', async () => {
    const sink = await sinkOf({ EHLO: '502 no' });
    const line = await lineTo(hopTo(sink.port));
    expect((await send(line)).map(told)).toEqual(['delivered 250 2.0.0']);
  });

  test('that is not there', async () => {
    const dialled = await dial(hopTo(1));
    expect(dialled).toMatchObject({ kind: 'refused', host: false, answer: { code: 0, status: '4.4.1' } });
  });

  test('that is not waited for any more', async () => {
    const sink = await sinkOf({ greeting: 'SILENCE' });
    const ended = new AbortController();
    const dialling = dial(hopTo(sink.port), { signal: ended.signal });
    await expect.poll(() => sink.connections.open).toBe(1);
    ended.abort();
    expect(await dialling).toMatchObject({ kind: 'refused', answer: { status: '4.4.2' } });
    expect(await dial(hopTo(sink.port), { signal: ended.signal })).toMatchObject({
      answer: { status: '4.4.1' },
    });
    expect(sink.connections.opened).toBe(1);
  });

  test('that must not be used', async () => {
    const rule = {
      kind: 'refused',
      status: '4.7.5',
      reason: 'the policy names other hosts',
      failure: 'validation-failure',
    } as const;
    expect(await dial(hopTo(1), { rule })).toMatchObject({
      kind: 'refused',
      host: true,
      answer: { status: '4.7.5' },
    });
  });
});

describe('TLS', () => {
  test('is taken where it is offered, whoever vouches for it; where it is demanded, only with a right name', async () => {
    const there = await openTestSmtp({ domain: 'other.localhost' });
    closers.push(() => there.close());
    const hop = hopTo(there.port('smtp'));
    const pkix = { kind: 'pkix', why: 'mta-sts' } as const;
    const to = recipients('bea@other.localhost');
    const signed = () => Readable.from([Buffer.from('From: ana@coop.example\r\n\r\nhi\r\n')]);
    const line = await lineTo(hop);
    expect(line.secure).toBe(true);
    expect((await send(line, to, message(), signed)).map(told)).toEqual(['delivered 250 2.0.0']);
    const trusted = await lineTo(hop, { rule: pkix, authority: there.authority });
    expect((await send(trusted, to, message({ tls: 'required' }), signed)).map(told)).toEqual([
      'delivered 250 2.0.0',
    ]);
    const authority = there.authority;
    expect(await dial(hop, { rule: pkix })).toMatchObject({ kind: 'refused', answer: { status: '4.7.5' } });
    expect(await dial({ ...hop, host: 'mx.far.example' }, { rule: pkix, authority })).toMatchObject({
      kind: 'refused',
      answer: { status: '4.7.5' },
    });
    const [first = ''] = await there.messages(there.members.bea);
    expect(first).toContain('with ESMTPS id ');
  });

  test('DANE takes the certificate that the DNS names, and reports hear what was shown', async () => {
    const there = await openTestSmtp({ domain: 'other.localhost' });
    closers.push(() => there.close());
    const own = new X509Certificate(readFileSync(join(there.stores.dir, 'tls', 'server.pem')));
    const [usage, selector, matching, data] = tlsaOf(own, 3, 1, 1);
    const outcomes: TlsOutcome[] = [];
    const observer = { observed: (outcome: TlsOutcome) => void outcomes.push(outcome) };
    const daneOf = (bytes: Buffer): TlsRule => {
      const record = { usage, selector, matching, data: bytes } as DaneRecord;
      return { kind: 'dane', records: [record], names: [] };
    };
    const hop = hopTo(there.port('smtp'), { host: 'mx.far.example' });
    await lineTo(hop, { rule: daneOf(data), observer });
    expect(await dial(hop, { rule: daneOf(Buffer.alloc(32)), observer })).toMatchObject({
      kind: 'refused',
      host: false,
      answer: { status: '4.7.5' },
    });
    const clear = await sinkOf({ STARTTLS: '502 5.5.1 no' });
    await dial(hopTo(clear.port), { rule: daneOf(data), observer });
    expect(
      outcomes.map(({ domain, mxHost, address, failure }) => [domain, mxHost, address, failure]),
    ).toEqual([
      ['far.example', 'mx.far.example', '127.0.0.1', null],
      ['far.example', 'mx.far.example', '127.0.0.1', 'validation-failure'],
      ['far.example', 'localhost', '127.0.0.1', 'starttls-not-supported'],
    ]);
  });

  test('a policy that is only tested: what would have failed is reported, and mail goes on', async () => {
    const there = await openTestSmtp({ domain: 'other.localhost' });
    closers.push(() => there.close());
    const failures: (string | null)[] = [];
    const observer = { observed: ({ failure }: TlsOutcome) => void failures.push(failure) };
    const tested = { kind: 'pkix', why: 'mta-sts' } as const;
    const hop = hopTo(there.port('smtp'));
    await lineTo(hop, { tested, observer });
    await lineTo(hop, { tested, observer, authority: there.authority });
    await lineTo({ ...hop, host: 'mx.far.example' }, { tested, observer, authority: there.authority });
    const clear = await sinkOf();
    await lineTo(hopTo(clear.port), { tested, observer });
    await lineTo({ ...hop, relay: true }, { tested, observer });
    expect(failures).toEqual([
      'certificate-not-trusted',
      null,
      'certificate-host-mismatch',
      'starttls-not-supported',
    ]);
  });

  test.each(['454 4.7.0 not now', '220 but no TLS follows'])(
    'is done without where it fails: %s',
    async (reply) => {
      const sink = await sinkOf({ EHLO: '250-sink\r\n250 STARTTLS', STARTTLS: reply });
      const patience = { introductionMs: 500 };
      const line = await lineTo(hopTo(sink.port), { patience });
      expect(line.secure).toBe(false);
      expect((await send(line)).map(told)).toEqual(['delivered 250 2.0.0']);
      const rule = { kind: 'pkix', why: 'mta-sts' } as const;
      expect(await dial(hopTo(sink.port), { rule, patience })).toMatchObject({ kind: 'refused' });
    },
  );
});

describe('a password', () => {
  const credentials = { user: 'user', password: 'p@ss' };

  test('goes to this machine in clear, never elsewhere', async () => {
    const sink = await sinkOf({ EHLO: '250-sink\r\n250 AUTH PLAIN LOGIN', AUTH: '235 2.7.0 ok' });
    const hop = hopTo(sink.port, { credentials });
    await lineTo(hop);
    expect(sink.heard).toContain(`AUTH PLAIN ${Buffer.from('\0user\0p@ss').toString('base64')}`);
    // A dial that leads here from another address.
    const net = createDial();
    const dialHere: typeof net = (options) => net({ ...options, host: '127.0.0.1' });
    expect(await dial(hop, { dial: dialHere, address: '192.0.2.1' })).toMatchObject({
      kind: 'refused',
      answer: { status: '4.7.0', text: 'The mail relay offers no TLS for the password' },
    });
  });

  test('that is wrong is ours to mend', async () => {
    const sink = await sinkOf({ EHLO: '250-sink\r\n250 AUTH PLAIN', AUTH: '535 5.7.8 no' });
    expect(await dial(hopTo(sink.port, { credentials }))).toMatchObject({
      kind: 'refused',
      host: true,
      answer: { code: 0, status: '4.7.0' },
    });
    const open = await sinkOf({ EHLO: '250-sink\r\n250 AUTH PLAIN', MAIL: '530 5.7.0 sign in' });
    const line = await lineTo(hopTo(open.port, { credentials }));
    expect((await send(line)).map(told)).toEqual(['deferred 530 4.7.0']);
  });

  test('TLS from the first byte, with the right authority and password', async () => {
    const there = await openTestSmtp({ domain: 'other.localhost' });
    closers.push(() => there.close());
    const hop = hopTo(there.port('submissions'), {
      implicitTls: true,
      credentials: { user: 'ana@other.localhost', password: testPassword },
    });
    const line = await lineTo(hop, { authority: there.authority });
    const signed = () => Readable.from([Buffer.from('From: ana@other.localhost\r\n\r\nhi\r\n')]);
    const what = message({}, { sender: 'ana@other.localhost' });
    expect((await send(line, recipients('bea@other.localhost'), what, signed)).map(told)).toEqual([
      'delivered 250 2.0.0',
    ]);
    expect(await dial(hop)).toMatchObject({ kind: 'refused', answer: { status: '4.7.5' } });
  });
});
