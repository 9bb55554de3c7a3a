import { describe, expect, test } from 'vitest';
import { fakeClock } from '../../../base/index.ts';
import { parseMessage } from '../../../formats/mime/index.ts';
import type { Answer, Outgoing, QueuedMessage } from '../../../stores/outbox/index.ts';
import { type Action, compose, createNotices, type Told, wants } from './index.ts';
import { headerBytesMax, namedRecipientsMax, wholeBytesMax } from './limits.ts';

const writer = { hostname: 'mail.coop.example', domain: 'coop.example', nowMs: 1_700_000_000_000 };
const no: Answer = { code: 550, status: '5.1.1', text: 'nobody of that name', host: 'mx.far.example' };
const options = { body: null, utf8: false, ret: null, envid: null, tls: null } as const;
const header = Buffer.from('Subject: hello\r\nMessage-ID: <one@coop.example>\r\n\r\n');

function told(address: string, more: Partial<Omit<Told, 'recipient'>> & { orcpt?: string } = {}): Told {
  const { orcpt = null, ...rest } = more;
  return {
    action: 'failed',
    answer: no,
    ...rest,
    recipient: { address, orcpt, expires: writer.nowMs + 60_000 },
  };
}

function written(those: readonly Told[], sender = 'ana@coop.example', returned = header) {
  const message = { sender, options, created: writer.nowMs };
  const composed = compose({ message, told: those, returned, whole: false }, writer);
  return { ...composed, text: composed.bytes.toString() };
}

describe('a notice', () => {
  test('is a report of three parts that a parser reads', () => {
    const { bytes, headerLength, text } = written([told('x@far.example')]);
    const { root, envelope, defects } = parseMessage(bytes);
    expect(defects).toEqual([]);
    expect(root.bodyStart).toBe(headerLength);
    expect(root.children.map(({ type, subtype }) => `${type}/${subtype}`.toLowerCase())).toEqual([
      'text/plain',
      'message/delivery-status',
      'text/rfc822-headers',
    ]);
    expect(envelope.inReplyTo).toBe('<one@coop.example>');
    expect(text).toContain('Diagnostic-Code: smtp; 550 5.1.1 nobody of that name\r\n');
    expect(text.split('\r\n').every((line) => line.length <= 78)).toBe(true);
  });

  test.each<[Action, string]>([
    ['failed', 'could not be delivered'],
    ['delayed', 'has not reached'],
    ['relayed', 'passed on'],
    ['delivered', 'was delivered'],
  ])('%s', (action, words) => {
    const { text } = written([told('x@far.example', { action })]);
    expect(text).toContain(words);
    expect(text).toContain(`\r\nAction: ${action}\r\n`);
    expect(text.includes('Will-Retry-Until: ')).toBe(action === 'delayed');
  });

  test('says nothing that others put into it: no header, no part, no end', () => {
    const evil = 'x\r\n\r\n--b\r\nX-Evil: 1\u0000 é';
    const { text, utf8 } = written([
      told('x@far.example', { orcpt: `rfc822;a\r\nX-Evil: 1`, answer: { ...no, text: evil } }),
    ]);
    expect(utf8).toBe(false);
    expect(text).not.toMatch(/^X-Evil/m);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
    expect(text).not.toMatch(/[^\x0a\x0d\x20-\x7e\t]/);
    expect(parseMessage(Buffer.from(text)).root.children).toHaveLength(3);
  });

  test('about an address that is not ASCII has the forms of RFC 6533', () => {
    const { text, utf8, eightBit } = written([told('josé@far.example')]);
    expect({ utf8, eightBit }).toEqual({ utf8: true, eightBit: true });
    expect(text).toContain('Content-Type: message/global-delivery-status\r\n');
    expect(text).toContain('Final-Recipient: utf-8; josé@far.example\r\n');
  });

  test('says 8bit where what it gives back is', () => {
    const { text, utf8, eightBit } = written(
      [told('x@far.example')],
      undefined,
      Buffer.from('Subject: é\r\n\r\n'),
    );
    expect({ utf8, eightBit }).toEqual({ utf8: false, eightBit: true });
    expect(text).toContain('\r\nContent-Transfer-Encoding: 8bit\r\n\r\nSubject: é\r\n');
  });

  test('to one with a thousand recipients is read by people too', () => {
    const many = Array.from({ length: namedRecipientsMax + 3 }, (_, i) => told(`a${i}@far.example`));
    const { text } = written(many);
    expect(text).toContain('and 3 more, named in the part for programs');
    expect(text.match(/^Final-Recipient: /gm)).toHaveLength(namedRecipientsMax + 3);
  });

  test('answers no id that is none', () => {
    const { text } = written([told('x@far.example')], undefined, Buffer.from('Message-ID: <a b>\r\n\r\n'));
    expect(text).not.toContain('In-Reply-To');
  });
});

test.each([
  [[], 'failed', true],
  [[], 'delayed', true],
  [[], 'relayed', false],
  [['NEVER'], 'failed', false],
  [['SUCCESS'], 'failed', false],
  [['SUCCESS'], 'relayed', true],
  [['SUCCESS'], 'delivered', true],
  [['FAILURE'], 'delayed', false],
  [['FAILURE', 'DELAY'], 'delayed', true],
] as const)('NOTIFY %j: %s is wanted: %s', (notify, action, wanted) => {
  expect(wants({ notify }, action)).toBe(wanted);
});

describe('made for the outbox', () => {
  const message: QueuedMessage = {
    id: 3,
    account: 7,
    kind: 'submission',
    sender: 'ana@coop.example',
    options,
    head: '',
    hash: 'h',
    size: 500,
    headerLength: 100,
    created: 0,
  };

  async function make(
    about: Partial<QueuedMessage>,
    content = header,
    returnTo = (sender: string) => sender,
  ) {
    const asked: [string, number][] = [];
    const staged: Buffer[] = [];
    const notices = createNotices({
      outbox: {
        async stage(data) {
          if (Buffer.isBuffer(data)) staged.push(data);
          return { hash: 'n', size: 0, place: null };
        },
        async bytes(_message, part, bytesMax) {
          asked.push([part, bytesMax]);
          return content.subarray(0, bytesMax);
        },
      },
      hostname: 'mail.coop.example',
      domain: 'coop.example',
      clock: fakeClock(),
      returnTo,
      sign: async (bytes) => `X-Signed: ${bytes.length}\r\n`,
    });
    const notice: Outgoing | null = await notices.about({ ...message, ...about }, [told('x@far.example')]);
    return { notice, asked, text: Buffer.concat(staged).toString() };
  }

  test('from nobody, to the sender, signed, with no notice about itself', async () => {
    const { notice, asked } = await make({});
    expect(notice).toMatchObject({
      account: 0,
      kind: 'notification',
      sender: '',
      head: expect.stringMatching(/^X-Signed: \d+\r\n$/),
      recipients: [{ address: 'ana@coop.example', notify: ['NEVER'], orcpt: null }],
    });
    expect(asked).toEqual([['header', headerBytesMax]]);
  });

  test('never about what came from nobody', async () => {
    expect((await make({ sender: '' })).notice).toBeNull();
    expect((await make({ kind: 'notification' })).notice).toBeNull();
    expect((await make({}, header, () => '')).notice).toBeNull();
  });

  test('to whom a sender was before it was rewritten', async () => {
    const { notice } = await make({ sender: 'SRS0=x@coop.example' }, header, () => 'x@far.example');
    expect(notice?.recipients).toMatchObject([{ address: 'x@far.example' }]);
  });

  test('whole where that was asked and it is not long; else its header, cut at a line', async () => {
    const full = { ...options, ret: 'FULL' } as const;
    expect((await make({ options: full })).asked).toEqual([['all', wholeBytesMax]]);
    expect((await make({ options: full, size: wholeBytesMax + 1 })).asked).toEqual([
      ['header', headerBytesMax],
    ]);
    const long = Buffer.from(`X-Line: ${'y'.repeat(90)}\r\n`.repeat(1000));
    const { text } = await make({}, long);
    const [, returned = ''] = text.split('text/rfc822-headers\r\n');
    expect(returned.length).toBeLessThan(headerBytesMax + 500);
    expect(returned).toMatch(/y{90}\r\n\r\n--[a-z2-7]+--\r\n$/);
  });
});
