import { FormatError } from '../../base/index.ts';
import { childOf, escapeXml, type XmlElement, XmlReader } from '../../formats/xml/index.ts';
import { turn } from '../checks/turn.ts';
import { readTurnBytes, reportBytesMax, reportTextCharsMax } from './limits.ts';

/** The policy that was found (RFC 9990 PolicyPublishedType). */
export interface PublishedPolicy {
  readonly domain: string;
  readonly p: string;
  readonly sp: string;
  readonly np: string;
  readonly adkim: 'r' | 's';
  readonly aspf: 'r' | 's';
  readonly testing: boolean;
}

/** Equal messages of one sender. */
export interface DmarcRow {
  readonly ip: string;
  readonly disposition: string;
  /** Whether it passed and was aligned. */
  readonly dkim: string;
  readonly spf: string;
  /** PolicyOverrideType; null for none. */
  readonly override: string | null;
  readonly headerFrom: string;
  readonly envelopeFrom: string;
  readonly dkimResults: readonly {
    readonly domain: string;
    readonly selector: string;
    readonly result: string;
  }[];
  readonly spfResult: { readonly domain: string; readonly scope: string; readonly result: string } | null;
}

export interface DmarcReport {
  readonly reporter: string;
  readonly contact: string;
  readonly reportId: string;
  /** Ms since 1970. */
  readonly begins: number;
  readonly ends: number;
  readonly policy: PublishedPolicy;
  readonly rows: readonly (DmarcRow & { readonly count: number })[];
}

const tag = (name: string, text: string | number) => `<${name}>${escapeXml(String(text))}</${name}>`;

/** An aggregate report as RFC 7489 Appendix C has it, which readers of RFC 9990 take too. */
export function formatDmarcReport(report: DmarcReport): string {
  const { policy } = report;
  const head = [
    tag('org_name', report.reporter),
    tag('email', report.contact),
    tag('report_id', report.reportId),
    `<date_range>${tag('begin', seconds(report.begins))}${tag('end', seconds(report.ends))}</date_range>`,
  ];
  const published = [
    tag('domain', policy.domain),
    tag('adkim', policy.adkim),
    tag('aspf', policy.aspf),
    tag('p', policy.p),
    ...(policy.sp === '' ? [] : [tag('sp', policy.sp)]),
    ...(policy.np === '' ? [] : [tag('np', policy.np)]),
    tag('pct', 100),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<feedback>',
    tag('version', '1.0'),
    `<report_metadata>${head.join('')}</report_metadata>`,
    `<policy_published>${published.join('')}</policy_published>`,
    ...report.rows.map(formatRow),
    '</feedback>',
    '',
  ].join('\n');
}

function formatRow(row: DmarcRow & { readonly count: number }): string {
  const reason =
    row.override === null ? '' : `<reason>${tag('type', row.override)}${tag('comment', '')}</reason>`;
  const evaluated = `${tag('disposition', row.disposition)}${tag('dkim', row.dkim)}${tag('spf', row.spf)}${reason}`;
  const dkim = row.dkimResults.map(
    (one) =>
      `<dkim>${tag('domain', one.domain)}${tag('selector', one.selector)}${tag('result', one.result)}</dkim>`,
  );
  const { spfResult: spf } = row;
  const sent = spf
    ? `<spf>${tag('domain', spf.domain)}${tag('scope', spf.scope)}${tag('result', spf.result)}</spf>`
    : '';
  return [
    '<record>',
    `<row>${tag('source_ip', row.ip)}${tag('count', row.count)}<policy_evaluated>${evaluated}</policy_evaluated></row>`,
    `<identifiers>${tag('envelope_from', row.envelopeFrom)}${tag('header_from', row.headerFrom)}</identifiers>`,
    `<auth_results>${dkim.join('')}${sent}</auth_results>`,
    '</record>',
  ].join('');
}

const seconds = (ms: number) => Math.floor(ms / 1000);

/**
 * Reads a report of others, `record` by `record`: each is given to `row` and forgotten. Throws FormatError for what is no
 * report.
 */
export async function readDmarcReport(
  bytes: Buffer,
  row: (row: DmarcRow & { readonly count: number }) => void,
): Promise<Omit<DmarcReport, 'rows'>> {
  const reader = new XmlReader({
    bytesMax: reportBytesMax,
    take(element, depth) {
      if (depth !== 1 || element.name !== 'record') return false;
      row(readRow(element));
      return true;
    },
  });
  for (let at = 0; at < bytes.length; at += readTurnBytes) {
    await turn();
    reader.write(bytes.subarray(at, at + readTurnBytes));
  }
  const root = reader.end();
  if (root.name !== 'feedback') throw new FormatError(`<${root.name.slice(0, 40)}> is no DMARC report`);
  const metadata = childOf(root, 'report_metadata');
  const policy = childOf(root, 'policy_published');
  const range = childOf(metadata, 'date_range');
  const reporter = textIn(metadata, 'org_name');
  const reportId = textIn(metadata, 'report_id');
  const domain = textIn(policy, 'domain').toLowerCase();
  if (reporter === '' || reportId === '' || domain === '') {
    throw new FormatError('the report does not say whose it is, or of which domain');
  }
  return {
    reporter,
    reportId,
    contact: textIn(metadata, 'email'),
    begins: numberIn(range, 'begin') * 1000,
    ends: numberIn(range, 'end') * 1000,
    policy: {
      domain,
      p: textIn(policy, 'p'),
      sp: textIn(policy, 'sp'),
      np: textIn(policy, 'np'),
      adkim: textIn(policy, 'adkim') === 's' ? 's' : 'r',
      aspf: textIn(policy, 'aspf') === 's' ? 's' : 'r',
      testing: textIn(policy, 'testing') === 'y',
    },
  };
}

/** DKIM results of one record that are kept. */
const resultsKept = 5;

function readRow(record: XmlElement): DmarcRow & { readonly count: number } {
  const row = childOf(record, 'row');
  const evaluated = childOf(row, 'policy_evaluated');
  const identifiers = childOf(record, 'identifiers');
  const results = childOf(record, 'auth_results');
  const spf = childOf(results, 'spf');
  const override = textIn(childOf(evaluated, 'reason'), 'type');
  return {
    ip: textIn(row, 'source_ip'),
    count: numberIn(row, 'count'),
    disposition: textIn(evaluated, 'disposition'),
    dkim: textIn(evaluated, 'dkim'),
    spf: textIn(evaluated, 'spf'),
    override: override === '' ? null : override,
    headerFrom: textIn(identifiers, 'header_from'),
    envelopeFrom: textIn(identifiers, 'envelope_from'),
    dkimResults: (results?.children ?? [])
      .filter(({ name }) => name === 'dkim')
      .slice(0, resultsKept)
      .map((one) => ({
        domain: textIn(one, 'domain'),
        selector: textIn(one, 'selector'),
        result: textIn(one, 'result'),
      })),
    spfResult: spf
      ? { domain: textIn(spf, 'domain'), scope: textIn(spf, 'scope'), result: textIn(spf, 'result') }
      : null,
  };
}

/** Clean: it is shown on the operator's terminal. */
function textIn(element: XmlElement | undefined, name: string): string {
  const text = childOf(element, name)?.text ?? '';
  return text
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .trim()
    .slice(0, reportTextCharsMax);
}

function numberIn(element: XmlElement | undefined, name: string): number {
  const text = childOf(element, name)?.text.trim() ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}
