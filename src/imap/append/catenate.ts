import { StoreError } from '../../base/index.ts';
import type { EmailContent, Mailbox } from '../../stores/mail/index.ts';
import { delimiter } from '../../stores/mail/index.ts';
import { Refusal } from '../errors.ts';
import { Fetched } from '../fetch/plan.ts';
import { cut, filterOf, locateSection } from '../fetch/sections.ts';
import { locate } from '../names/place.ts';
import type { Session } from '../session/session.ts';
import { Piece, type Staged, stageMessage } from '../session/staged.ts';
import { type CatenatePart, type MessageUrl, parseMessageUrl, type Section } from '../wire/index.ts';

/** Octets of the message to be made; nothing is held before they are read. */
interface Source {
  readonly size: number;
  read(): Buffer | AsyncIterable<Uint8Array> | Promise<Buffer>;
}

const whole: Section = { part: [], text: null, fields: [] };

/**
 * One message out of texts and parts of other messages, in the store and durable (RFC 4469 §3). All URLs are followed
 * before the first octet is copied; what is copied passes through. The caller discards it unless a mailbox takes it.
 */
export async function catenate(session: Session, parts: readonly CatenatePart[]): Promise<Staged> {
  const sources: Source[] = [];
  let size = 0;
  for (const part of parts) {
    const source =
      part.kind === 'text' ? textSource(session, part.literal) : await urlSource(session, part.url);
    sources.push(source);
    size += source.size;
    if (size > session.limits.appendBytesMax) {
      throw new Refusal(`a message may hold ${session.limits.appendBytesMax} octets`, 'TOOBIG');
    }
  }
  if (size === 0) throw new Refusal('an empty message cannot be stored', 'CANNOT');
  return stageMessage(session, octets(sources), size);
}

async function* octets(sources: readonly Source[]): AsyncGenerator<Uint8Array> {
  for (const source of sources) {
    const data = await source.read();
    if (Buffer.isBuffer(data)) yield data;
    else yield* data;
  }
}

function textSource(session: Session, literal: (CatenatePart & { kind: 'text' })['literal']): Source {
  if (literal.kind === 'literal') return { size: literal.bytes.length, read: () => literal.bytes };
  const { handle } = literal;
  if (!(handle instanceof Piece)) throw new Error('a text of CATENATE was stored as something else');
  return { size: literal.size, read: () => session.mail.stream(handle.blob.hash) };
}

/** What FETCH BODY.PEEK would answer (RFC 4469 §3). Refusal with BADURL where the URL leads nowhere. */
async function urlSource(session: Session, text: string): Promise<Source> {
  const url = parseMessageUrl(text);
  if (url === null) throw badUrl(text, 'this is no URL of a message on this server');
  const message = await findMessage(session, url);
  if (message === null) throw badUrl(text, 'there is no such message');
  const source = await sectionSource(session, message, url);
  if (source === null) throw badUrl(text, 'the message has no such part');
  return source;
}

function badUrl(text: string, why: string): Refusal {
  const url = text.toWellFormed().replace(/[^ -~]/gu, (found) => encodeURIComponent(found));
  return new Refusal(why, { code: 'BADURL', url });
}

async function findMessage(session: Session, url: MessageUrl): Promise<Fetched | null> {
  const { mail } = session;
  const place = await findMailbox(session, url.mailbox);
  if (place === null) return null;
  const { account, mailbox } = place;
  if (url.uidValidity !== null && url.uidValidity !== mailbox.uidValidity) return null;
  const [row] = await mail.messages(account, mailbox.id, [url.uid]);
  if (row === undefined) return null;
  const content: EmailContent | undefined = (await mail.contents(account, [row.email])).get(row.email);
  return content === undefined ? null : new Fetched(0, row, false, content);
}

type Found = { readonly account: number; readonly mailbox: Mailbox };

async function findMailbox(session: Session, named: MessageUrl['mailbox']): Promise<Found | null> {
  const { mail, selected } = session;
  const mailbox = selected && (await mail.byId(selected.account, selected.id));
  if (named === null) return selected && mailbox && { account: selected.account, mailbox };
  // RFC 3986 §5.2.3: a relative name stands where the last level of the selected one is.
  const base = named.relative && selected?.account === session.account ? (mailbox?.name ?? '') : '';
  const name = base.slice(0, base.lastIndexOf(delimiter) + 1) + named.name;
  try {
    return await locate(session, name, 'r');
  } catch (error) {
    // What is not there and what may not be read are one to whoever asks.
    const isHidden =
      error instanceof StoreError && (error.reason === 'not-found' || error.reason === 'denied');
    if (isHidden || error instanceof Refusal) return null;
    throw error;
  }
}

async function sectionSource(session: Session, message: Fetched, url: MessageUrl): Promise<Source | null> {
  const { mail } = session;
  const section = url.section ?? whole;
  const found = locateSection(message, section);
  if (found === null) return null;
  const { hash } = message.content;
  const filter = filterOf(section);
  const { offset, length } = url.partial ?? { offset: 0, length: null };
  const partial = { offset, length: length ?? Number.MAX_SAFE_INTEGER };
  if (filter === null) {
    const { start, end } = cut(found, partial);
    return {
      size: end - start,
      read: () => (start === end ? Buffer.alloc(0) : mail.stream(hash, [start, end])),
    };
  }
  const read = async () => {
    const kept = filter(await mail.bytes(hash, [found.start, found.end]));
    const { start, end } = cut({ start: 0, end: kept.length }, partial);
    return kept.subarray(start, end);
  };
  return { size: (await read()).length, read };
}
