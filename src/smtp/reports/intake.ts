import { type Clock, FormatError } from '../../base/index.ts';
import { createMimeParser, decodeBody, type MimePart } from '../../formats/mime/index.ts';
import type { Log } from '../../observability/index.ts';
import { receivedRowsMax, type TrustStore } from '../../stores/trust/index.ts';
import type { Verdict } from '../checks/index.ts';
import { turn } from '../checks/turn.ts';
import { type Reply, reply } from '../wire/reply.ts';
import { createAllowance } from './allowance.ts';
import { readDmarcReport } from './dmarc-format.ts';
import { keepDmarc, keepTls } from './keep.ts';
import { keptBytesMax, readTurnBytes, reportMessageBytesMax, reportPartsMax } from './limits.ts';
import { readTlsReport } from './tls-format.ts';
import { unpack } from './unpack.ts';

/** Local parts of the addresses that we publish for reports (`myco dns show`). */
const localParts: ReadonlySet<string> = new Set(['dmarc-reports', 'tls-reports']);

/** Reads reports of others about us. */
export interface Intake {
  /** Whether mail to this address, at a domain of ours, is a report for us. */
  takes(address: string): boolean;
  /**
   * Reads the report in a message whose sender is proven; the reply says what became of it. StoreError where it could not
   * be kept.
   */
  take(message: AsyncIterable<Buffer>, bytes: number, verdict: Verdict | null): Promise<Reply>;
}

export interface IntakeOptions {
  readonly trust: TrustStore;
  readonly isOurs: (domain: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
}

const tooLarge = reply(552, '5.3.4', `A report has at most ${reportMessageBytesMax} bytes`);
const unproven = reply(550, '5.7.1', 'A report is taken only if SPF, DKIM or DMARC proves who sends it');
const tooMany = reply(
  450,
  '4.7.1',
  'So many reports of one domain are enough for today; come again tomorrow',
);
const taken = reply(250, '2.1.5', 'Thank you for the report');

const packed: ReadonlySet<string> = new Set([
  'application/gzip',
  'application/x-gzip',
  'application/gzip-compressed',
  'application/zip',
  'application/x-zip',
  'application/x-zip-compressed',
  'application/octet-stream',
  'application/xml',
  'text/xml',
  'application/tlsrpt+gzip',
  'application/tlsrpt+json',
  'application/json',
]);

const neighbour = 'a neighbour';

export function createIntake({ trust, isOurs, clock, log }: IntakeOptions): Intake {
  const allowance = createAllowance(clock);

  async function demandOurs(domain: string): Promise<void> {
    for (let at = domain; at.includes('.') || at === domain; at = at.slice(at.indexOf('.') + 1)) {
      if (await isOurs(at)) return;
      if (!at.includes('.')) break;
    }
    throw new FormatError('the report is about a domain that is not ours');
  }

  async function keepXml(document: Buffer): Promise<number | null> {
    const rows: string[] = [];
    let total = 0;
    let failed = 0;
    const report = await readDmarcReport(document, (row) => {
      if (rows.length < receivedRowsMax) rows.push(JSON.stringify(row));
      total += row.count;
      if (row.dkim !== 'pass' && row.spf !== 'pass') failed += row.count;
    });
    demandShort(rows);
    await demandOurs(report.policy.domain);
    return keepDmarc(trust, report, { rows, total, failed }, clock.nowMs());
  }

  async function keepJson(document: Buffer): Promise<number | null> {
    const report = readTlsReport(document);
    if (report.policies.length === 0) throw new FormatError('the report is about nothing');
    demandShort(report.policies.map((policy) => JSON.stringify(policy)));
    for (const { domain } of report.policies) await demandOurs(domain);
    return keepTls(trust, report, clock.nowMs());
  }

  return {
    takes: (address) => localParts.has(address.slice(0, address.lastIndexOf('@')).toLowerCase()),
    async take(message, bytes, verdict) {
      if (bytes > reportMessageBytesMax) return tooLarge;
      // A neighbour (LMTP, or an exempt address) has judged its sender itself.
      const domain = verdict === null ? neighbour : provenDomain(verdict);
      if (!domain) return unproven;
      return read(message, bytes, domain);
    },
  };

  async function read(message: AsyncIterable<Buffer>, bytes: number, domain: string): Promise<Reply> {
    let fault = new FormatError('there is no report in it');
    for await (const attachment of attachments(message)) {
      try {
        const document = await unpack(attachment);
        const kept = await allowance.spend(domain, () =>
          isJson(document) ? keepJson(document) : keepXml(document),
        );
        if (kept === 'enough') return tooMany;
        log.info('report received', {
          kind: isJson(document) ? 'tls' : 'dmarc',
          outcome: kept === null ? 'known' : 'kept',
        });
        return taken;
      } catch (error) {
        if (!(error instanceof FormatError)) throw error;
        fault = error;
      }
    }
    // Not why: the reason repeats what stood in it.
    log.info('report refused', { bytes });
    return reply(550, '5.6.0', `The report was not taken: ${fault.message}`);
  }
}

/** Whom the message is from for sure; null where nothing proves it. */
function provenDomain({ dmarc, spf, dkim }: Verdict): string | null {
  if (dmarc?.result === 'pass') return dmarc.from;
  if (spf.result === 'pass' && spf.domain !== '') return spf.domain;
  return dkim.find(({ result, domain }) => result === 'pass' && domain !== '')?.domain ?? null;
}

function demandShort(rows: readonly string[]): void {
  const bytes = rows.reduce((sum, row) => sum + Buffer.byteLength(row), 0);
  if (bytes > keptBytesMax) throw new FormatError(`its rows have more than ${keptBytesMax} bytes`);
}

function isJson(document: Buffer): boolean {
  return /^\s*\{/.test(document.toString('latin1', 0, 64));
}

/** What may be a report, decoded, one after the other. */
async function* attachments(message: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const parser = createMimeParser();
  const pieces: Buffer[] = [];
  for await (const piece of message) {
    pieces.push(piece);
    for (let at = 0; at < piece.length; at += readTurnBytes) {
      await turn();
      parser.write(piece.subarray(at, at + readTurnBytes));
    }
  }
  const whole = Buffer.concat(pieces);
  let looked = 0;
  for (const part of leaves(parser.end().root)) {
    if (!packed.has(`${part.type}/${part.subtype}`)) continue;
    if (++looked > reportPartsMax) return;
    await turn();
    yield decodeBody(whole.subarray(part.bodyStart, part.bodyEnd), part.encoding);
  }
}

function* leaves(part: MimePart): Generator<MimePart> {
  if (part.children.length === 0) yield part;
  for (const child of part.children) yield* leaves(child);
}
