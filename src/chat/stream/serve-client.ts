import { FormatError, sleep } from '../../base/index.ts';
import { bareText, parseJid } from '../../formats/jid/index.ts';
import type { Element } from '../../formats/stanza/index.ts';
import { StreamError } from '../errors.ts';
import { clientNs } from '../namespaces.ts';
import { accept } from '../routing/from-client.ts';
import { isStanza } from '../stanza.ts';
import type { ClientStream } from './client-stream.ts';
import { Pace } from './pace.ts';

/** Serves the stream until it ends; never rejects. */
export async function serveClient(stream: ClientStream): Promise<void> {
  const meter = stream.chat.meters.streams[stream.transport.kind];
  meter.add(1);
  let isClean = false;
  try {
    isClean = await converse(stream);
  } catch (error) {
    if (!(error instanceof StreamError)) stream.chat.log.error('xmpp stream failed', { error });
    stream.fail(error instanceof StreamError ? error : new StreamError('internal-server-error'));
  } finally {
    meter.add(-1);
    const { session } = stream;
    // Who says goodbye does not come back for what it has left (XEP-0198 §5).
    if (isClean) session?.close();
    else session?.lost(stream);
    // Who has said its last word and listens still is let go.
    stream.close();
  }
}

/** True where the client has closed the stream itself. */
async function converse(stream: ClientStream): Promise<boolean> {
  let strangers = 0;
  const pace = new Pace(stream.chat.clock, stream.chat.limits);
  for (;;) {
    const next = stream.transport.next();
    const event = next instanceof Promise ? await next : next;
    if (stream.isOver) return stream.session === null;
    stream.heardAtMs = stream.chat.clock.monotonicMs();
    switch (event.kind) {
      case 'gone':
        return false;
      case 'end':
        await settled(stream);
        stream.close();
        return true;
      case 'head':
        opened(stream, event.element);
        break;
      case 'element': {
        if (!stream.transport.isOpen) throw new StreamError('bad-format', 'open a stream first');
        if (stream.state === 'stranger' && ++strangers > stream.chat.limits.strangerElementsMax)
          throw new StreamError('policy-violation', 'too much was said before signing in');
        await heard(stream, event.element);
        const waitMs = pace.take(event.characters);
        if (waitMs > 0) await sleep(waitMs);
      }
    }
  }
}

/** RFC 6120 §4.4: what came before the end is answered before ours. */
async function settled({ session, transport }: ClientStream): Promise<void> {
  if (session === null) return;
  const all = new Promise<void>((resolve) => session.inbound.afterAll(resolve));
  await Promise.race([all, transport.connection.closed]);
}

/** RFC 6120 §4.7. */
function opened(stream: ClientStream, { attributes }: Element): void {
  const { to, from, version, 'xml:lang': language } = attributes;
  if (stream.transport.isOpen) throw new StreamError('bad-format', 'the stream is open already');
  stream.language = language;
  stream.claimed = from === undefined ? '' : claimedOf(from);
  if (to === undefined) throw new StreamError('improper-addressing', "the stream has no 'to'");
  if (!stream.chat.homes.isLocal(domainOf(to))) throw new StreamError('host-unknown', 'no such domain here');
  if (version === undefined || !(Number.parseInt(version, 10) >= 1))
    throw new StreamError('unsupported-version', 'XMPP 1.0 is spoken here');
  stream.open();
}

function domainOf(to: string): string {
  try {
    return parseJid(to).domain;
  } catch (error) {
    if (error instanceof FormatError) throw new StreamError('host-unknown', error.message);
    throw error;
  }
}

function claimedOf(from: string): string {
  try {
    return bareText(parseJid(from));
  } catch (error) {
    if (error instanceof FormatError) throw new StreamError('invalid-from', error.message);
    throw error;
  }
}

async function heard(stream: ClientStream, element: Element): Promise<void> {
  const { session, state, chat } = stream;
  if (session !== null && isStanza(element)) return accept(session, withLanguage(stream, element));
  const handler = chat.features.element(element, state);
  if (handler !== undefined) return handler.run(stream, element);
  if (session !== null) return accept(session, element);
  // RFC 6120 §4.9.3.12: whoever wants something else first signs in.
  throw new StreamError(element.ns === clientNs ? 'not-authorized' : 'unsupported-stanza-type');
}

function withLanguage({ language }: ClientStream, of: Element): Element {
  if (language === undefined || of.name === 'iq' || of.attributes['xml:lang'] !== undefined) return of;
  return { ...of, attributes: { ...of.attributes, 'xml:lang': language } };
}
