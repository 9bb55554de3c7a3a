import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../../base/index.ts';
import {
  formatStsPolicy,
  isDkimKey,
  isDmarc,
  isSpf,
  isSts,
  isTlsReporting,
  policyLinesMax,
  readDkimKey,
  readDmarc,
  readSpf,
  readStsPolicy,
  readStsRecord,
  readTags,
  readTlsReporting,
  spfLookUpsMax,
  spfTermsMax,
  stsPolicyId,
  stsPolicyMatches,
  tagsMax,
} from './index.ts';
import { stsMaxAgeSecondsMax } from './limits.ts';

describe('tags', () => {
  test('names and values in their order, white space around them dropped', () => {
    expect([...readTags('v=DKIM1; K = rsa ;p=AB C=; ')]).toEqual([
      ['v', 'DKIM1'],
      ['k', 'rsa'],
      ['p', 'AB C='],
    ]);
  });

  test.each([
    ['v=1; x', "'x' has no value"],
    ['v=1;; p=2', "'' has no value"],
    ['=1', "'' is no name"],
    ['a=1; A=2', "'a' stands twice"],
    ['a;'.repeat(tagsMax + 1), `more than ${tagsMax} tags`],
  ])('%j is refused', (text, reason) => {
    expect(() => readTags(text)).toThrow(reason);
  });
});

describe('SPF', () => {
  test('mechanisms, networks, modifiers, and what they cost', () => {
    const { terms, redirect, lookUps } = readSpf(
      'v=spf1 mx a:mail.example.org/24//64 ip4:192.0.2.0/28 ip6:2001:db8::1 include:_spf.example.net exp=e.%{d} ?exists:%{i}.x -all',
    );
    expect(terms.map(({ qualifier, mechanism, value }) => `${qualifier}${mechanism} ${value}`)).toEqual([
      '+mx ',
      '+a mail.example.org',
      '+ip4 192.0.2.0/28',
      '+ip6 2001:db8::1',
      '+include _spf.example.net',
      '?exists %{i}.x',
      '-all ',
    ]);
    expect(terms[1]).toMatchObject({ bits4: 24, bits6: 64 });
    expect({ redirect, lookUps }).toEqual({ redirect: null, lookUps: 4 });
    expect(readSpf('v=spf1 redirect=_spf.example.org')).toMatchObject({
      redirect: '_spf.example.org',
      lookUps: 1,
    });
  });

  test.each([
    ['v=spf2.0/pra -all', 'does not begin with v=spf1'],
    ['v=spf1 mx -al', "'-al' is no term"],
    ['v=spf1 ip4:300.0.0.1 -all', 'names no address of IPv4'],
    ['v=spf1 ip4:192.0.2.0/33 -all', '0 to 32 bits'],
    ['v=spf1 ip6:192.0.2.1', 'names no address of IPv6'],
    ['v=spf1 include: -all', 'is no term'],
    ['v=spf1 include -all', 'names nothing'],
    ['v=spf1 all:x', 'all takes nothing'],
    ['v=spf1 redirect=a redirect=b', 'redirect stands twice'],
    [`v=spf1 ${'mx '.repeat(spfTermsMax + 1)}`, `more than ${spfTermsMax} terms`],
  ])('%j is refused', (text, reason) => {
    expect(() => readSpf(text)).toThrow(reason);
  });

  test('a record may cost more than receivers pay for; who shows it says so', () => {
    const text = `v=spf1 ${'a:x.example '.repeat(spfLookUpsMax + 1)}-all`;
    expect(readSpf(text).lookUps).toBe(spfLookUpsMax + 1);
  });

  test('which record is meant', () => {
    expect(['v=spf1', 'V=SPF1 -all', 'v=spf10 -all', 'x v=spf1'].map(isSpf)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('DMARC', () => {
  test('policy, alignment and where reports go', () => {
    expect(
      readDmarc(
        'v=DMARC1; p=quarantine; sp=reject; adkim=s; pct=50; rua=mailto:d@example.org, mailto:e@example.net!10m',
      ),
    ).toEqual({
      policy: 'quarantine',
      subdomains: 'reject',
      strictDkim: true,
      strictSpf: false,
      reports: ['mailto:d@example.org', 'mailto:e@example.net!10m'],
      percent: 50,
    });
    expect(readDmarc('v=DMARC1; p=none')).toMatchObject({ subdomains: 'none', reports: [], percent: 100 });
  });

  test.each([
    ['v=dmarc1; p=none', 'does not begin with v=DMARC1'],
    ['v=DMARC1; rua=mailto:a@b; p=none', 'p= does not follow'],
    ['v=DMARC1; p=block', 'p=block is none of none, quarantine, reject'],
    ['v=DMARC1; p=none; pct=101', 'pct=101'],
    ['v=DMARC1; p=none; adkim=x', 'adkim=x is neither r nor s'],
    ['v=DMARC1; p=none; rua=a@b', "'a@b' is no address that starts with mailto:"],
    ['v=DMARC1; p=none; rua=mailto:ab', 'names no mail address'],
  ])('%j is refused', (text, reason) => {
    expect(() => readDmarc(text)).toThrow(reason);
  });

  test('which record is meant', () => {
    expect(['v=DMARC1; p=none', 'v=DMARC1', 'v=DMARC10; p=none'].map(isDmarc)).toEqual([true, true, false]);
  });
});

describe('DKIM keys', () => {
  test('algorithm, key and testing', () => {
    expect(readDkimKey('v=DKIM1; k=ed25519; t=y:s; p=AB CD=')).toEqual({
      algorithm: 'ed25519',
      key: 'ABCD=',
      testing: true,
    });
    expect(readDkimKey('p=')).toEqual({ algorithm: 'rsa', key: '', testing: false });
    expect(['v=DKIM1; p=x', 'k=rsa; p=x', 'v=spf1 -all'].map(isDkimKey)).toEqual([true, true, false]);
  });

  test.each([
    ['k=rsa; v=DKIM1; p=x', 'v= is there and is not the first'],
    ['v=DKIM1; k=dsa; p=x', 'k=dsa is neither'],
    ['v=DKIM1; k=rsa', 'there is no p='],
    ['v=DKIM1; p=!', 'p= is no base64'],
  ])('%j is refused', (text, reason) => {
    expect(() => readDkimKey(text)).toThrow(reason);
  });
});

describe('TLS reporting', () => {
  test('where reports go', () => {
    expect(readTlsReporting('v=TLSRPTv1; rua=mailto:t@example.org,https://r.example.org/t')).toEqual({
      reports: ['mailto:t@example.org', 'https://r.example.org/t'],
    });
    expect(['v=TLSRPTv1;rua=x', 'v=TLSRPTv2; rua=x'].map(isTlsReporting)).toEqual([true, false]);
    expect(() => readTlsReporting('v=TLSRPTv1')).toThrow('there is no rua=');
    expect(() => readTlsReporting('v=TLSRPTv1; rua=http://x')).toThrow('starts with mailto: or https:');
  });
});

describe('MTA-STS', () => {
  test('the record', () => {
    expect(readStsRecord('v=STSv1; id=20260101T00;')).toEqual({ id: '20260101T00' });
    expect(() => readStsRecord('v=STSv1; id=a-b')).toThrow('1 to 32 letters and digits');
    expect(() => readStsRecord('v=STSv1')).toThrow('there is no id=');
    expect(['v=STSv1; id=1', 'v=STSv2; id=1'].map(isSts)).toEqual([true, false]);
  });

  const policy = {
    mode: 'enforce',
    mx: ['mail.example.org', '*.example.net'],
    maxAgeSeconds: 86_400,
  } as const;

  test('a policy is read back as it was written', () => {
    const text = formatStsPolicy(policy);
    expect(text).toBe(
      'version: STSv1\r\nmode: enforce\r\nmx: mail.example.org\r\nmx: *.example.net\r\nmax_age: 86400\r\n',
    );
    expect(readStsPolicy(text)).toEqual(policy);
    expect(readStsPolicy(`${text}extra: yes\nmode: none`)).toEqual(policy);
    expect(readStsPolicy('version: STSv1\nmode: none\nmax_age: 0')).toEqual({
      mode: 'none',
      mx: [],
      maxAgeSeconds: 0,
    });
  });

  test('its id changes with it, and never else', () => {
    expect(stsPolicyId(policy)).toMatch(/^[0-9a-f]{20}$/);
    expect(stsPolicyId({ ...policy })).toBe(stsPolicyId(policy));
    expect(stsPolicyId({ ...policy, mode: 'testing' })).not.toBe(stsPolicyId(policy));
  });

  test('which hosts it names', () => {
    const named = [
      'mail.example.org',
      'MAIL.example.org',
      'a.example.net',
      'a.b.example.net',
      'example.net',
      'x',
    ];
    expect(named.map((host) => stsPolicyMatches(policy, host))).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test.each([
    ['mode: enforce\nmx: a\nmax_age: 1', 'no line version: STSv1'],
    ['version: STSv1\nmode: on\nmx: a\nmax_age: 1', 'mode is none of'],
    ['version: STSv1\nmode: enforce\nmax_age: 1', 'no line mx'],
    [`version: STSv1\nmode: enforce\nmx: a\nmax_age: ${stsMaxAgeSecondsMax + 1}`, 'max_age is no number'],
    ['version: STSv1\nmode: enforce\nmx: *\nmax_age: 1', "'*' is no host name"],
    ['version: STSv1\n<html>', "'<html>' is no line"],
    ['x: y\n'.repeat(policyLinesMax + 1), `more than ${policyLinesMax} lines`],
  ])('%j is refused', (text, reason) => {
    expect(() => readStsPolicy(text)).toThrow(reason);
  });
});

test('nothing but FormatError is thrown, whatever the text', () => {
  const readers = [readTags, readSpf, readDmarc, readDkimKey, readStsRecord, readStsPolicy, readTlsReporting];
  const starts = [
    '',
    'v=spf1 ',
    'v=DMARC1; p=',
    'v=STSv1; id=',
    'v=TLSRPTv1; rua=',
    'version: STSv1\nmode: ',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...starts), fc.string(), (start, rest) => {
      for (const read of readers) {
        try {
          read(start + rest);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    }),
    { seed: 4, numRuns: 500 },
  );
});
