import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import { type Clock, messageOf } from '../../base/index.ts';
import { isTlsReporting, readTlsReporting } from '../../formats/dns-text/index.ts';
import type { Resolver } from '../../net/index.ts';
import type { Log } from '../../observability/index.ts';
import type { OutboxWriter } from '../../stores/outbox/index.ts';
import type { ReportKind, TrustStore } from '../../stores/trust/index.ts';
import type { Signer } from '../signing/index.ts';
import { composeReport, type ReportMail } from './compose.ts';
import { mailAddresses, willingAddresses } from './destinations.ts';
import { type DmarcReport, formatDmarcReport } from './dmarc-format.ts';
import {
  reportMessageBytesMax,
  reportsPerTurnMax,
  reportTriedDays,
  reportTurnMsMax,
  sentRowsMax,
} from './limits.ts';
import type { OwedDmarc, OwedTls } from './observers.ts';
import { type PostOptions, postReport, webAddresses } from './post.ts';
import { formatTlsReport, type TlsFailure, type TlsPolicyResult } from './tls-format.ts';

const gzip = promisify(gzipCallback);
const dayMs = 86_400_000;

export interface ReporterOptions extends PostOptions {
  readonly trust: TrustStore;
  readonly outbox: OutboxWriter;
  readonly signer: Signer;
  /** coop.domain and coop.hostname: who reports. */
  readonly domain: string;
  readonly hostname: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Which kinds are sent; others are forgotten. */
  readonly settings: () => Readonly<Record<ReportKind, boolean>>;
}

export interface Reporter {
  /**
   * Puts the reports of past days into the outbox until its time is over or `goesOn` denies; answers how many. One that
   * fails is tried again next time, for a day.
   */
  sendDue(goesOn?: () => boolean): Promise<number>;
}

interface Due {
  readonly day: number;
  readonly domain: string;
}

type Written = Pick<ReportMail, 'subject' | 'text' | 'attachment' | 'fields' | 'multipart'> & {
  readonly to: readonly string[];
  /** Where it goes by POST. */
  readonly web: readonly URL[];
  readonly id: string;
};

export function createReporter(options: ReporterOptions): Reporter {
  const { trust, clock, log } = options;
  const write = {
    dmarc: (due: Due) => writeDmarc(options, due),
    tls: (due: Due) => writeTls(options, due),
  } satisfies Record<ReportKind, (due: Due) => Promise<Written[]>>;

  async function one(kind: ReportKind, due: Due): Promise<number> {
    const reports = options.settings()[kind] ? await write[kind](due) : [];
    for (const report of reports) await send(options, kind, report);
    // A crash before this line sends them twice, with the same id: receivers know them again.
    await trust.settleOwed(kind, due.day, due.domain);
    return reports.length;
  }

  return {
    async sendDue(goesOn = () => true) {
      const endsMs = clock.monotonicMs() + reportTurnMsMax;
      const today = Math.floor(clock.nowMs() / dayMs);
      let sent = 0;
      for (const kind of ['dmarc', 'tls'] as const) {
        for (const due of await trust.owed(kind, today, reportsPerTurnMax)) {
          if (!goesOn() || clock.monotonicMs() >= endsMs) return sent;
          try {
            sent += await one(kind, due);
          } catch (error) {
            log.warn('report not sent', { kind, reason: messageOf(error) });
            if (today - due.day >= reportTriedDays) await trust.settleOwed(kind, due.day, due.domain);
          }
        }
      }
      return sent;
    },
  };
}

/** By every way that is asked for; rejects where none of them took it. */
async function send(options: ReporterOptions, kind: ReportKind, report: Written): Promise<void> {
  const posted = await Promise.all(
    report.web.map((url) => postReport(url, report.attachment.bytes, options)),
  );
  if (report.to.length > 0) await post(options, kind, report);
  else if (!posted.includes(true)) throw new Error('nobody took it');
}

/** The mail of one report: signed, without a sender to bounce to. */
async function post(options: ReporterOptions, kind: ReportKind, report: Written): Promise<void> {
  const { outbox, signer, domain, clock, log } = options;
  const { bytes, headerLength } = composeReport({
    ...report,
    from: `${kind}-reports@${domain}`,
    nowMs: clock.nowMs(),
  });
  const head = await signer.sign(bytes);
  const blob = await outbox.stage(bytes, reportMessageBytesMax);
  await outbox.enqueue({
    account: 0,
    kind: 'report',
    sender: '',
    options: {
      body: '7BIT',
      utf8: false,
      ret: null,
      envid: null,
      // RFC 8460 §5.3: what is wrong with TLS is reported without it.
      tls: kind === 'tls' ? 'optional' : null,
    },
    head,
    blob,
    headerLength,
    recipients: report.to.map((address) => ({ address, notify: ['NEVER'], orcpt: null })),
  });
  log.info('report sent', { kind, bytes: bytes.length });
}

function identify(kind: ReportKind, { day, domain }: Due, part: number, host: string): string {
  const hash = createHash('sha256').update(`${kind} ${domain}`).digest('hex').slice(0, 16);
  return `${day}.${hash}.${part}@${host}`;
}

/** One report for each policy that the domain had that day (RFC 9990 §3.1.1: a report has one). */
async function writeDmarc(options: ReporterOptions, due: Due): Promise<Written[]> {
  const { trust, resolver, domain, hostname } = options;
  const byPolicy = new Map<string, { owed: OwedDmarc; rows: DmarcReport['rows'][number][] }>();
  for (const { row, count } of await trust.owedRows('dmarc', due.day, due.domain, sentRowsMax)) {
    const owed: OwedDmarc = JSON.parse(row);
    const key = JSON.stringify([owed.policy, owed.rua]);
    const group = byPolicy.get(key) ?? { owed, rows: [] };
    group.rows.push({ ...owed.row, count });
    byPolicy.set(key, group);
  }
  const written: Written[] = [];
  for (const [part, { owed, rows }] of [...byPolicy.values()].entries()) {
    const to = await willingAddresses(mailAddresses(owed.rua), due.domain, resolver);
    if (to.length === 0) continue;
    const reportId = identify('dmarc', due, part, hostname);
    const [begins, ends] = [due.day * dayMs, (due.day + 1) * dayMs - 1000];
    const contact = `postmaster@${domain}`;
    const xml = formatDmarcReport({
      reporter: domain,
      contact,
      reportId,
      begins,
      ends,
      policy: owed.policy,
      rows,
    });
    const name = `${domain}!${due.domain}!${begins / 1000}!${ends / 1000}!${part}.xml.gz`;
    written.push({
      to,
      web: [],
      id: reportId,
      // RFC 7489 §7.2.1.1
      subject: `Report Domain: ${due.domain} Submitter: ${domain} Report-ID: <${reportId}>`,
      text: `DMARC aggregate report of ${domain} about mail from ${due.domain}.`,
      attachment: { type: 'application/gzip', name, bytes: await gzip(Buffer.from(xml)) },
      fields: {},
      multipart: 'mixed',
    });
  }
  return written;
}

/** RFC 8460 §5. */
async function writeTls(options: ReporterOptions, due: Due): Promise<Written[]> {
  const { trust, resolver, domain, hostname } = options;
  const wanted = await tlsDestinations(resolver, due.domain);
  const [to, web] = [mailAddresses(wanted), webAddresses(wanted)];
  if (to.length + web.length === 0) return [];
  const owed = await trust.owedRows('tls', due.day, due.domain, sentRowsMax);
  const reportId = identify('tls', due, 0, hostname);
  const [begins, ends] = [due.day * dayMs, (due.day + 1) * dayMs - 1000];
  const json = formatTlsReport({
    reporter: domain,
    contact: `postmaster@${domain}`,
    reportId,
    begins,
    ends,
    policies: policiesOf(due.domain, owed),
  });
  const name = `${domain}!${due.domain}!${begins / 1000}!${ends / 1000}.json.gz`;
  return [
    {
      to,
      web,
      id: reportId,
      subject: `Report Domain: ${due.domain} Submitter: ${domain} Report-ID: <${reportId}>`,
      text: `TLS report of ${domain} about sending mail to ${due.domain}.`,
      attachment: { type: 'application/tlsrpt+gzip', name, bytes: await gzip(Buffer.from(json)) },
      fields: {
        'TLS-Report-Domain': due.domain,
        'TLS-Report-Submitter': domain,
        'TLS-Required': 'No',
      },
      multipart: 'report; report-type="tlsrpt"',
    },
  ];
}

/** Where the domain wants them now; nowhere where the record has a fault or there are several (RFC 8460 §3). */
async function tlsDestinations(resolver: Resolver, domain: string): Promise<readonly string[]> {
  const answer = await resolver.txt(`_smtp._tls.${domain}`).catch(() => null);
  const [only, ...others] = answer?.records.filter(isTlsReporting) ?? [];
  if (only === undefined || others.length > 0) return [];
  try {
    return readTlsReporting(only).reports;
  } catch {
    return [];
  }
}

function policiesOf(
  domain: string,
  owed: readonly { readonly row: string; readonly count: number }[],
): TlsPolicyResult[] {
  const results = new Map<
    string,
    TlsPolicyResult & { succeeded: number; failed: number; failures: TlsFailure[] }
  >();
  for (const { row, count } of owed) {
    const { failure, ...policy }: OwedTls = JSON.parse(row);
    const key = JSON.stringify(policy);
    const result = results.get(key) ?? { ...policy, domain, succeeded: 0, failed: 0, failures: [] };
    results.set(key, result);
    if (failure === null) result.succeeded += count;
    else {
      result.failed += count;
      result.failures.push({ ...failure, count });
    }
  }
  return [...results.values()];
}
