import { type AddressEntry, parseAddressList } from '../address/index.ts';
import type { HeaderField } from './fields.ts';
import { envelopeFieldCharsMax } from './limits.ts';
import type { Envelope, EnvelopeAddress } from './types.ts';

const wanted = new Set([
  'date',
  'subject',
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'bcc',
  'in-reply-to',
  'message-id',
  'references',
]);
const addressFields = ['from', 'sender', 'reply-to', 'to', 'cc', 'bcc'] as const;
type AddressField = (typeof addressFields)[number];

/** The fields of one header that say what the message is, read once. */
export interface HeaderSummary {
  envelope: Envelope;
  references: string | null;
}

export function readSummary(fields: readonly HeaderField[]): HeaderSummary {
  const values = new Map<string, string>();
  for (const field of fields) {
    const name = field.name.toLowerCase();
    if (!wanted.has(name)) continue;
    const seen = values.get(name);
    // RFC 5322 §4.5: several destination fields are one list; of the others the first counts.
    if (seen === undefined) values.set(name, field.value);
    else if (name === 'to' || name === 'cc' || name === 'bcc') values.set(name, `${seen}, ${field.value}`);
  }
  const list = (name: AddressField): AddressEntry[] => parseAddressList(values.get(name) ?? '');
  const addresses = {
    from: list('from'),
    sender: list('sender'),
    'reply-to': list('reply-to'),
    to: list('to'),
    cc: list('cc'),
    bcc: list('bcc'),
  };
  const text = (name: string): string | null => cut(values.get(name));
  const from = toEnvelope(addresses.from);
  return {
    references: values.get('references') ?? null,
    envelope: {
      date: text('date'),
      subject: text('subject'),
      from,
      // RFC 9051 §7.5.2: absent or empty, they are what From is.
      sender: orElse(toEnvelope(addresses.sender), from),
      replyTo: orElse(toEnvelope(addresses['reply-to']), from),
      to: toEnvelope(addresses.to),
      cc: toEnvelope(addresses.cc),
      bcc: toEnvelope(addresses.bcc),
      inReplyTo: text('in-reply-to'),
      messageId: text('message-id'),
    },
  };
}

export function emptyEnvelope(): Envelope {
  return {
    date: null,
    subject: null,
    from: [],
    sender: [],
    replyTo: [],
    to: [],
    cc: [],
    bcc: [],
    inReplyTo: null,
    messageId: null,
  };
}

function toEnvelope(entries: readonly AddressEntry[]): EnvelopeAddress[] {
  return entries.flatMap((entry): EnvelopeAddress[] => {
    if (entry.kind === 'mailbox') {
      return [{ name: entry.name, route: entry.route, mailbox: entry.local, host: entry.domain }];
    }
    const mark = { name: null, route: null, host: null };
    return [{ ...mark, mailbox: entry.name }, ...toEnvelope(entry.members), { ...mark, mailbox: null }];
  });
}

function orElse(list: EnvelopeAddress[], other: EnvelopeAddress[]): EnvelopeAddress[] {
  return list.length > 0 ? list : other;
}

function cut(value: string | undefined): string | null {
  if (value === undefined) return null;
  return value.length > envelopeFieldCharsMax ? value.slice(0, envelopeFieldCharsMax).toWellFormed() : value;
}
