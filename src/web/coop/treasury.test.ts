import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isBankDay } from '../../formats/iso20022/index.ts';
import { type BrowserAnswer, testBrowser } from '../../testing/index.ts';
import { statementBytesMax } from '../limits.ts';
import { english, type FilledSuite, type Name, startFilled, statementText } from './fixtures.ts';
import { coopRoutes } from './routes.ts';

let filled: FilledSuite;
beforeAll(async () => {
  filled = await startFilled();
});
afterAll(() => filled.suite.stop());

const get = (name: Name, path = '/treasury') => filled.browser(name).get(path, english);
const keyIn = (text: string) => /name="key" value="([a-z2-7]{26})"/.exec(text)?.[1] ?? '';
const formIn = (text: string) => /name="form" value="([^"]+)"/.exec(text)?.[1] ?? '';

/** Sends a form as `from` shows it, with a key of its page. */
async function send(name: Name, path: string, fields: Record<string, string> = {}, from = '/treasury') {
  const { text } = await get(name, from);
  return filled.browser(name).post(path, { key: keyIn(text), ...fields }, english);
}

/** Brings a file as browsers do. */
async function bring(
  name: Name,
  file: string | Uint8Array,
  fields: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<BrowserAnswer> {
  const browser = filled.browser(name);
  const { text } = await get(name);
  const own: Record<string, string> = { form: formIn(text), key: keyIn(text), ...fields };
  const body = Buffer.concat([
    ...Object.entries(own).map(([field, value]) =>
      Buffer.from(`--x\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`),
    ),
    Buffer.from(
      '--x\r\nContent-Disposition: form-data; name="file"; filename="s.xml"\r\nContent-Type: text/xml\r\n\r\n',
    ),
    Buffer.from(file),
    Buffer.from('\r\n--x--\r\n'),
  ]);
  return browser.ask('/treasury/bank/import', {
    ...{ method: 'POST', body },
    headers: {
      ...{ 'content-type': 'multipart/form-data; boundary=x', origin: browser.origin, ...english },
      ...headers,
    },
  });
}

const problemIn = (text: string) =>
  /<p class="problem" role="alert">.*?\((E_[A-Z_]+)\)<\/p>/.exec(text)?.[1] ?? '';

describe('who sees the treasury', () => {
  test('who reads the books, and of its forms those that they may send', async () => {
    const forms: Record<string, boolean[]> = {};
    for (const name of ['theo', 'paula', 'omar'] as const) {
      const { status, text } = await get(name);
      expect([name, status]).toEqual([name, 200]);
      forms[name] = ['months/close', 'runs/prepare', 'bank/import'].map((form) =>
        text.includes(`/treasury/${form}"`),
      );
    }
    expect(forms).toEqual({
      theo: [true, true, true],
      paula: [false, false, false],
      omar: [false, false, false],
    });
    expect((await get('ana', '/shares')).text).not.toContain('href="/treasury"');
  });

  test('each address of it refuses who may not, and sends who is not signed in to sign in', async () => {
    const stranger = testBrowser(filled.suite.ports.https, filled.suite.authority);
    await stranger.get('/sign-in');
    const refused: Record<string, readonly Name[]> = {
      'ledger.read': ['ana', 'cy', 'ada'],
      'pay.prepare': ['ana', 'paula', 'omar', 'ada'],
      'pay.approve': ['ana', 'omar', 'ada'],
      'bank.import': ['ana', 'paula', 'omar', 'ada'],
      'bank.match': ['ana', 'omar', 'ada'],
    };
    let pairs = 0;
    for (const { method, path, inCoop } of coopRoutes.filter((route) => route.path.startsWith('/treasury'))) {
      const address = path.replace(':run', '1');
      const ask = async (browser: ReturnType<typeof testBrowser>, form: string) =>
        method === 'GET'
          ? browser.get(address, english)
          : browser.post(address, { form, key: 'a'.repeat(26) }, english);
      expect((await ask(stranger, formIn((await stranger.get('/sign-in')).text))).headers.location).toBe(
        '/sign-in',
      );
      for (const name of refused[inCoop ?? ''] ?? []) {
        const form = formIn((await get(name, '/mail')).text);
        const { status, text } = await ask(filled.browser(name), form);
        expect([name, path, status, problemIn(text)]).toEqual([name, path, 403, 'E_PRIVILEGE']);
        pairs++;
      }
    }
    expect(pairs).toBe(48);
  });
});

describe('the month', () => {
  test('is there at a glance, with what is open', async () => {
    const { text } = await get('theo');
    expect(text).toMatch(/February\s2025, not closed yet/u);
    expect(text).toContain('no line waits');
    expect(text).toMatch(/January\s2025<\/th><td class="number">€500\.00<\/td><td class="number">45<\/td>/u);
    expect(text).toContain('<th scope="row">F2025-000002</th><td>Brand &lt;i&gt;</td>');
    expect(text).toContain('<strong>late</strong>');
    expect(text).not.toContain('F2025-000001');
    const french = (await filled.browser('theo').get('/treasury', { 'accept-language': 'fr' })).text;
    expect(french).toContain('Clore février');
  });

  test('waits for lines of the bank, unless it is said why not, and is closed once', async () => {
    const line = [{ words: 'thanks &lt;b&gt;', cents: 1_234_500 }];
    const brought = await bring('theo', statementText('S-odd', '2025-02-10', line));
    expect([brought.status, brought.headers.location]).toEqual([303, '/treasury?matched=0&queued=1&known=0']);
    expect((await get('theo', brought.headers.location)).text).toContain('Imported: 0 matched, 1 waiting');
    const waits = await send('theo', '/treasury/months/close', { month: '2025-02' });
    expect([waits.status, problemIn(waits.text)]).toEqual([409, 'E_LINES_WAIT']);
    for (const [month, code] of [
      ['2025-03', 'E_MONTH_ORDER'],
      ['2025-01', 'E_MONTH_CLOSED'],
      ['2999-01', 'E_MONTH_OPEN'],
      ['soon', 'E_DATE'],
    ] as const)
      expect(problemIn((await send('theo', '/treasury/months/close', { month, despite: 'x' })).text)).toBe(
        code,
      );
    const key = keyIn((await get('theo')).text);
    for (const _ of [1, 2]) {
      const fields = { key, month: '2025-02', despite: 'nobody knows it' };
      const closed = await filled.browser('theo').post('/treasury/months/close', fields, english);
      expect([closed.status, closed.headers.location]).toEqual([303, '/treasury#runs']);
    }
    expect((await filled.coop.payouts.months()).map(({ month }) => month)).toEqual(['2025-02', '2025-01']);
  });
});

describe('the bank', () => {
  test('a line that nobody knows is matched, above an amount by two persons', async () => {
    const { text } = await get('theo', '/treasury/bank');
    expect(text).toContain('<dd>thanks &lt;b&gt;</dd>');
    expect(text).toContain('<dd>the payer wrote no reference</dd>');
    const [, line = ''] = /name="line" value="(\d+)"/.exec(text) ?? [];
    const match = (fields: Record<string, string>) =>
      send('theo', '/treasury/bank/match', { line, ...fields }, '/treasury/bank');
    for (const [fields, code] of [
      [{}, 'E_REFERENCE'],
      [{ reference: 'RF18NOTHING' }, 'E_NOT_FOUND'],
      [{ account: 'capital:1' }, 'E_ACCOUNT'],
      [{ account: 'income:other', memo: 'x'.repeat(2000) }, 'E_TEXT'],
      [{ run: 'none' }, 'E_NOT_FOUND'],
      [{ account: 'income:other', line: '999' }, 'E_NOT_FOUND'],
    ] as const)
      expect([fields, problemIn((await match(fields)).text)]).toEqual([fields, code]);
    expect((await match({ account: 'income:other', memo: 'a gift' })).status).toBe(303);
    const proposed = (await get('paula', '/treasury/bank')).text;
    const [, proposal = ''] =
      /action="\/treasury\/bank\/confirm">.*?name="match" value="(\d+)"/s.exec(proposed) ?? [];
    const judge = (name: Name, verb: string, more: Record<string, string> = {}) =>
      send(name, `/treasury/bank/${verb}`, { match: proposal, ...more }, '/treasury/bank');
    expect(problemIn((await judge('theo', 'confirm')).text)).toBe('E_SAME_PERSON');
    expect((await judge('paula', 'confirm')).status).toBe(303);
    // The page has no form any more: an older one is sent.
    const late = await judge('paula', 'refuse', { key: 'b'.repeat(26) });
    expect(problemIn(late.text)).toBe('E_STATE');
    expect((await get('theo', '/treasury/bank')).text).toContain('No line waits.');
    expect(await filled.coop.ledger.balance('income:other', 'EUR')).toBe(-1_234_500);
  });

  test.each<[string, string | Uint8Array, string]>([
    ['half of one', statementText('S-half', '2025-03-01', []).slice(0, -30), 'E_BANK_FILE'],
    ['a picture', Buffer.from('89504e470d0a1a0a', 'hex'), 'E_BANK_FILE'],
    ['nothing', '', 'E_BANK_FILE'],
    [
      'of another account',
      statementText('S-other', '2025-03-01', []).replace(/<IBAN>\w+/, '<IBAN>DE89370400440532013000'),
      'E_BANK_ACCOUNT',
    ],
  ])('a file that is %s: refused in words', async (_, file, code) => {
    const { status, text } = await bring('theo', file);
    expect([status, problemIn(text)]).toEqual([422, code]);
  });

  test('a file without a key, from another site, of another browser, too large, or none, is not taken', async () => {
    const file = statementText('S-never', '2025-03-01', []);
    expect(problemIn((await bring('theo', file, { key: '' })).text)).toBe('E_KEY_MISSING');
    expect((await bring('theo', file, { form: 'x' })).status).toBe(403);
    expect((await bring('theo', file, {}, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await bring('theo', file, {}, { 'content-type': 'text/xml' })).status).toBe(415);
    const comment = Buffer.alloc(statementBytesMax, ' ');
    const large = Buffer.concat([Buffer.from(file), comment]);
    expect((await bring('theo', large)).status).toBe(413);
    const names = (await filled.coop.bank.statements()).map(({ name }) => name);
    expect(names).not.toContain('S-never');
  });
});

describe('a payment run', () => {
  const day = () => filled.suite.rooms.coop.today();

  test('is prepared once, approved by two, exported, downloaded and settled', async () => {
    // It pays ana alone, who has changed her account: nobody knows where bo is paid.
    const own = (await get('ana', '/pay')).text;
    const [, version = ''] = /name="version" value="(\d+)"/.exec(own) ?? [];
    const account = { iban: 'DE89370400440532013000', holder: 'Ana', version, key: keyIn(own) };
    expect((await filled.browser('ana').post('/pay/account', account, english)).status).toBe(303);
    const key = keyIn((await get('theo')).text);
    let path = '';
    for (const _ of [1, 2]) {
      const fields = { key, purpose: 'month', about: '2025-02' };
      path =
        (await filled.browser('theo').post('/treasury/runs/prepare', fields, english)).headers.location ?? '';
      expect(path).toBe('/treasury/runs/1');
    }
    const shown = (await get('paula', path)).text;
    expect(shown).toMatch(/<code>DE89 3704 0044 0532 0130 00<\/code><br><strong>another account since \w/);
    expect(shown).toContain('<td>no account is known</td>');
    expect(shown).toContain('0 of 2');
    expect(shown).not.toContain('/export"');
    const act = (name: Name, verb: string, fields: Record<string, string> = {}) =>
      send(name, `${path}/${verb}`, fields, path);
    expect(problemIn((await act('theo', 'export', { day: day() })).text)).toBe('E_STATE');
    expect((await act('theo', 'approve')).status).toBe(303);
    expect(problemIn((await act('theo', 'approve')).text)).toBe('E_APPROVED');
    expect((await act('paula', 'approve')).status).toBe(303);
    expect((await get('paula', path)).text).toContain('2 of 2');
    expect((await get('theo', `${path}/file`)).status).toBe(404);
    expect(problemIn((await act('theo', 'export', { day: '2025-02-30' })).text)).toBe('E_DATE');
    expect((await act('theo', 'export', { day: nextBankDay() })).status).toBe(303);
    expect(problemIn((await act('theo', 'cancel')).text)).toBe('E_STATE');
    const [one, two] = [await get('theo', `${path}/file`), await get('theo', `${path}/file`)];
    expect([one.status, one.headers['content-type'], one.text === two.text]).toEqual([
      200,
      'application/xml',
      true,
    ]);
    expect(one.text).toContain('<InstdAmt Ccy="EUR">133.33</InstdAmt>');
    expect((await get('ana', '/pay')).text).toContain('<td>sent to the bank</td>');
    const [, endToEndId = ''] = /<EndToEndId>([^<]+)</.exec(one.text) ?? [];
    const settled = statementText('S-paid', '2025-03-10', [{ words: '', cents: -13_333, endToEndId }]);
    expect((await bring('theo', settled)).headers.location).toBe('/treasury?matched=1&queued=0&known=0');
    expect((await get('theo', path)).text).toContain('<dt>State</dt><dd>paid</dd>');
    expect((await get('ana', '/pay')).text).toMatch(/paid on Mar\s10,\s2025/u);
  });

  test('that is not there, or not a number: not found', async () => {
    for (const path of ['/treasury/runs/99', '/treasury/runs/x', '/treasury/runs/99/file'])
      expect((await get('theo', path)).status).toBe(404);
    for (const [purpose, about, code] of [
      ['month', '2024-01', 'E_NOT_FOUND'],
      ['month', '2025-02', 'E_NOTHING_DUE'],
      ['month', 'soon', 'E_DATE'],
      ['year', 'MMXXV', 'E_DATE'],
      ['exit', 'x', 'E_NOT_FOUND'],
      ['refund', '1', 'E_NOTHING_DUE'],
      ['gift', '1', 'E_BODY'],
    ] as const) {
      const refused = await send('theo', '/treasury/runs/prepare', { purpose, about });
      expect([purpose, about, problemIn(refused.text)]).toEqual([purpose, about, code]);
    }
  });

  /** The first day from today on which banks settle: the room says which. */
  function nextBankDay(): string {
    const from = new Date(`${day()}T00:00:00Z`);
    for (let ahead = 0; ahead < 10; ahead++) {
      const on = new Date(from.getTime() + ahead * 86_400_000).toISOString().slice(0, 10);
      if (isBankDay(on)) return on;
    }
    throw new Error('no bank day in ten');
  }
});
