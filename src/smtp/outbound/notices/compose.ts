import { randomToken } from '../../../base/index.ts';
import { headerFields, unfold } from '../../../formats/mime/index.ts';
import { formatDate } from '../../delivery/trace.ts';
import { isAscii } from '../../wire/path.ts';
import { printable } from '../courier/answer.ts';
import { namedRecipientsMax } from './limits.ts';
import type { Action, Notice, Told, Writer } from './types.ts';

const subjects: Readonly<Record<Action, string>> = {
  failed: 'Your message could not be delivered',
  delayed: 'Your message has not arrived yet',
  delivered: 'Your message was delivered',
  relayed: 'Your message was passed on',
};

const sentences: Readonly<Record<Action, string>> = {
  failed: 'Your message could not be delivered to these recipients. It will not be tried again.',
  delayed:
    'Your message has not reached these recipients yet. It will be tried again; there is nothing that you need to do.',
  delivered: 'Your message was delivered to these recipients.',
  relayed:
    'Your message was passed on to the servers of these recipients. They do not tell of deliveries, so you will not hear more.',
};

/** A notice as it is sent. */
export interface Composed {
  readonly bytes: Buffer;
  readonly headerLength: number;
  /** RFC 6533: it holds addresses that are not ASCII, and needs SMTPUTF8. */
  readonly utf8: boolean;
  readonly eightBit: boolean;
}

/** Writes a report in three parts (RFC 3462, RFC 3464; RFC 6533 for what is not ASCII). */
export function compose(notice: Notice, writer: Writer): Composed {
  const { message, told, returned, whole } = notice;
  const [first] = told;
  if (!first) throw new Error('a notice tells of somebody');
  // RFC 6533 §4: what the sender could send it can read.
  const utf8 = !isAscii(message.sender) || told.some(({ recipient }) => !isAscii(recipient.address));
  const eightBit = utf8 || returned.some((octet) => octet > 127);
  const boundary = randomToken(130);
  const date = formatDate(writer.nowMs);
  const original = messageIdOf(returned);
  const head = lines(
    `From: Mail delivery <postmaster@${writer.domain}>`,
    `To: <${message.sender}>`,
    `Subject: ${subjects[first.action]}`,
    `Date: ${date}`,
    `Message-ID: <${randomToken(130)}@${writer.domain}>`,
    ...(original === null ? [] : [`In-Reply-To: ${original}`, `References: ${original}`]),
    // RFC 3834 §5
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
    `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}`,
    '',
  );
  const encoding = utf8 ? '8bit' : '7bit';
  const body = lines(
    `--${boundary}`,
    'Content-Description: What happened',
    `Content-Type: text/plain; charset=${utf8 ? 'utf-8' : 'us-ascii'}`,
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    ...words(notice, writer, utf8),
    `--${boundary}`,
    'Content-Description: The same for programs',
    `Content-Type: message/${utf8 ? 'global-delivery-status' : 'delivery-status'}`,
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    ...status(notice, writer, utf8),
    '',
    `--${boundary}`,
    `Content-Description: ${whole ? 'Your message' : 'The header of your message'}`,
    `Content-Type: ${returnedType(whole, message.options.utf8)}`,
    `Content-Transfer-Encoding: ${eightBit ? '8bit' : '7bit'}`,
    '',
  );
  const end = lines('', `--${boundary}--`);
  const bytes = Buffer.concat([Buffer.from(head), Buffer.from(body), returned, Buffer.from(end)]);
  return { bytes, headerLength: Buffer.byteLength(head), utf8, eightBit };
}

function lines(...all: string[]): string {
  return all.map((line) => `${line}\r\n`).join('');
}

function returnedType(whole: boolean, utf8: boolean): string {
  if (whole) return utf8 ? 'message/global' : 'message/rfc822';
  return utf8 ? 'message/global-headers' : 'text/rfc822-headers';
}

function words({ told }: Notice, { hostname }: Writer, utf8: boolean): string[] {
  const text = [`This is the mail server of ${hostname}.`, ''];
  for (const action of ['failed', 'delayed', 'relayed', 'delivered'] as const) {
    const those = told.filter((one) => one.action === action);
    if (those.length === 0) continue;
    text.push(...folded(sentences[action]), '');
    for (const one of those.slice(0, namedRecipientsMax)) text.push(...person(one, utf8));
    if (those.length > namedRecipientsMax)
      text.push(`and ${those.length - namedRecipientsMax} more, named in the part for programs`, '');
  }
  return text;
}

function person({ recipient, action, answer }: Told, utf8: boolean): string[] {
  const about = [`<${shown(recipient.address, utf8)}>`];
  if (action === 'failed' || action === 'delayed') {
    const who = answer.host === '' ? '' : `${answer.host} said: `;
    const code = answer.code === 0 ? '' : `${answer.code} ${answer.status} `;
    about.push(...folded(`${who}${code}${shown(answer.text, utf8)}`).map((line) => `    ${line}`));
  }
  if (action === 'delayed') about.push(`    It is tried until ${formatDate(recipient.expires)}.`);
  return [...about, ''];
}

/** RFC 3464 §2: fields of the message, then of each recipient. */
function status({ message, told }: Notice, { hostname, nowMs }: Writer, utf8: boolean): string[] {
  const fields = [`Reporting-MTA: dns; ${hostname}`];
  const { envid } = message.options;
  if (envid !== null) fields.push(`Original-Envelope-Id: ${shown(envid, utf8)}`);
  fields.push(`Arrival-Date: ${formatDate(message.created)}`);
  for (const { recipient, action, answer } of told) {
    const { orcpt, address, expires } = recipient;
    fields.push('');
    if (orcpt !== null) fields.push(`Original-Recipient: ${shown(orcpt.replace(';', '; '), utf8)}`);
    fields.push(`Final-Recipient: ${isAscii(address) ? 'rfc822' : 'utf-8'}; ${shown(address, utf8)}`);
    fields.push(`Action: ${action}`, `Status: ${answer.status}`);
    if (answer.host !== '') fields.push(`Remote-MTA: dns; ${answer.host}`);
    if (answer.code !== 0)
      fields.push(...diagnostic(`smtp; ${answer.code} ${answer.status} ${shown(answer.text, utf8)}`));
    fields.push(`Last-Attempt-Date: ${formatDate(nowMs)}`);
    if (action === 'delayed') fields.push(`Will-Retry-Until: ${formatDate(expires)}`);
  }
  return fields;
}

function diagnostic(text: string): string[] {
  const [first = '', ...more] = folded(text);
  return [`Diagnostic-Code: ${first}`, ...more.map((line) => `    ${line}`)];
}

/** What others wrote, as it may stand here: ASCII unless the notice is of RFC 6533's kind. */
function shown(text: string, utf8: boolean): string {
  const line = printable(text);
  return utf8 ? line : line.replace(/[^\x20-\x7e]/g, '?');
}

/** Lines of at most 72 characters; a word that is longer is cut, so that no line is too long. */
function folded(text: string): string[] {
  const all: string[] = [];
  let line = '';
  for (const word of text.match(/\S{1,72}/g) ?? []) {
    if (line !== '' && line.length + 1 + word.length > 72) {
      all.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? all : [...all, line];
}

/** The Message-ID of what is given back, where it is one that may be repeated. */
function messageIdOf(returned: Buffer): string | null {
  const field = headerFields(returned).find(({ name }) => name.toLowerCase() === 'message-id');
  const id = field ? unfold(field.value).trim() : '';
  return /^<[!-;=?-~]{1,200}>$/.test(id) ? id : null;
}
