import { crc32, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FormatError, fakeClock } from '../../base/index.ts';
import type { GetHttps } from '../../net/index.ts';
import { createLog } from '../../observability/index.ts';
import type { OutboxWriter, Outgoing } from '../../stores/outbox/index.ts';
import { createTrustStore, type TrustStore } from '../../stores/trust/index.ts';
import {
  describeEngines,
  type MemoryResolver,
  memoryResolver,
  openTestStores,
  type TestStores,
} from '../../testing/index.ts';
import type { DmarcFinding, Verdict } from '../checks/index.ts';
import { createSigner } from '../signing/index.ts';
import { createAllowance } from './allowance.ts';
import { composeReport } from './compose.ts';
import { mailAddresses, willingAddresses } from './destinations.ts';
import { type DmarcReport, formatDmarcReport, readDmarcReport } from './dmarc-format.ts';
import { createIntake, createObservers, createReporter, type Intake } from './index.ts';
import {
  destinationsMax,
  keptBytesMax,
  pendingObservationsMax,
  postAnswerBytesMax,
  postMs,
  reportBytesMax,
  reportingDomainsMax,
  reportMessageBytesMax,
  reportPartsMax,
  reportsOfDomainPerDayMax,
  reportsPerTurnMax,
  reportTextCharsMax,
  reportTriedDays,
  reportTurnMsMax,
  sentRowsMax,
  tlsFailuresMax,
  tlsPoliciesMax,
  unpackedFreeBytes,
  unpackedRatio,
} from './limits.ts';
import { formatTlsReport, readTlsReport } from './tls-format.ts';
import { unpack } from './unpack.ts';

const dayMs = 86_400_000;
const log = createLog({ level: 'debug', format: 'json', write: () => {} });

const finding: DmarcFinding = {
  result: 'fail',
  from: 'mail.author.example',
  policyDomain: 'author.example',
  record: 'v=DMARC1; p=reject; rua=mailto:reports@author.example!10m,mailto:r@elsewhere.example',
  policy: 'reject',
  p: 'reject',
  sp: 'quarantine',
  np: '',
  testing: false,
  strict: { spf: false, dkim: true },
  aligned: { spf: false, dkim: false },
};
const verdict: Verdict = {
  spf: { result: 'softfail', domain: 'bounce.example', identity: 'mfrom' },
  dkim: [{ domain: 'other.example', selector: 's', result: 'pass' }],
  arc: { result: 'none', trusted: false },
  authors: ['author.example'],
  dmarc: finding,
  disposition: { action: 'reject', override: null },
};
const report: DmarcReport = {
  reporter: 'receiver.example',
  contact: 'postmaster@receiver.example',
  reportId: '1@receiver.example',
  begins: 0,
  ends: dayMs - 1000,
  policy: { domain: 'coop.example', p: 'none', sp: '', np: '', adkim: 'r', aspf: 's', testing: false },
  rows: [
    {
      ip: '192.0.2.1',
      count: 7,
      disposition: 'none',
      dkim: 'pass',
      spf: 'fail',
      override: 'local_policy',
      headerFrom: 'coop.example',
      envelopeFrom: 'a&b<c>.example',
      dkimResults: [{ domain: 'coop.example', selector: 'rsa-1', result: 'pass' }],
      spfResult: { domain: 'x.example', scope: 'mfrom', result: 'fail' },
    },
    {
      ip: '2001:db8::1',
      count: 2,
      disposition: 'none',
      dkim: 'fail',
      spf: 'fail',
      override: null,
      headerFrom: 'coop.example',
      envelopeFrom: '',
      dkimResults: [],
      spfResult: null,
    },
  ],
};

/** An outbox that keeps what is put into it. */
function keptOutbox(): OutboxWriter & { readonly sent: { message: Outgoing; bytes: Buffer }[] } {
  const staged = new Map<string, Buffer>();
  const sent: { message: Outgoing; bytes: Buffer }[] = [];
  return {
    sent,
    async stage(data) {
      if (!Buffer.isBuffer(data)) throw new Error('a report is staged whole');
      const hash = `${staged.size}`;
      staged.set(hash, data);
      return { hash, size: data.length } as Awaited<ReturnType<OutboxWriter['stage']>>;
    },
    discard: () => {},
    async enqueue(message) {
      const bytes = staged.get(message.blob.hash);
      if (!bytes) throw new Error('not staged');
      sent.push({ message, bytes: Buffer.concat([Buffer.from(message.head), bytes]) });
      return sent.length;
    },
  } as ReturnType<typeof keptOutbox>;
}

async function* piecesOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

describeEngines('reports from one server to the other', (engine) => {
  let stores: TestStores;
  let trust: TrustStore;
  let dns: MemoryResolver;
  let outbox: ReturnType<typeof keptOutbox>;
  let intake: Intake;
  let posted: Parameters<GetHttps>[0][];
  let onPost = () => {};
  const clock = fakeClock();

  beforeEach(async () => {
    clock.set(Date.UTC(2026, 10, 22, 12));
    stores = await openTestStores(engine);
    trust = createTrustStore({ database: stores.database, clock });
    dns = memoryResolver();
    outbox = keptOutbox();
    posted = [];
    onPost = () => {};
    intake = createIntake({ trust, isOurs: async (name) => name === 'author.example', clock, log });
  });
  afterEach(() => stores.close());

  const reporter = (settings = { dmarc: true, tls: true }) =>
    createReporter({
      trust,
      outbox,
      signer: createSigner({ trust, isOurs: async (name) => name === 'coop.example', clock }),
      resolver: dns,
      https: async (asked) => {
        posted.push(asked);
        onPost();
        return { status: asked.host === 'full.example' ? 503 : 201, type: '', body: Buffer.alloc(0) };
      },
      privateAddresses: () => false,
      domain: 'coop.example',
      hostname: 'mail.coop.example',
      clock,
      log,
      settings: () => settings,
    });

  test('what was seen of a domain goes to it the next day, and is read there', async () => {
    const observers = createObservers({ trust, clock, log });
    for (let seen = 0; seen < 3; seen++) {
      observers.dmarc.observed(finding, verdict, '192.0.2.7', 'x@bounce.example');
    }
    observers.dmarc.observed({ ...finding, record: 'v=DMARC1; p=reject' }, verdict, '192.0.2.7', '');
    await observers.flush();
    observers.dmarc.observed(finding, verdict, '192.0.2.8', 'x@bounce.example');
    await observers.stop();
    expect(await reporter().sendDue()).toBe(0);
    clock.advance(dayMs);
    expect(await reporter().sendDue()).toBe(1);
    expect(await reporter().sendDue()).toBe(0);
    const [only] = outbox.sent;
    if (!only) throw new Error('nothing was sent');
    expect(only.message).toMatchObject({ kind: 'report', sender: '', account: 0 });
    // elsewhere.example has not said that it wants reports about author.example.
    expect(only.message.recipients.map(({ address }) => address)).toEqual(['reports@author.example']);
    const text = only.bytes.toString();
    expect(text).toMatch(/^DKIM-Signature: [\s\S]*^From: dmarc-reports@coop\.example\r\n/m);
    expect(text.replace(/\r\n\t/g, ' ')).toMatch(
      /^Subject: Report Domain: author\.example Submitter: coop\.example Report-ID: <[^>]+>\r\n/m,
    );
    expect(
      only.bytes.subarray(only.message.head.length).subarray(0, only.message.headerLength).toString(),
    ).toMatch(/\r\n\r\n$/);
    expect(await intake.take(piecesOf(only.bytes), only.bytes.length, verdict)).toMatchObject({ code: 250 });
    const [kept] = await trust.reports({ max: 5 });
    expect(kept).toMatchObject({
      kind: 'dmarc',
      reporter: 'coop.example',
      domain: 'author.example',
      begins: Date.UTC(2026, 10, 22),
      total: 4,
      failed: 4,
    });
    const rows = (await trust.report(kept?.id ?? 0))?.rows.map((row) => JSON.parse(row)) ?? [];
    expect(rows).toHaveLength(2);
    expect(rows.find(({ ip }) => ip === '192.0.2.7')).toEqual({
      ip: '192.0.2.7',
      count: 3,
      disposition: 'reject',
      dkim: 'fail',
      spf: 'fail',
      override: null,
      headerFrom: 'mail.author.example',
      envelopeFrom: 'bounce.example',
      dkimResults: [{ domain: 'other.example', selector: 's', result: 'pass' }],
      spfResult: { domain: 'bounce.example', scope: 'mfrom', result: 'softfail' },
    });
    // The same once more is known.
    expect(await intake.take(piecesOf(only.bytes), only.bytes.length, verdict)).toMatchObject({ code: 250 });
    expect(await trust.reports({ max: 5 })).toHaveLength(1);
  });

  test('TLS: successes and failures by policy, to whom the domain names now', async () => {
    const observers = createObservers({ trust, clock, log });
    const basis = {
      policy: 'sts',
      policyText: ['version: STSv1', 'mode: enforce'],
      mxHosts: ['mx.author.example'],
      failure: null,
    } as const;
    const outcome = { domain: 'author.example', basis, mxHost: 'mx.author.example', address: '192.0.2.1' };
    observers.tls.observed({ ...outcome, failure: null });
    observers.tls.observed({ ...outcome, failure: null });
    observers.tls.observed({ ...outcome, failure: 'certificate-expired' });
    observers.tls.observed({ ...outcome, domain: 'silent.example', failure: null });
    await observers.stop();
    clock.advance(dayMs);
    dns.set('_smtp._tls.author.example', { txt: ['v=TLSRPTv1; rua=mailto:tls@reports.example'] });
    expect(await reporter().sendDue()).toBe(1);
    const [only] = outbox.sent;
    if (!only) throw new Error('nothing was sent');
    expect(only.message.options.tls).toBe('optional');
    expect(only.bytes.toString()).toContain('TLS-Report-Domain: author.example\r\n');
    expect(await intake.take(piecesOf(only.bytes), only.bytes.length, verdict)).toMatchObject({ code: 250 });
    const [kept] = await trust.reports({ max: 5 });
    expect(kept).toMatchObject({ kind: 'tls', domain: 'author.example', total: 3, failed: 1 });
    const [row] = (await trust.report(kept?.id ?? 0))?.rows ?? [];
    expect(JSON.parse(row ?? '')).toMatchObject({
      policy: 'sts',
      mxHosts: ['mx.author.example'],
      failures: [
        { type: 'certificate-expired', mxHost: 'mx.author.example', address: '192.0.2.1', count: 1 },
      ],
    });
    expect(await trust.owed('tls', 99_999, 5)).toEqual([]);
  });

  test('TLS by POST, to addresses of the internet alone; what nobody took is tried again', async () => {
    const observers = createObservers({ trust, clock, log });
    const basis = { policy: 'no-policy-found', policyText: [], mxHosts: [], failure: null } as const;
    const outcome = { basis, mxHost: 'mx.example', address: '192.0.2.1', failure: null };
    for (const domain of ['author.example', 'inner.example', 'full.example']) {
      observers.tls.observed({ ...outcome, domain });
      dns.set(`_smtp._tls.${domain}`, { txt: [`v=TLSRPTv1; rua=https://${domain}:8443/r?x=1`] });
    }
    dns.set('author.example', { a: ['10.1.1.1', '203.0.113.7'] });
    dns.set('inner.example', { a: ['127.0.0.1', '10.0.0.1'], aaaa: ['::1'] });
    dns.set('full.example', { a: ['203.0.113.8'] });
    await observers.stop();
    clock.advance(dayMs);
    expect(await reporter().sendDue()).toBe(1);
    expect(posted.map(({ host, addresses, port, path }) => [host, addresses, port, path])).toEqual([
      ['author.example', ['203.0.113.7'], 8443, '/r?x=1'],
      ['full.example', ['203.0.113.8'], 8443, '/r?x=1'],
    ]);
    const [first] = posted;
    expect(first?.post?.type).toBe('application/tlsrpt+gzip');
    const report = readTlsReport(await unpack(first?.post?.bytes ?? Buffer.alloc(0)));
    expect(report).toMatchObject({ reporter: 'coop.example', policies: [{ succeeded: 1, failed: 0 }] });
    expect((await trust.owed('tls', 99_999, 5)).map(({ domain }) => domain)).toEqual([
      'full.example',
      'inner.example',
    ]);
    expect(first).toMatchObject({ msMax: postMs, answerBytesMax: postAnswerBytesMax });
  });

  test('reportTurnMsMax ends a turn, and what failed for reportTriedDays is given up', async () => {
    const observers = createObservers({ trust, clock, log });
    const basis = { policy: 'no-policy-found', policyText: [], mxHosts: [], failure: null } as const;
    for (const domain of ['a.example', 'full.example']) {
      observers.tls.observed({ basis, mxHost: 'mx.example', address: '192.0.2.1', failure: null, domain });
      dns.set(`_smtp._tls.${domain}`, { txt: [`v=TLSRPTv1; rua=https://${domain}/`] });
      dns.set(domain, { a: ['203.0.113.7'] });
    }
    await observers.stop();
    clock.advance(dayMs);
    onPost = () => clock.advance(reportTurnMsMax);
    expect(await reporter().sendDue(() => false)).toBe(0);
    expect(posted).toEqual([]);
    expect(await reporter().sendDue()).toBe(1);
    expect(posted.map(({ host }) => host)).toEqual(['a.example']);
    for (let day = 1; day < reportTriedDays; day++) {
      await reporter().sendDue();
      expect(await trust.owed('tls', 99_999, 5)).toHaveLength(1);
      clock.advance(dayMs);
    }
    expect(await reporter().sendDue()).toBe(0);
    expect(await trust.owed('tls', 99_999, 5)).toEqual([]);
  });

  test('a kind that is switched off is forgotten; one that cannot be sent is tried again', async () => {
    const observers = createObservers({ trust, clock, log });
    observers.dmarc.observed(finding, verdict, '192.0.2.7', '');
    await observers.stop();
    clock.advance(dayMs);
    const { enqueue } = outbox;
    outbox.enqueue = () => Promise.reject(new Error('no space'));
    expect(await reporter().sendDue()).toBe(0);
    outbox.enqueue = enqueue;
    expect(await trust.owed('dmarc', 99_999, 5)).toHaveLength(1);
    expect(await reporter({ dmarc: false, tls: true }).sendDue()).toBe(0);
    expect(await trust.owed('dmarc', 99_999, 5)).toEqual([]);
    expect(outbox.sent).toEqual([]);
  });

  test('what is no report, not about us, or too large is refused with a reason', async () => {
    const mail = (bytes: Buffer, type = 'application/gzip') =>
      composeReport({
        from: 'a@b.example',
        to: ['dmarc-reports@author.example'],
        subject: 'x',
        id: '1@b.example',
        nowMs: 0,
        text: 'x',
        attachment: { type, name: 'x', bytes },
        fields: {},
        multipart: 'mixed',
      }).bytes;
    const take = async (bytes: Buffer) => {
      const { code, enhanced, lines } = await intake.take(piecesOf(bytes), bytes.length, verdict);
      return `${code} ${enhanced} ${lines[0]}`;
    };
    expect(await take(mail(gzipSync(formatDmarcReport(report))))).toBe(
      '550 5.6.0 The report was not taken: the report is about a domain that is not ours',
    );
    expect(await take(mail(gzipSync('<a/>')))).toMatch(/^550 5\.6\.0 .*<a> is no DMARC report$/);
    expect(await take(mail(gzipSync('{"a":1}')))).toMatch(/^550 5\.6\.0 .*this is no TLS report/);
    expect(await take(mail(Buffer.from('x'), 'image/png'))).toMatch(/there is no report in it$/);
    expect(await take(Buffer.from('From: x@y.example\r\n\r\nhello\r\n'))).toMatch(
      /there is no report in it$/,
    );
    expect(await take(mail(gzipSync(Buffer.alloc(50_000_000))))).toMatch(
      /grows too long when it is unpacked$/,
    );
    expect((await intake.take(piecesOf(Buffer.alloc(1)), reportMessageBytesMax + 1, verdict)).code).toBe(552);
    expect(await trust.reports({ max: 5 })).toEqual([]);
    expect(reportPartsMax).toBeGreaterThan(1);
  });

  const mailOf = (reportId: string, rows: DmarcReport['rows'] = report.rows) =>
    composeReport({
      from: 'a@b.example',
      to: ['dmarc-reports@author.example'],
      subject: 'x',
      id: '1@b.example',
      nowMs: 0,
      text: 'x',
      attachment: {
        type: 'application/gzip',
        name: 'x',
        bytes: gzipSync(
          formatDmarcReport({
            ...report,
            reportId,
            rows,
            policy: { ...report.policy, domain: 'author.example' },
          }),
        ),
      },
      fields: {},
      multipart: 'mixed',
    }).bytes;
  const codeOf = async (bytes: Buffer, by: Verdict | null = verdict) =>
    (await intake.take(piecesOf(bytes), bytes.length, by)).code;

  test('only a report whose sender SPF, DKIM or DMARC proves is taken', async () => {
    const unproven: Verdict = { ...verdict, dkim: [] };
    expect(await codeOf(mailOf('1'), unproven)).toBe(550);
    expect(await trust.reports({ max: 5 })).toEqual([]);
    expect(await codeOf(mailOf('1'), { ...unproven, dmarc: { ...finding, result: 'pass' } })).toBe(250);
    expect(await codeOf(mailOf('2'), { ...unproven, spf: { ...verdict.spf, result: 'pass' } })).toBe(250);
    expect(await codeOf(mailOf('3'))).toBe(250);
    // Nobody looked: a neighbour brought it.
    expect(await codeOf(mailOf('4'), null)).toBe(250);
    expect(await trust.reports({ max: 5 })).toHaveLength(4);
  });

  test('reportsOfDomainPerDayMax of one domain are kept in a day', async () => {
    const allowance = createAllowance(clock);
    const spend = (kept: number | null, domain = 'a.example') => allowance.spend(domain, async () => kept);
    for (let at = 0; at < reportsOfDomainPerDayMax; at++) {
      expect(await spend(null)).toBeNull();
      await expect(allowance.spend('a.example', () => Promise.reject(new Error('full')))).rejects.toThrow(
        'full',
      );
      expect(await spend(at)).toBe(at);
    }
    expect(await spend(1)).toBe('enough');
    expect(await spend(1, 'b.example')).toBe(1);
    clock.advance(dayMs);
    expect(await spend(1)).toBe(1);
    expect(reportingDomainsMax).toBeGreaterThan(1);
  });

  test('a report of more than keptBytesMax is refused', async () => {
    const [row] = report.rows;
    if (!row) throw new Error('there is no row');
    const signed = {
      domain: `${'a.'.repeat(120)}example`,
      selector: 's'.repeat(200),
      result: 'pass',
    } as const;
    const long = { ...row, dkimResults: [signed, signed, signed] };
    const rows = (bytes: number) =>
      Array.from({ length: Math.ceil(bytes / JSON.stringify(long).length) }, (_, at) => ({
        ...long,
        ip: `198.51.${at >> 8}.${at & 255}`,
      }));
    expect(await codeOf(mailOf('1', rows(keptBytesMax * 1.2)))).toBe(550);
    expect(await codeOf(mailOf('1', rows(keptBytesMax * 0.8)))).toBe(250);
  });

  test('pendingObservationsMax different ones are written down at once', { timeout: 120_000 }, async () => {
    const observers = createObservers({ trust, clock, log });
    const [first] = finding.record.split(',');
    for (let at = 0; at <= pendingObservationsMax; at++) {
      observers.dmarc.observed({ ...finding, record: first ?? '' }, verdict, `198.51.100.${at}`, '');
    }
    await observers.stop();
    const day = Math.floor(clock.nowMs() / dayMs);
    expect(await trust.owedRows('dmarc', day, 'author.example', sentRowsMax)).toHaveLength(
      pendingObservationsMax + 1,
    );
    expect(reportsPerTurnMax).toBeGreaterThan(1);
  });
});

describe('formats', () => {
  test('DMARC: what is written is read again', async () => {
    const rows: unknown[] = [];
    const { rows: expected, ...rest } = report;
    const read = await readDmarcReport(Buffer.from(formatDmarcReport(report)), (row) => rows.push(row));
    expect(read).toEqual(rest);
    expect(rows).toEqual(expected);
  });

  // RFC 7489 Appendix C is a schema; this is the form of the big receivers, RFC 9990 name space and all.
  test('DMARC: a report in the name space of RFC 9990, with what we do not know', async () => {
    const rows: { ip: string; count: number }[] = [];
    const xml = `<?xml version="1.0" encoding="UTF-8" ?><feedback xmlns="urn:ietf:params:xml:ns:dmarc-2.0">
      <report_metadata><org_name>Big\u0007 Mail</org_name><extra_contact_info>https://x</extra_contact_info>
      <report_id> 42 </report_id><date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>
      <policy_published><domain>Coop.Example</domain><p>none</p><testing>y</testing></policy_published>
      <record><row><source_ip>192.0.2.1</source_ip><count>3</count></row><extension/></record></feedback>`;
    const read = await readDmarcReport(Buffer.from(xml.replace('\u0007', '')), (row) => rows.push(row));
    expect(read).toMatchObject({
      reporter: 'Big Mail',
      reportId: '42',
      begins: 1_700_000_000_000,
      policy: { domain: 'coop.example', testing: true, adkim: 'r' },
    });
    expect(rows).toMatchObject([{ ip: '192.0.2.1', count: 3 }]);
  });

  test.each([
    ['<feedback/>', /does not say whose/],
    ['<feedback>', /unclosed/],
    ['<!DOCTYPE x [<!ENTITY a "b">]><feedback>&a;</feedback>', /document type/],
    [`${'<a>'.repeat(200)}`, /deeper/],
  ])('DMARC: %.40s is refused', async (xml, message) => {
    await expect(readDmarcReport(Buffer.from(xml), () => {})).rejects.toThrow(FormatError);
    await expect(readDmarcReport(Buffer.from(xml), () => {})).rejects.toThrow(message);
  });

  // RFC 8460 Appendix B.
  test('TLS: the example of the RFC is read, what is written is read again', () => {
    const read = readTlsReport(
      Buffer.from(`{"organization-name":"Company-X","date-range":{"start-datetime":"2016-04-01T00:00:00Z",
      "end-datetime":"2016-04-01T23:59:59Z"},"contact-info":"sts-reporting@company-x.example",
      "report-id":"5065427c-23d3-47ca-b6e0-946ea0e8c4be","policies":[{"policy":{"policy-type":"sts",
      "policy-string":["version: STSv1","mode: testing","mx: *.mail.company-y.example","max_age: 86400"],
      "policy-domain":"company-y.example","mx-host":"*.mail.company-y.example"},"summary":{
      "total-successful-session-count":5326,"total-failure-session-count":303},"failure-details":[{
      "result-type":"certificate-expired","sending-mta-ip":"2001:db8:abcd:0012::1",
      "receiving-mx-hostname":"mx1.mail.company-y.example","failed-session-count":100},{
      "result-type":"starttls-not-supported","sending-mta-ip":"2001:db8:abcd:0013::1",
      "receiving-mx-hostname":"mx2.mail.company-y.example","receiving-ip":"203.0.113.56",
      "failed-session-count":200,"additional-information":"https://reports.company-x.example/"},{
      "result-type":"validation-failure","sending-mta-ip":"198.51.100.62","receiving-ip":"203.0.113.58",
      "receiving-mx-hostname":"mx-backup.mail.company-y.example","failed-session-count":3}]}]}`),
    );
    expect(read).toMatchObject({
      reporter: 'Company-X',
      begins: Date.UTC(2016, 3, 1),
      policies: [
        { domain: 'company-y.example', mxHosts: ['*.mail.company-y.example'], succeeded: 5326, failed: 303 },
      ],
    });
    expect(read.policies[0]?.failures.map(({ count }) => count)).toEqual([100, 200, 3]);
    expect(readTlsReport(Buffer.from(formatTlsReport(read)))).toEqual(read);
  });

  test('TLS: tlsPoliciesMax, tlsFailuresMax, reportTextCharsMax', () => {
    const policy = {
      policy: 'sts',
      policyText: [],
      mxHosts: [],
      domain: 'a.example',
      succeeded: 1,
      failed: 0,
    };
    const failure = { type: 'x', mxHost: '', address: '', count: 1 };
    const base = { reporter: 'r'.repeat(1000), contact: '', reportId: '1', begins: 0, ends: 0 };
    const read = (policies: number, failures: number) =>
      readTlsReport(
        Buffer.from(
          formatTlsReport({
            ...base,
            policies: Array.from({ length: policies }, () => ({
              ...policy,
              failures: Array.from({ length: failures }, () => failure),
            })),
          }),
        ),
      );
    expect(read(tlsPoliciesMax, 1).policies).toHaveLength(tlsPoliciesMax);
    expect(() => read(tlsPoliciesMax + 1, 0)).toThrow('policies');
    expect(read(1, tlsFailuresMax).policies[0]?.failures).toHaveLength(tlsFailuresMax);
    expect(() => read(1, tlsFailuresMax + 1)).toThrow('failure-details');
    expect(read(1, 0).reporter).toHaveLength(reportTextCharsMax);
  });
});

describe('unpacking', () => {
  const rate = unpackedRatio;

  test('gzip, and what is not packed', async () => {
    expect((await unpack(gzipSync('<a/>'))).toString()).toBe('<a/>');
    expect((await unpack(Buffer.from('<a/>'))).toString()).toBe('<a/>');
    await expect(unpack(Buffer.from([0x1f, 0x8b, 1, 2, 3]))).rejects.toThrow('no gzip file');
    await expect(unpack(gzipSync('x'.repeat(1000)).subarray(0, 20))).rejects.toThrow(FormatError);
  });

  test('a bomb costs no more than a report may be', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    expect(bomb.length * rate).toBeGreaterThan(reportBytesMax);
    await expect(unpack(bomb)).rejects.toThrow('grows too long');
    // Small, and growing more than reports do.
    const dense = gzipSync(Buffer.alloc(2 * unpackedFreeBytes));
    expect(dense.length * rate).toBeLessThan(2 * unpackedFreeBytes);
    await expect(unpack(dense)).rejects.toThrow('grows too long');
  });

  /** An archive of one stored file; what is said of its size may be a lie. */
  function archive(content: Buffer, claimed = content.length, method = 0, flags = 0): Buffer {
    const name = Buffer.from('r.xml');
    const crc = crc32(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(flags, 6);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(crc, 14);
    local.writeUInt32LE(content.length, 18);
    local.writeUInt32LE(claimed, 22);
    local.writeUInt16LE(name.length, 26);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(flags, 8);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(crc, 16);
    central.writeUInt32LE(content.length, 20);
    central.writeUInt32LE(claimed, 24);
    central.writeUInt16LE(name.length, 28);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt16LE(1, 8);
    end.writeUInt16LE(1, 10);
    end.writeUInt32LE(46 + name.length, 12);
    end.writeUInt32LE(30 + name.length + content.length, 16);
    return Buffer.concat([local, name, content, central, name, end]);
  }

  test('ZIP: the first file; too large, encrypted, broken, and lies about the size', async () => {
    expect((await unpack(archive(Buffer.from('<feedback/>')))).toString()).toBe('<feedback/>');
    const large = archive(Buffer.from('x'), reportBytesMax + 1, 8);
    await expect(unpack(large)).rejects.toThrow('grows too long');
    await expect(unpack(archive(Buffer.from('x'.repeat(20)), 8, 0, 1))).rejects.toThrow('encrypted');
    await expect(unpack(archive(Buffer.from('xyz'), 2))).rejects.toThrow(FormatError);
    await expect(unpack(archive(Buffer.from('no deflate'), 10, 8))).rejects.toThrow(FormatError);
    await expect(unpack(Buffer.from('PK\u0003\u0004'))).rejects.toThrow('no ZIP archive');
  });
});

describe('destinations', () => {
  test('mail addresses among URIs, at most destinationsMax', () => {
    expect(
      mailAddresses([
        'mailto:a@b.example!10m',
        'https://x.example',
        'MAILTO:c%2Bd@e.example',
        'mailto:%zz@x',
      ]),
    ).toEqual(['a@b.example', 'c+d@e.example']);
    const many = Array.from({ length: 50 }, (_, at) => `mailto:a${at}@b.example`);
    expect(mailAddresses(many)).toHaveLength(destinationsMax);
  });

  test('RFC 7489 §7.1: elsewhere only where that place wants it', async () => {
    const dns = memoryResolver({
      'author.example._report._dmarc.willing.example': { txt: ['v=DMARC1;'] },
      'author.example._report._dmarc.broken.example': { fails: 'servfail' },
      'author.example._report._dmarc.other.example': { txt: ['hello'] },
    });
    const ask = (...addresses: string[]) => willingAddresses(addresses, 'author.example', dns);
    expect(
      await ask(
        'a@author.example',
        'a@reports.author.example',
        'a@willing.example',
        'a@broken.example',
        'a@other.example',
        'a@victim.example',
        'a@notauthor.example',
      ),
    ).toEqual(['a@author.example', 'a@reports.author.example', 'a@willing.example']);
  });
});
