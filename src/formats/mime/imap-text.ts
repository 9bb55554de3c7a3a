import { emptyEnvelope } from './envelope.ts';
import { newPart } from './part.ts';
import type { Envelope, EnvelopeAddress, MimePart } from './types.ts';

const quotedPattern = /^[\t\x20-\x7e]*$/;

/**
 * The `envelope` production of RFC 9051 §9 as it is sent, e.g. `("Mon, 7 Feb 1994 …" "Re: x" (("A" NIL "a" "b.c")) …)`.
 * Literals count UTF-8 bytes, so the text is sent as UTF-8.
 */
export function envelopeText(envelope: Envelope): string {
  const fields = [
    nstring(envelope.date),
    nstring(envelope.subject),
    addresses(envelope.from),
    addresses(envelope.sender),
    addresses(envelope.replyTo),
    addresses(envelope.to),
    addresses(envelope.cc),
    addresses(envelope.bcc),
    nstring(envelope.inReplyTo),
    nstring(envelope.messageId),
  ];
  return `(${fields.join(' ')})`;
}

/** The `body` production of RFC 9051 §9: BODYSTRUCTURE where `extended`, BODY otherwise. */
export function bodyStructureText(part: MimePart, extended: boolean): string {
  if (part.children.length > 0) return multipart(part, extended);
  if (part.type === 'multipart')
    return single({ ...part, type: 'text', subtype: 'plain', params: [] }, extended);
  return single(part, extended);
}

function multipart(part: MimePart, extended: boolean): string {
  const children = part.children.map((child) => bodyStructureText(child, extended)).join('');
  const rest = extended ? ` ${parameters(part.params)} ${extension(part)}` : '';
  return `(${children} ${string(part.subtype)}${rest})`;
}

function single(part: MimePart, extended: boolean): string {
  const words = [
    string(part.type),
    string(part.subtype),
    parameters(part.params),
    nstring(part.id),
    nstring(part.description),
    string(part.encoding),
    String(part.bodyEnd - part.bodyStart),
  ];
  if (part.type === 'text') words.push(String(part.lines));
  else if (part.type === 'message' && (part.subtype === 'rfc822' || part.subtype === 'global')) {
    // The grammar wants an envelope and a body even of a message that was not looked into.
    const inner = part.message?.root ?? newPart('', part.bodyStart, false);
    words.push(envelopeText(part.message?.envelope ?? emptyEnvelope()));
    words.push(bodyStructureText(inner, extended), String(part.lines));
  }
  if (extended) words.push(nstring(part.md5), extension(part));
  return `(${words.join(' ')})`;
}

/** body-fld-dsp, body-fld-lang and body-fld-loc. */
function extension(part: MimePart): string {
  const { disposition, language, location } = part;
  const dsp = disposition ? `(${string(disposition.type)} ${parameters(disposition.params)})` : 'NIL';
  const lang = language ? `(${language.map(string).join(' ')})` : 'NIL';
  return `${dsp} ${lang} ${nstring(location)}`;
}

/** Values beyond ASCII go out as RFC 2231 §4 writes them: every client reads that, few read 8-bit parameters. */
function parameters(params: readonly [string, string][]): string {
  if (params.length === 0) return 'NIL';
  const words = params.map(([name, value]) =>
    quotedPattern.test(value)
      ? `${string(name)} ${string(value)}`
      : `${string(`${name}*`)} ${string(percent(value))}`,
  );
  return `(${words.join(' ')})`;
}

function percent(value: string): string {
  const encoded = encodeURIComponent(value.toWellFormed()).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `utf-8''${encoded}`;
}

function addresses(list: readonly EnvelopeAddress[]): string {
  if (list.length === 0) return 'NIL';
  return `(${list.map(address).join('')})`;
}

function address({ name, route, mailbox, host }: EnvelopeAddress): string {
  return `(${nstring(name)} ${nstring(route)} ${nstring(mailbox)} ${nstring(host)})`;
}

function nstring(value: string | null): string {
  return value === null ? 'NIL' : string(value);
}

function string(value: string): string {
  if (quotedPattern.test(value)) return `"${/["\\]/.test(value) ? value.replace(/["\\]/g, '\\$&') : value}"`;
  // RFC 9051 §9: a literal holds no NUL; stray line ends would only mislead.
  const text = value
    .toWellFormed()
    .replaceAll('\0', '')
    .replace(/[\r\n]+/g, ' ');
  return `{${Buffer.byteLength(text)}}\r\n${text}`;
}
