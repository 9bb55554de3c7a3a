import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../base/index.ts';
import { createMetrics } from '../../observability/index.ts';
import { type MemoryResolver, memoryResolver } from '../../testing/index.ts';
import type { Session } from '../session/session.ts';
import type { Findings, Transaction } from '../session/types.ts';
import { type CheckSettings, createChecks, type Verdict } from './index.ts';
import {
  arcFieldBytesMax,
  checkedFieldsMax,
  checkedHeaderBytesMax,
  checkMsMax,
  keyBitsMin,
  keyCharsMax,
  partialSignaturesMax,
  policyMsMin,
  policyQuestionsMax,
  questionsMax,
  signatureFieldBytesMax,
  signaturesMax,
  spfLookupsMax,
  spfVoidLookupsMax,
} from './limits.ts';
import { decide } from './policy.ts';
import { Questions } from './questions.ts';

const usual: CheckSettings = { dmarc: 'enforce', temporary: 'accept', trustedSealers: [], exempt: [] };

interface Sent {
  readonly ip?: string;
  readonly helo?: string;
  readonly sender?: string;
  readonly settings?: Partial<CheckSettings>;
  /** Octets of a piece. */
  readonly cut?: number;
}

/** Inspects a message as the MX door does. */
async function check(
  message: string,
  dns: MemoryResolver,
  sent: Sent = {},
): Promise<Findings & { verdict: Verdict | null; results: string }> {
  const checks = createChecks({
    resolver: dns,
    hostname: 'mx.coop.example',
    clock: systemClock,
    metrics: createMetrics({ processMetrics: false }),
    settings: () => ({ ...usual, ...sent.settings }),
    observer: null,
    sealer: null,
  });
  const session = {
    connection: { remote: { address: sent.ip ?? '192.0.2.1' } },
    hello: { verb: 'EHLO', name: sent.helo ?? 'out.author.example' },
    log: { info: () => {} },
  } as unknown as Session;
  const transaction = {
    sender: { address: sent.sender ?? 'ana@author.example' },
    options: { utf8: false },
    recipients: [],
    verdict: null,
  } as unknown as Transaction;
  const inspection = checks.inspect(session, transaction);
  const octets = Buffer.from(message, 'latin1');
  const cut = sent.cut ?? 65_536;
  for (let at = 0; at < octets.length; at += cut) await inspection.write(octets.subarray(at, at + cut));
  const findings = await inspection.end();
  const { verdict } = transaction as { verdict: Verdict | null };
  return { ...findings, verdict, results: findings.fields.replace(/\r\n\t/g, ' ').trim() };
}

const crlf = (text: string) => text.replace(/\r?\n/g, '\r\n');

// RFC 8463 Appendix A.
const rfc8463 = crlf(`DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
`);
const rfc8463Zone = {
  'brisbane._domainkey.football.example.com': {
    txt: ['v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo='],
  },
  'test._domainkey.football.example.com': {
    txt: [
      'v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB',
    ],
  },
};

const plain = crlf(`From: Ana <ana@author.example>
To: bea@coop.example
Subject: hello
Date: Fri, 20 Nov 2026 10:00:00 +0000
Message-ID: <1@author.example>

Hello.
`);

interface Key {
  readonly domain: string;
  readonly selector: string;
  readonly privateKey: KeyObject;
  readonly record: string;
}

function makeKey(domain = 'author.example', selector = 's1', bits = 2048): Key {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const p = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return { domain, selector, privateKey, record: `v=DKIM1; k=rsa; p=${p}` };
}

async function signed(message: string, key: Key, options: object = {}): Promise<string> {
  const signer = {
    signingDomain: key.domain,
    selector: key.selector,
    privateKey: key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
  const canonicalization = 'relaxed/relaxed';
  const signatureData = [{ ...signer, canonicalization, ...options }];
  const { signatures, errors } = await dkimSign(message, { ...signer, canonicalization, signatureData });
  if (errors.length > 0) throw new Error('cannot sign');
  return signatures + message;
}

const keyName = ({ selector, domain }: Key) => `${selector}._domainkey.${domain}`;
const key = makeKey();
const policy = (text: string) => ({ '_dmarc.author.example': { txt: [`v=DMARC1; ${text}`] } });
const published = { [keyName(key)]: { txt: [key.record] } };

describe('vectors of the RFCs', () => {
  test('RFC 8463 A: both signatures of the example hold', async () => {
    const { verdict, results } = await check(rfc8463, memoryResolver(rfc8463Zone));
    expect(verdict?.dkim).toEqual([
      { domain: 'football.example.com', selector: 'brisbane', result: 'pass' },
      { domain: 'football.example.com', selector: 'test', result: 'pass' },
    ]);
    expect(results).toMatch(
      /^Authentication-Results: mx\.coop\.example; spf=none .*; dkim=pass .*header\.s=brisbane/,
    );
  });

  test.each([1, 2, 7, 64])('the same cut into pieces of %i octets', async (cut) => {
    const { verdict } = await check(rfc8463, memoryResolver(rfc8463Zone), { cut });
    expect(verdict?.dkim.map(({ result }) => result)).toEqual(['pass', 'pass']);
  });

  test('a word more in the body, a changed field, a second Subject: none holds', async () => {
    for (const [from, to] of [
      ['We lost', 'We won'],
      ['Is dinner ready?', 'Is lunch ready?'],
      ['Subject:', 'Subject: Hurry\r\nSubject:'],
    ] as const) {
      const { verdict } = await check(rfc8463.replace(from, to), memoryResolver(rfc8463Zone));
      expect(verdict?.dkim.map(({ result }) => result)).toEqual(['fail', 'fail']);
    }
  });

  // RFC 7208 A.1 and the cases of its test suite that decide most.
  test.each([
    ['v=spf1 +all', 'pass'],
    ['v=spf1 ip4:192.0.2.0/24 -all', 'pass'],
    ['v=spf1 ip4:198.51.100.0/24 -all', 'fail'],
    ['v=spf1 ip4:198.51.100.0/24 ~all', 'softfail'],
    ['v=spf1 ip4:198.51.100.0/24 ?all', 'neutral'],
    ['v=spf1 a:out.author.example -all', 'pass'],
    ['v=spf1 mx -all', 'pass'],
    ['v=spf1 include:inner.example -all', 'pass'],
    ['v=spf1 redirect=inner.example', 'pass'],
    ['v=spf1 exists:%{ir}.%{v}.out.author.example -all', 'fail'],
    ['v=spf1 include:nobody.example -all', 'permerror'],
    ['v=spf1 -all moo', 'permerror'],
    ['v=spf1 a: -all', 'permerror'],
    ['v=spf10', 'none'],
  ])('RFC 7208: %s is %s', async (record, result) => {
    const dns = memoryResolver({
      'author.example': { txt: [record], mx: [{ preference: 1, exchange: 'out.author.example' }] },
      'out.author.example': { a: ['192.0.2.1'] },
      'inner.example': { txt: ['v=spf1 ip4:192.0.2.1 -all'] },
    });
    const { verdict } = await check(plain, dns);
    expect(verdict?.spf).toEqual({ result, domain: 'author.example', identity: 'mfrom' });
  });

  test('RFC 7208 §2.4: without a sender the name in HELO is asked for; §4.6.4: bounds', async () => {
    const dns = memoryResolver({ 'out.author.example': { txt: ['v=spf1 ip4:192.0.2.1 -all'] } });
    const { verdict } = await check(plain, dns, { sender: '' });
    expect(verdict?.spf).toEqual({ result: 'pass', domain: 'out.author.example', identity: 'helo' });

    const many = Array.from({ length: spfLookupsMax + 1 }, (_, at) => `a:h${at}.author.example`).join(' ');
    const hosts = Object.fromEntries(
      Array.from({ length: spfLookupsMax + 1 }, (_, at) => [`h${at}.author.example`, { a: ['203.0.113.1'] }]),
    );
    const eleven = memoryResolver({ ...hosts, 'author.example': { txt: [`v=spf1 ${many} -all`] } });
    expect((await check(plain, eleven)).verdict?.spf.result).toBe('permerror');
    const voids = 'v=spf1 a:v1.author.example a:v2.author.example a:v3.author.example -all';
    const three = memoryResolver({ 'author.example': { txt: [voids] } });
    expect((await check(plain, three)).verdict?.spf.result).toBe('permerror');
    expect(spfVoidLookupsMax).toBe(2);
  });
});

describe('signatures of others', () => {
  test('a selector with an underscore is as good as another', async () => {
    const odd = makeKey('author.example', 'mail_2026');
    const dns = memoryResolver({ [keyName(odd)]: { txt: [odd.record] } });
    expect((await check(await signed(plain, odd), dns)).verdict?.dkim).toEqual([
      { domain: 'author.example', selector: 'mail_2026', result: 'pass' },
    ]);
  });

  test('RFC 8301 §3.1: rsa-sha1 is worth nothing', async () => {
    const dns = memoryResolver(published);
    const { verdict } = await check(await signed(plain, key, { algorithm: 'rsa-sha1' }), dns);
    expect(verdict?.dkim.map(({ result }) => result)).toEqual(['policy']);
  });

  test('a changed body is told as a failure', async () => {
    const changed = (await signed(plain, key)).replace('Hello.', 'Goodbye.');
    const { results, verdict } = await check(changed, memoryResolver(published));
    expect(verdict?.dkim[0]?.result).toBe('fail');
    expect(results).toMatch(/; dkim=fail \(body hash did not verify\)/);
  });

  test('no key, a revoked one, one that is expired, and one of another kind', async () => {
    const message = await signed(plain, key);
    const ask = async (txt: string[]) => {
      const dns = memoryResolver({ [keyName(key)]: { txt } });
      return (await check(message, dns)).verdict?.dkim[0]?.result;
    };
    expect(await ask([])).toBe('neutral');
    expect(await ask(['v=DKIM1; p='])).toBe('neutral');
    expect(await ask([key.record.replace('k=rsa', 'k=rsa; s=tlsrpt')])).toBe('neutral');
    expect(await ask([key.record.replace('k=rsa', 'k=ed25519')])).toBe('neutral');
    expect(await ask([makeKey().record])).toBe('fail');
  });
});

describe('DMARC', () => {
  test.each([
    ['signed by the author', true, {}, 'pass', 'none'],
    ['sent from where the author sends', false, { ip: '192.0.2.9' }, 'pass', 'none'],
    ['neither', false, {}, 'fail', 'reject'],
  ] as const)('p=reject: %s', async (_, withSignature, sent, result, action) => {
    const dns = memoryResolver({
      ...published,
      ...policy('p=reject'),
      'author.example': { txt: ['v=spf1 ip4:192.0.2.9 -all'] },
    });
    const found = await check(withSignature ? await signed(plain, key) : plain, dns, sent);
    expect(found.verdict?.dmarc?.result).toBe(result);
    expect(found.verdict?.disposition.action).toBe(action);
    expect(found.refuse?.code ?? 250).toBe(action === 'reject' ? 550 : 250);
    expect(found.junk).toBe(false);
  });

  test('the refusal says whose policy it is and what failed', async () => {
    const { refuse, results } = await check(plain, memoryResolver(policy('p=reject')));
    expect(refuse).toMatchObject({ code: 550, enhanced: '5.7.1' });
    expect(refuse?.lines[0]).toBe(
      'The DMARC policy of author.example refuses this message: SPF none for author.example, DKIM none',
    );
    expect(results).toContain('dmarc=fail');
    expect(results).toContain('header.from=author.example');
  });

  test('p=quarantine puts it with the unwanted, p=none lets it pass, a subdomain follows sp=', async () => {
    const quarantined = await check(plain, memoryResolver(policy('p=quarantine')));
    expect(quarantined).toMatchObject({ refuse: null, junk: true });
    const noted = await check(plain, memoryResolver(policy('p=none')));
    expect(noted).toMatchObject({ refuse: null, junk: false });
    expect(noted.verdict?.dmarc).toMatchObject({ result: 'fail', policy: 'none' });
    const below = plain.replace('ana@author.example', 'ana@mail.author.example');
    const dns = memoryResolver({
      ...policy('p=none; sp=reject'),
      'mail.author.example': { a: ['192.0.2.7'] },
    });
    expect((await check(below, dns)).refuse?.code).toBe(550);
  });

  test('relaxed and strict alignment', async () => {
    const other = makeKey('news.author.example');
    const message = await signed(plain, other);
    const zones = (text: string) =>
      memoryResolver({ [keyName(other)]: { txt: [other.record] }, ...policy(text) });
    expect((await check(message, zones('p=reject'))).verdict?.dmarc?.result).toBe('pass');
    expect((await check(message, zones('p=reject; adkim=s'))).verdict?.dmarc?.result).toBe('fail');
  });

  test('settings: report refuses nothing; a policy that cannot be asked for is accepted or deferred', async () => {
    const reject = memoryResolver(policy('p=reject'));
    const noted = await check(plain, reject, { settings: { dmarc: 'report' } });
    expect(noted).toMatchObject({ refuse: null, junk: false });
    expect(noted.verdict?.disposition).toEqual({ action: 'none', override: 'local_policy' });
    const broken = memoryResolver({ '_dmarc.author.example': { fails: 'servfail' } });
    const accepted = await check(plain, broken);
    expect(accepted.verdict?.dmarc?.result).toBe('temperror');
    expect(accepted.refuse).toBeNull();
    const deferred = await check(plain, broken, { settings: { temporary: 'defer' } });
    expect(deferred.refuse).toMatchObject({ code: 451, enhanced: '4.7.0' });
  });

  describe('a proof that cannot be looked up now (RFC 9989 §5.4)', () => {
    const broken = { fails: 'servfail' } as const;
    const other = makeKey('news.author.example');
    const stranger = makeKey('stranger.example');
    const zone = (text: string) => ({
      ...policy(text),
      'author.example': broken,
      [keyName(key)]: broken,
      [keyName(other)]: broken,
      [keyName(stranger)]: broken,
      'stranger.example': broken,
      'news.author.example': broken,
      example: {},
    });
    const below = plain.replace('ana@author.example', 'ana@mail.author.example');
    const away = 'x@unknown.example';

    test.each([
      ['SPF of the author', 'p=reject', plain, null, 'ana@author.example', 'temperror', 451],
      ['SPF below the author', 'p=reject', plain, null, 'x@news.author.example', 'temperror', 451],
      ['SPF above the author', 'p=reject', below, null, 'x@author.example', 'temperror', 451],
      ['SPF beside the author', 'p=reject', below, null, 'x@news.author.example', 'temperror', 451],
      ['SPF below, strict', 'p=reject; aspf=s', plain, null, 'x@news.author.example', 'fail', 550],
      ['SPF of a stranger', 'p=reject', plain, null, 'x@stranger.example', 'fail', 550],
      ['the key of the author', 'p=reject', plain, key, away, 'temperror', 451],
      ['a key below the author', 'p=quarantine', plain, other, away, 'temperror', 451],
      ['a key below, strict', 'p=reject; adkim=s', plain, other, away, 'fail', 550],
      ['the key of a stranger', 'p=reject', plain, stranger, away, 'fail', 550],
      ['all, where nothing is asked', 'p=none', plain, key, 'ana@author.example', 'fail', 250],
    ] as const)('%s', async (_, text, message, by, sender, result, code) => {
      for (const temporary of ['accept', 'defer'] as const) {
        const sent = by === null ? message : await signed(message, by);
        const found = await check(sent, memoryResolver(zone(text)), { sender, settings: { temporary } });
        expect(found.verdict?.dmarc?.result).toBe(result);
        expect(found.results).toContain(`dmarc=${result}`);
        expect(found.refuse?.code ?? 250).toBe(code);
        if (code === 451) expect(found.refuse?.enhanced).toBe('4.7.0');
        expect(found.junk).toBe(false);
      }
    });

    test('is not missed where another proof aligns', async () => {
      const dns = memoryResolver({ ...published, ...policy('p=reject'), 'author.example': broken });
      expect((await check(await signed(plain, key), dns)).verdict?.dmarc?.result).toBe('pass');
    });
  });

  test('authors of several domains are refused, several of one domain are not', async () => {
    const two = (second: string) =>
      plain.replace('From: Ana <ana@author.example>', `From: ana@author.example, ${second}`);
    const dns = () => memoryResolver(policy('p=none'));
    expect((await check(two('bob@other.example'), dns())).refuse?.code).toBe(550);
    expect((await check(two('bob@author.example'), dns())).refuse).toBeNull();
  });

  test('exempt networks are not looked at, and it says so', async () => {
    const dns = memoryResolver(policy('p=reject'));
    const found = await check(plain, dns, { settings: { exempt: ['192.0.2.0/24'] } });
    expect(found).toMatchObject({
      refuse: null,
      verdict: null,
      results: 'Authentication-Results: mx.coop.example; none',
    });
    expect(dns.questions).toEqual([]);
  });
});

describe('what is hostile', () => {
  const dkim = async (message: string, dns: MemoryResolver) =>
    (await check(message, dns)).verdict?.dkim ?? [];

  test('keys of 512 bits are weak, of 16,384 bits are not tried', async () => {
    const weak = makeKey('author.example', 'weak', 512);
    const message = await signed(plain, weak);
    const small = memoryResolver({ [keyName(weak)]: { txt: [weak.record] } });
    expect((await dkim(message, small)).map(({ result }) => result)).toEqual(['policy']);
    expect(keyBitsMin).toBe(1024);
    const huge = memoryResolver({ [keyName(weak)]: { txt: [`v=DKIM1; k=rsa; p=${'A'.repeat(2_800)}`] } });
    expect((await dkim(message, huge)).map(({ result }) => result)).toEqual(['neutral']);
    expect(keyCharsMax).toBeLessThan(2_800);
  });

  test('signaturesMax of 1,000 signatures are verified, those of the author first', async () => {
    const others = Array.from(
      { length: 1_000 },
      (_, at) => `DKIM-Signature: v=1; a=rsa-sha256; d=d${at}.example; s=s; h=from; bh=x; b=y\r\n`,
    ).join('');
    const message = (await signed(plain, key)).replace('From: Ana', `${others}From: Ana`);
    const dns = memoryResolver({ ...published, ...policy('p=reject') });
    expect(others.split('\r\n').length).toBeGreaterThan(checkedFieldsMax);
    // More fields than are verified at all: the message counts as unsigned.
    const whole = await check(message, dns);
    expect(whole.results).toContain('dkim=policy (the header is too large to be verified)');
    expect(whole.verdict?.dkim).toEqual([]);
    const some = `${others.split('\r\n').slice(0, 900).join('\r\n')}\r\n`;
    const found = await check(some + (await signed(plain, key)), dns);
    expect(found.verdict?.dkim).toHaveLength(signaturesMax);
    expect(found.verdict?.dkim).toContainEqual({ domain: 'author.example', selector: 's1', result: 'pass' });
    expect(found.results).toContain('881 of 901 signatures were not verified');
    expect(dns.questions.length).toBeLessThan(questionsMax);
  });

  test('a signature over signatureFieldBytesMax is not verified', async () => {
    const long = `DKIM-Signature: v=1; a=rsa-sha256; d=author.example; s=s; h=from${':x'.repeat(signatureFieldBytesMax / 2)}; bh=x; b=y\r\n`;
    expect(await dkim(long + plain, memoryResolver(published))).toEqual([]);
  });

  test('a header over checkedHeaderBytesMax is not verified, its author is', async () => {
    const padded = `X-Padding: ${'x'.repeat(checkedHeaderBytesMax)}\r\n${await signed(plain, key)}`;
    const found = await check(padded, memoryResolver({ ...published, ...policy('p=reject') }));
    expect(found.verdict).toMatchObject({ dkim: [], dmarc: { result: 'fail', from: 'author.example' } });
  });

  test('what l= leaves open is signed by nobody, and more than partialSignaturesMax are not hashed', async () => {
    const partial = await signed(plain, key, { maxBodyLength: 3 });
    const dns = memoryResolver({ ...published, ...policy('p=reject') });
    const found = await check(partial, dns);
    expect(found.verdict?.dkim).toEqual([{ domain: 'author.example', selector: 's1', result: 'policy' }]);
    expect(found.refuse?.code).toBe(550);
    let many = plain;
    for (let length = 1; length <= partialSignaturesMax + 2; length++) {
      many = (await signed(plain, key, { maxBodyLength: length })).slice(0, -plain.length) + many;
    }
    expect(await dkim(many, dns)).toHaveLength(partialSignaturesMax);
  });

  test('ARC of 60 sets fails; more than arcFieldBytesMax are not looked at', async () => {
    const set = (i: number, extra = '') =>
      `ARC-Seal: i=${i}; a=rsa-sha256; cv=${i === 1 ? 'none' : 'pass'}; d=hop.example; s=s; b=x${extra}\r\n` +
      `ARC-Message-Signature: i=${i}; a=rsa-sha256; c=relaxed/relaxed; d=hop.example; s=s; h=from; bh=x; b=y\r\n` +
      `ARC-Authentication-Results: i=${i}; hop.example; dmarc=pass\r\n`;
    const sets = (count: number, extra = '') =>
      Array.from({ length: count }, (_, at) => set(count - at, extra)).join('') + plain;
    const dns = memoryResolver(policy('p=reject'));
    expect(
      (await check(sets(60), dns, { settings: { trustedSealers: ['hop.example'] } })).verdict?.arc,
    ).toEqual({
      result: 'fail',
      trusted: false,
    });
    const heavy = await check(sets(10, 'x'.repeat(arcFieldBytesMax / 10)), dns);
    expect(heavy.verdict?.arc.result).toBe('none');
    expect(heavy.results).toContain('the ARC sets are too large to be verified');
  });

  test('DNS that never answers: a temporary error when checkMsMax is over, and the message is taken', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const silent = { fails: 'silent' } as const;
      const dns = memoryResolver({
        'author.example': silent,
        '_dmarc.author.example': silent,
        [keyName(key)]: silent,
      });
      const answer = check(await signed(plain, key), dns);
      // Until the last of them waits.
      while (!dns.questions.includes(`TXT ${keyName(key)}`)) await new Promise((done) => setImmediate(done));
      await vi.advanceTimersByTimeAsync(checkMsMax);
      const found = await answer;
      expect(found.verdict).toMatchObject({
        spf: { result: 'temperror' },
        dkim: [{ result: 'temperror' }],
        dmarc: { result: 'temperror' },
      });
      expect(found.refuse).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  test('name servers of a forger that never answer do not keep the policy of the author from us', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const slow = makeKey('stranger.example');
      const silent = { fails: 'silent' } as const;
      const dns = memoryResolver({
        ...policy('p=reject'),
        example: {},
        'stranger.example': silent,
        [keyName(slow)]: silent,
      });
      const answer = check(await signed(plain, slow), dns, { sender: 'x@stranger.example' });
      while (!dns.questions.includes(`TXT ${keyName(slow)}`)) await new Promise((done) => setImmediate(done));
      expect(dns.questions).toContain('TXT _dmarc.author.example');
      await vi.advanceTimersByTimeAsync(checkMsMax - policyMsMin);
      const found = await answer;
      expect(found.verdict).toMatchObject({ spf: { result: 'temperror' }, dmarc: { result: 'fail' } });
      expect(found.refuse?.code).toBe(550);
    } finally {
      vi.useRealTimers();
    }
  });

  test('questions: what was answered stays, what our bounds leave out is told', async () => {
    const dns = memoryResolver({ 'a.example': { a: ['192.0.2.1'] }, 'b.example': { fails: 'silent' } });
    const few = new Questions(dns, 2);
    await few.ask('a.example', 'A');
    const waiting = few.ask('b.example', 'A');
    expect(few.ranOut).toBe(false);
    await expect(few.ask('c.example', 'A')).rejects.toMatchObject({ code: 'EREFUSED' });
    expect(few.ranOut).toBe(true);
    const late = new Questions(dns, policyQuestionsMax);
    few.expire();
    late.expire();
    await expect(waiting).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect(await few.ask('a.example', 'A')).toEqual(['192.0.2.1']);
    await expect(late.ask('a.example', 'A')).rejects.toMatchObject({ code: 'ETIMEOUT' });
    expect(late.ranOut).toBe(true);
    // Eight names for the author and for each of ten others, and A and CNAME of the author.
    expect(policyQuestionsMax).toBeGreaterThanOrEqual(8 * 11 + 2);
  });

  test('a policy that our own bounds kept from us is asked for again later, whatever the settings', async () => {
    const unknown = memoryResolver({ '_dmarc.author.example': { fails: 'servfail' } });
    const { verdict } = await check(plain, unknown);
    if (verdict === null) throw new Error('no verdict');
    const found = { verdict, parts: [], arc: { status: { result: 'none' } } };
    expect(decide({ ...found, ranOut: true }, usual).refuse).toMatchObject({ code: 451, enhanced: '4.7.0' });
    expect(decide({ ...found, ranOut: false }, usual).refuse).toBeNull();
  });

  test('names of strangers do not break out of the field', async () => {
    const dns = memoryResolver();
    const { fields } = await check(plain, dns, {
      sender: '"a\\"; dmarc=pass (x"@author.example',
      helo: 'x;dkim=pass',
    });
    const bare = fields.replace(/"(?:[^"\\]|\\.)*"/g, '""').replace(/\((?:[^()\\]|\\.)*\)/g, '');
    expect(bare).not.toContain('dmarc=pass');
    expect(bare).not.toContain('dkim=pass');
    for (const line of fields.trimEnd().split('\r\n').slice(1)) expect(line).toMatch(/^\t\S/);
  });

  test('a body whose lines never end and one cut into single octets cost what others do', async () => {
    const body = `${'x '.repeat(40_000)}\r\n`;
    const message = await signed(plain.replace('Hello.\r\n', body), key);
    const found = await check(message, memoryResolver({ ...published, ...policy('p=reject') }), { cut: 100 });
    expect(found.verdict?.dmarc?.result).toBe('pass');
  });
});
