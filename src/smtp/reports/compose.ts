import { formatDate } from '../delivery/trace.ts';

export interface Attachment {
  readonly type: string;
  readonly name: string;
  readonly bytes: Buffer;
}

export interface ReportMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  /** Without its angle brackets. */
  readonly id: string;
  readonly nowMs: number;
  readonly text: string;
  readonly attachment: Attachment;
  /** More fields, such as those of RFC 8460 §5.3. */
  readonly fields: Readonly<Record<string, string>>;
  /** `mixed`, or `report; report-type="tlsrpt"` (RFC 8460 §5.4). */
  readonly multipart: string;
}

/** A message with a report, ASCII throughout, and the octets of its header, its empty line included. */
export function composeReport(mail: ReportMail): { readonly bytes: Buffer; readonly headerLength: number } {
  // Base64 has no '_', so no line of the attachment can be taken for it.
  const boundary = '_report_';
  const header = [
    `From: ${mail.from}`,
    `To: ${mail.to.join(',\r\n\t')}`,
    `Subject: ${fold(mail.subject)}`,
    `Date: ${formatDate(mail.nowMs)}`,
    `Message-ID: <${mail.id}>`,
    ...Object.entries(mail.fields).map(([name, value]) => `${name}: ${value}`),
    'Auto-Submitted: auto-generated',
    'MIME-Version: 1.0',
    `Content-Type: multipart/${mail.multipart};\r\n\tboundary="${boundary}"`,
    '',
    '',
  ].join('\r\n');
  const { attachment } = mail;
  const body = [
    `--${boundary}`,
    'Content-Type: text/plain; charset=us-ascii',
    '',
    mail.text,
    '',
    `--${boundary}`,
    `Content-Type: ${attachment.type};\r\n\tname="${attachment.name}"`,
    `Content-Disposition: attachment;\r\n\tfilename="${attachment.name}"`,
    'Content-Transfer-Encoding: base64',
    '',
    ...(attachment.bytes.toString('base64').match(/.{1,76}/g) ?? []),
    `--${boundary}--`,
    '',
  ].join('\r\n');
  return { bytes: Buffer.from(header + body, 'latin1'), headerLength: header.length };
}

const lineCharsMax = 70;

function fold(text: string): string {
  let line = '';
  const lines: string[] = [];
  for (const word of text.replace(/[^\x20-\x7e]/g, '?').split(' ')) {
    if (line !== '' && line.length + word.length >= lineCharsMax) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].join('\r\n\t');
}
