import { FormatError } from '../../base/index.ts';
import { bareText, type Jid, parseJid } from '../../formats/jid/index.ts';
import { childOf, type Element, element } from '../../formats/stanza/index.ts';
import type { ArchiveKey, ArchiveQuery, ArchiveRow } from '../../stores/conversations/index.ts';
import {
  booleanOf,
  dateTime,
  type Field,
  type Filled,
  filledIn,
  formElement,
  pageAsked,
  pageElement,
  parseDateTime,
} from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import type { Chat } from '../services.ts';
import { addressed, type Stanza } from '../stanza.ts';
import { delayNs, forwardNs, mamNs } from './names.ts';
import { idOf, messageOf } from './rows.ts';

/** An archive, and how it shows itself to who asks now; whether it may be asked at all, the caller has judged. */
export interface ShownArchive {
  readonly key: ArchiveKey;
  /** Whose it is: who answers. */
  readonly jid: Jid;
  /** What narrows it to an address (XEP-0313 §4.1.1). Throws StanzaError where who asks may not know. */
  with?(jid: Jid): NonNullable<ArchiveQuery['with']>;
  /** The message as who asks may see it. */
  shown?(row: ArchiveRow, message: Element): Element;
}

export const fullTextField = '{urn:xmpp:fulltext:0}fulltext';

const fields: readonly Field[] = [
  { name: 'with', type: 'jid-single', values: [] },
  { name: 'start', type: 'text-single', values: [] },
  { name: 'end', type: 'text-single', values: [] },
  { name: 'before-id', type: 'text-single', values: [] },
  { name: 'after-id', type: 'text-single', values: [] },
  { name: 'ids', type: 'list-multi', values: [] },
  { name: 'include-groupchat', type: 'boolean', values: [] },
  { name: fullTextField, type: 'text-single', values: [] },
];
const known: ReadonlySet<string> = new Set(['FORM_TYPE', ...fields.map(({ name }) => name)]);

/** XEP-0122 §3.3: any id may be named, not only those that are listed. */
const open = element(
  'validate',
  'http://jabber.org/protocol/xdata-validate',
  { datatype: 'xs:string' },
  element('open', 'http://jabber.org/protocol/xdata-validate'),
);

/** XEP-0313 §4.1.5: what may be asked for. */
export function queryForm(): Element {
  const form = formElement({ type: 'form', of: mamNs, fields });
  const children = form.children.map((child) =>
    typeof child !== 'string' && child.attributes.var === 'ids' ? { ...child, children: [open] } : child,
  );
  return element('query', mamNs, {}, { ...form, children });
}

/** Of an id that no archive gives: there is no such message. */
function demandId(text: string): number {
  const id = idOf(text);
  if (id === null) throw new StanzaError('item-not-found', { text: 'the archive has no such message' });
  return id;
}

function demandTime(name: string, text: string): number {
  try {
    return parseDateTime(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StanzaError('bad-request', { text: `${name}: ${error.message}` });
  }
}

function demandJid(text: string): Jid {
  try {
    return parseJid(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new StanzaError('jid-malformed', { text: error.message });
  }
}

const anyPart = (jid: Jid): NonNullable<ArchiveQuery['with']> =>
  jid.resource === '' ? { peer: bareText(jid) } : { peer: bareText(jid), resource: jid.resource };

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** XEP-0313 §4.1. Throws StanzaError. */
function filterOf(archive: ShownArchive, form: Filled): Partial<ArchiveQuery> {
  for (const name of form.keys()) {
    if (!known.has(name))
      throw new StanzaError('feature-not-implemented', { text: `there is no field '${name.slice(0, 60)}'` });
  }
  const filter: Partial<Writable<ArchiveQuery>> = {};
  const one = (name: string): string | undefined => form.get(name)?.[0];
  const [jid, start, end, after] = [one('with'), one('start'), one('end'), one('after-id')];
  const [before, groupchat, text] = [one('before-id'), one('include-groupchat'), one(fullTextField)];
  const ids = form.get('ids');
  if (jid !== undefined) filter.with = (archive.with ?? anyPart)(demandJid(jid));
  if (start !== undefined) filter.startMs = demandTime('start', start);
  if (end !== undefined) filter.endMs = demandTime('end', end);
  if (after !== undefined) filter.afterId = demandId(after);
  if (before !== undefined) filter.beforeId = demandId(before);
  if (ids !== undefined && ids.length > 0) filter.ids = ids.map(demandId);
  if (groupchat !== undefined) filter.groupchat = booleanOf('include-groupchat', groupchat);
  if (text !== undefined) filter.text = text;
  return filter;
}

function queryOf(chat: Chat, archive: ShownArchive, payload: Element): ArchiveQuery {
  const form = filledIn(payload, mamNs);
  const page = pageAsked(payload);
  if (page.index !== undefined)
    throw new StanzaError('feature-not-implemented', { text: 'pages are asked for by the ids of messages' });
  return {
    ...archive.key,
    ...(form === undefined ? {} : filterOf(archive, form)),
    ...(page.after === undefined ? {} : { after: demandId(page.after) }),
    ...(page.before === undefined ? {} : { before: page.before === '' ? 'end' : demandId(page.before) }),
    max: Math.min(page.max ?? chat.limits.archivePageRowsDefaultMax, chat.limits.archivePageRowsMax),
  };
}

/** As many rows as may be sent at once, from where the page was asked to begin; at least one. */
function fitting(rows: readonly ArchiveRow[], fromEnd: boolean, charsMax: number): readonly ArchiveRow[] {
  let chars = 0;
  let count = 0;
  while (count < rows.length) {
    chars += rows.at(fromEnd ? -1 - count : count)?.stanza.length ?? 0;
    if (count > 0 && chars > charsMax) break;
    count++;
  }
  return fromEnd ? rows.slice(rows.length - count) : rows.slice(0, count);
}

function resultOf(archive: ShownArchive, row: ArchiveRow, queryId: string | undefined): Element {
  const message = messageOf(row.stanza);
  const delay = element('delay', delayNs, { stamp: dateTime(row.atMs) });
  const forwarded = element('forwarded', forwardNs, {}, delay, archive.shown?.(row, message) ?? message);
  return element('result', mamNs, { queryid: queryId, id: String(row.id) }, forwarded);
}

/**
 * XEP-0313 §4: sends what is asked for to who asks, and answers `<fin/>`, which comes behind it. Throws StanzaError,
 * StoreError.
 */
export async function answerQuery(
  chat: Chat,
  archive: ShownArchive,
  { from }: Stanza,
  payload: Element,
): Promise<Element> {
  const query = queryOf(chat, archive, payload);
  const page = await chat.store.archive.query(query);
  const rows = fitting(page.rows, query.before !== undefined, chat.limits.archivePageCharsMax);
  const complete = page.complete && rows.length === page.rows.length;
  const { queryid } = payload.attributes;
  const session = chat.homes.sessionOf(from);
  const isFlipped = childOf(payload, 'flip-page', mamNs) !== undefined;
  for (const row of isFlipped ? rows.toReversed() : rows) {
    const message = element('message', clientNs, {}, resultOf(archive, row, queryid));
    const result = addressed(message, archive.jid, from);
    if (session === null) await chat.router.route(result);
    else session.deliver(result.element);
  }
  // Who asks for page after page takes them as they come.
  await session?.stream?.transport.drain();
  const [first, last] = [rows[0], rows.at(-1)];
  const set = pageElement({
    first: first && String(first.id),
    last: last && String(last.id),
    count: page.count,
  });
  return element('fin', mamNs, { complete: complete ? 'true' : undefined }, set);
}

/** XEP-0313 §5: from where to where it goes. */
export async function answerMetadata(chat: Chat, { key }: ShownArchive): Promise<Element> {
  const ends = await chat.store.archive.metadata(key);
  if (ends === null) return element('metadata', mamNs);
  const { first, last } = ends;
  const end = (name: string, { id, atMs }: typeof first): Element =>
    element(name, mamNs, { id: String(id), timestamp: dateTime(atMs) });
  return element('metadata', mamNs, {}, end('start', first), end('end', last));
}
