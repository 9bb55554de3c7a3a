import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCreditorReference } from '../../formats/iban/index.ts';
import { testBrowser } from '../../testing/index.ts';
import { english, type FilledSuite, type Name, startFilled } from './fixtures.ts';

let filled: FilledSuite;
beforeAll(async () => {
  filled = await startFilled();
});
afterAll(() => filled.suite.stop());

const get = (name: Name, path = '/shares') => filled.browser(name).get(path, english);
const keyIn = (text: string) => /name="key" value="([a-z2-7]{26})"/.exec(text)?.[1] ?? '';

/** Sends a form of the page as it is shown, with the key that is in it. */
async function send(name: Name, path: string, fields: Record<string, string>) {
  const key = keyIn((await get(name)).text);
  return filled.browser(name).post(path, { key, ...fields }, english);
}

describe('the page of shares', () => {
  test('shows what a member holds, and what moved, and nothing of others', async () => {
    const { text, headers, status } = await get('ana');
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
    expect(text).toContain('<dt>Shares held</dt><dd>10</dd>');
    expect(text).toContain('<dt>Nominal value</dt><dd>€100.00</dd>');
    expect(text).toContain('<dt>Paid up</dt><dd>€100.00</dd>');
    expect(text).toContain('<dt>Vote in the assembly</dt><dd>yes</dd>');
    expect(text).toMatch(/<td>subscription<\/td><td class="number">\+10<\/td>/);
    expect(text).toContain('<th scope="col">Day</th>');
    expect(text).not.toContain('Person bo');
    expect(text).not.toContain('/treasury');
  });

  test('speaks French, with amounts and days as they are written there', async () => {
    const { text } = await filled.browser('ana').get('/shares', { 'accept-language': 'fr' });
    expect(text).toContain('<dt>Parts détenues</dt>');
    expect(text).toMatch(/100,00\s€/u);
    expect(text).toMatch(/\d{1,2}\sjanv\.\s2025/u);
  });

  test('is for who is signed in and in the register', async () => {
    const stranger = testBrowser(filled.suite.ports.https, filled.suite.authority);
    expect((await stranger.get('/shares')).headers.location).toBe('/sign-in');
    const unknown = await get('cy');
    expect([unknown.status, unknown.text.includes('does not know this account')]).toEqual([404, true]);
    const officer = await get('theo');
    expect([officer.status, officer.text.includes('href="/treasury"')]).toEqual([404, true]);
  });
});

describe('asking for shares', () => {
  test('shows how to pay, once however often the form is sent, and is taken back', async () => {
    const key = keyIn((await get('bo')).text);
    for (const _ of [1, 2]) {
      const sent = await filled.browser('bo').post('/shares/apply', { key, shares: '2' }, english);
      expect([sent.status, sent.headers.location]).toEqual([303, '/shares#open']);
    }
    const { text } = await get('bo');
    expect(text.match(/You asked for 2 shares/g)).toHaveLength(1);
    // Who is a member already needs no other decision.
    expect(text).toContain('<p>€20.00 has not arrived yet.</p>');
    expect(text).toContain('FR76 9999 9999 9900 0000 0000 056');
    const reference = /<code>(RF\d{2}[A-Z0-9]+)<\/code>/.exec(text)?.[1] ?? '';
    expect(readCreditorReference(reference)).not.toBeNull();
    expect(text).toContain('<svg class="qr"');
    const again = await filled.browser('bo').post('/shares/apply', { key, shares: '3' }, english);
    expect([again.status, again.text.includes('(E_KEY_REUSED)')]).toEqual([409, true]);
    const id = /action="\/shares\/withdraw">.*?name="id" value="(\d+)"/s.exec(text)?.[1] ?? '';
    const foreign = await filled.browser('ana').get('/shares', english);
    const stolen = await filled
      .browser('ana')
      .post('/shares/withdraw', { key: keyIn(foreign.text), id }, english);
    expect([stolen.status, stolen.text.includes('(E_PRIVILEGE)')]).toEqual([403, true]);
    expect((await send('bo', '/shares/withdraw', { id })).status).toBe(303);
    expect((await get('bo')).text).not.toContain('You asked for 2 shares');
  });

  test.each([
    ['too many', '/shares/apply', { shares: '501' }, 409, 'E_SHARE_CAP'],
    ['none', '/shares/apply', { shares: '0' }, 422, 'E_AMOUNT'],
    ['half of one', '/shares/apply', { shares: '0.5' }, 422, 'E_AMOUNT'],
    ['less than none', '/shares/request', { shares: '-1' }, 422, 'E_AMOUNT'],
    ['more back than held', '/shares/request', { shares: '11' }, 409, 'E_SHARES'],
    ['what there is not', '/shares/withdraw', { id: '999' }, 403, 'E_PRIVILEGE'],
    ['a request that there is not', '/shares/request/withdraw', { id: 'x' }, 403, 'E_PRIVILEGE'],
    ['a certificate of no day', '/shares/certificate', { day: '2025-02-30' }, 422, 'E_DATE'],
    ['a certificate of before', '/shares/certificate', { day: '2024-12-31' }, 409, 'E_SHARES'],
    ['no key', '/shares/apply', { shares: '1', key: '' }, 422, 'E_KEY_MISSING'],
  ])('%s: refused in words above the page', async (_, path, fields, status, code) => {
    const { status: got, text } = await send('ana', path, fields as Record<string, string>);
    expect([got, text.includes(`(${code})</p>`)]).toEqual([status, true]);
    expect(text).toContain('<p class="problem" role="alert">');
    expect(text).toContain('<dt>Shares held</dt><dd>10</dd>');
  });

  test.each<[string, Record<string, string>, Record<string, string>?]>([
    ['another site', { origin: 'https://evil.example' }],
    ['no page of ours', {}, { form: 'x' }],
  ])('from %s: not taken', async (_, headers, fields = {}) => {
    const key = keyIn((await get('ana')).text);
    const sent = await filled.browser('ana').post('/shares/apply', { key, shares: '1', ...fields }, headers);
    expect(sent.status).toBe(403);
    expect((await get('ana')).text).not.toContain('You asked for one share');
  });

  test('by nobody who is signed in: sent to sign in', async () => {
    const stranger = testBrowser(filled.suite.ports.https, filled.suite.authority);
    await stranger.get('/sign-in');
    for (const path of ['/shares/apply', '/shares/request', '/shares/certificate', '/pay/account'])
      expect((await stranger.post(path, { shares: '1' })).headers.location).toBe('/sign-in');
  });
});

test('shares are asked back, wait in line, and are kept after all', async () => {
  expect((await send('ana', '/shares/request', { shares: '4' })).headers.location).toBe('/shares#redemption');
  const { text } = await get('ana');
  expect(text).toContain('<dt>Asked back, waiting</dt><dd>4</dd>');
  const [, id = ''] = /action="\/shares\/request\/withdraw">.*?name="id" value="(\d+)"/s.exec(text) ?? [];
  expect((await send('bo', '/shares/request/withdraw', { id })).status).toBe(403);
  expect((await send('ana', '/shares/request/withdraw', { id })).status).toBe(303);
  const after = (await get('ana')).text;
  expect(after).toMatch(/4 shares, asked back on [^<]+<\/strong> <span class="hint">taken back<\/span>/u);
  expect(after).not.toContain('Asked back, waiting');
});

test('a certificate is made, downloaded by its holder alone, and verified by everybody without a name', async () => {
  expect((await send('ana', '/shares/certificate', { day: '2025-01-31' })).status).toBe(303);
  const { text } = await get('ana');
  const [, code = ''] = /certificates\/([a-z2-7]{24})\.pdf/.exec(text) ?? [];
  const pdf = await get('ana', `/shares/certificates/${code}.pdf`);
  expect([pdf.status, pdf.headers['content-type'], pdf.text.slice(0, 5)]).toEqual([
    ...[200, 'application/pdf', '%PDF-'],
  ]);
  expect(pdf.headers['content-disposition']).toContain(`certificate-${code}.pdf`);
  const json = JSON.parse((await get('ana', `/shares/certificates/${code}.json`)).text);
  expect(json).toMatchObject({ code, shares: 10, day: '2025-01-31', kind: 'coop-certificate/v1' });
  for (const [name, file] of [
    ['bo', `${code}.pdf`],
    ['ana', `${code}.txt`],
    ['ana', 'aaaaaaaaaaaaaaaaaaaaaaaa.pdf'],
    ['ana', code],
  ] as const)
    expect((await get(name, `/shares/certificates/${file}`)).status, file).toBe(404);

  const stranger = testBrowser(filled.suite.ports.https, filled.suite.authority);
  const verify = async (query: string) => (await stranger.get(`/verify?${query}`, english)).text;
  const said = await verify(`code=${code}`);
  expect(said).toContain('<h2>It stands</h2>');
  expect(said).toContain('<dt>Shares held</dt><dd>10</dd>');
  expect(said).toContain('<dd>the holder has at least as many shares</dd>');
  for (const secret of ['Person ana', '<dt>Member number</dt>', 'Haute']) expect(said).not.toContain(secret);
  const upper = encodeURIComponent(`${code.slice(0, 8)} ${code.slice(8)}`.toUpperCase());
  expect(await verify(`code=${upper}&holder=person%20ANA%20%3Cb%3E`)).toContain('made out to that name');
  const forged = await verify(`code=${code}&holder=Person%20bo`);
  expect(forged).toContain('made out to another name');
  expect(forged).not.toContain('Person ana');
  expect(await verify('code=aaaaaaaaaaaaaaaaaaaaaaaa')).toContain('No certificate has this code');
  expect(await verify(`code=${encodeURIComponent('"><script>')}`)).not.toContain('<script>');
});
