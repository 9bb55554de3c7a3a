import { createHash } from 'node:crypto';
import {
  attendeesIn,
  type Component,
  partstatOf,
  sequenceOf,
  timeOf,
  writeComponent,
  zonesIn,
} from '../../../formats/icalendar/index.ts';
import { base64Lines, crlf, dateField, encodeHeader } from '../../../formats/mime/index.ts';
import type { InvitationMail } from '../house.ts';
import { shownCharactersMax } from '../limits.ts';
import { english, french, type Words } from './words.ts';

/** A mail as it is sent. */
export interface ComposedMail {
  readonly bytes: Buffer;
  readonly headerLength: number;
  /** An address is not ASCII (RFC 6531). */
  readonly utf8: boolean;
}

export interface Writer {
  /** What the sender is called; '' for their address alone. */
  readonly name: string;
  /** For Message-ID. */
  readonly domain: string;
  /** The co-op's language, such as `fr`. */
  readonly language: string;
  readonly nowMs: number;
}

/**
 * A scheduling message as mail (RFC 6047 §2): what people read, and the same for programs, inline for those that show
 * invitations and attached for those that do not. All but addresses is ASCII.
 */
export function composeInvitation(mail: InvitationMail, writer: Writer): ComposedMail {
  const { calendar, method } = mail;
  const event = calendar.components().find(({ name }) => name !== 'VTIMEZONE');
  const kind = event === undefined ? 'REPLY' : kindOf(method, event);
  const own = writer.language.toLowerCase().startsWith('fr') ? [french, english] : [english, french];
  const [words = english] = own;
  const title = event === undefined ? '' : short(event.text('SUMMARY') ?? '');
  const text = own
    .map((each) => paragraph(each, kind, writer.name || mail.from, calendar, event))
    .join('\n-- \n');
  const ics = writeComponent(calendar);
  const id = createHash('sha256').update(mail.id).update(mail.to.join()).digest('hex').slice(0, 40);
  const [mixed, alternative] = [`=_m${id}`, `=_a${id}`];
  const head = crlf(
    `From: ${writer.name === '' ? '' : `${encodeHeader(writer.name)} `}<${mail.from}>`,
    ...list('To', mail.to),
    `Subject: ${encodeHeader(`${words.subject[kind]}${title === '' ? '' : `: ${title}`}`)}`,
    `Date: ${dateField(writer.nowMs)}`,
    `Message-ID: <${id}@${writer.domain}>`,
    // RFC 3834 §5: who is away does not answer to a program.
    ...(method === 'REPLY' ? ['Auto-Submitted: auto-generated'] : []),
    'MIME-Version: 1.0',
    `Content-Type: multipart/mixed; boundary="${mixed}"`,
    '',
  );
  const body = crlf(
    `--${mixed}`,
    `Content-Type: multipart/alternative; boundary="${alternative}"`,
    '',
    `--${alternative}`,
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    '',
    ...base64Lines(text.replaceAll('\n', '\r\n')),
    `--${alternative}`,
    // RFC 6047 §2.4
    `Content-Type: text/calendar; charset=utf-8; method=${method}; component=${(event?.name ?? 'VEVENT').toLowerCase()}`,
    'Content-Transfer-Encoding: base64',
    '',
    ...base64Lines(ics),
    `--${alternative}--`,
    '',
    `--${mixed}`,
    'Content-Type: application/ics; name="invite.ics"',
    'Content-Disposition: attachment; filename="invite.ics"',
    'Content-Transfer-Encoding: base64',
    '',
    ...base64Lines(ics),
    `--${mixed}--`,
  );
  return {
    bytes: Buffer.from(head + body),
    headerLength: Buffer.byteLength(head),
    // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
    utf8: !/^[\x00-\x7f]*$/.test(head),
  };
}

type Kind = keyof Words['subject'];

function kindOf(method: string, event: Component): Kind {
  if (method === 'CANCEL') return 'CANCEL';
  if (method === 'REQUEST') return sequenceOf(event) > 0 ? 'UPDATE' : 'REQUEST';
  const [who] = attendeesIn(event);
  const said = who === undefined ? '' : partstatOf(who);
  return said === 'ACCEPTED' || said === 'DECLINED' || said === 'TENTATIVE' ? said : 'REPLY';
}

function paragraph(
  words: Words,
  kind: Kind,
  who: string,
  calendar: Component,
  event: Component | undefined,
): string {
  const rows = [words.said[kind].replace('%', () => who), ''];
  const title = short(event?.text('SUMMARY') ?? '');
  const place = short(event?.text('LOCATION') ?? '');
  if (title !== '') rows.push(`${words.what}: ${title}`);
  const when = event === undefined ? '' : timeShown(words, calendar, event);
  if (when !== '') rows.push(`${words.when}: ${when}`);
  if (place !== '') rows.push(`${words.where}: ${place}`);
  if (event?.property('RRULE') !== undefined) rows.push(words.repeats);
  if (kind === 'REQUEST' || kind === 'UPDATE') rows.push('', words.answer);
  return `${rows.join('\n')}\n`;
}

/** In the organiser's own time, whose zone is named. */
function timeShown({ locale }: Words, calendar: Component, event: Component): string {
  const property = event.property('DTSTART') ?? event.property('DUE');
  if (property === undefined) return '';
  const { year, month, day, hour, minute, allDay, zone } = timeOf(property);
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute));
  const shown = new Intl.DateTimeFormat(locale, {
    dateStyle: 'full',
    ...(allDay ? {} : { timeStyle: 'short' }),
    timeZone: 'UTC',
  }).format(local);
  if (allDay || zone === null) return shown;
  const offsetMs = local.getTime() - zonesIn(calendar).instantOf(timeOf(property));
  const sign = offsetMs < 0 ? '-' : '+';
  const minutes = Math.abs(Math.round(offsetMs / 60_000));
  const two = (n: number) => String(n).padStart(2, '0');
  return `${shown} (UTC${minutes === 0 ? '' : `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`})`;
}

function short(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > shownCharactersMax ? `${line.slice(0, shownCharactersMax)}…` : line;
}

/** One address on each line: a line is never too long. */
const list = (name: string, addresses: readonly string[]): string[] =>
  addresses.map((address, at) => {
    const end = at === addresses.length - 1 ? '' : ',';
    return at === 0 ? `${name}: <${address}>${end}` : ` <${address}>${end}`;
  });
