import type { Connection } from '../../net/index.ts';
import { StreamError } from '../errors.ts';
import type { Federation } from './federation.ts';
import type { Initiated } from './initiate.ts';
import type { Link } from './link.ts';
import { Peer } from './peer.ts';
import { Reception } from './reception.ts';
import { ServerStream } from './server-stream.ts';

/** Serves a stream that another server has opened, until it ends; never rejects. */
export async function serveIncoming(federation: Federation, connection: Connection): Promise<void> {
  const stream = new ServerStream(connection, federation.limits.unknownBytesMax, federation.chat);
  const peer = new Peer(federation, stream, true);
  const reception = new Reception(peer);
  await serve(peer, async () => {
    federation.peers.enter(peer);
    for (;;) {
      const event = await peer.next();
      if (stream.isOver || event.kind === 'gone') return false;
      if (event.kind === 'end') return true;
      if (event.kind === 'head') await reception.opened(event.element);
      else await reception.heard(event.element);
    }
  });
}

/** Reads the stream of a link, on which the other server confirms, and which may be both servers' way (XEP-0288). */
export async function converse(federation: Federation, opened: Initiated, link: Link): Promise<void> {
  const { stream, isBidi, isTrusted, early } = opened;
  const peer = new Peer(federation, stream, false);
  peer.link = link;
  const shown = isTrusted ? 'certificate' : 'dialback';
  if (isBidi) peer.known.set(link.theirs, shown);
  await serve(peer, async () => {
    federation.peers.enter(peer);
    federation.peers.admit(peer, link.theirs, shown);
    for (const of of early) await peer.heard(of);
    for (;;) {
      const event = await peer.next();
      if (stream.isOver || event.kind === 'gone') return false;
      if (event.kind === 'end') return true;
      if (event.kind === 'head') throw new StreamError('bad-format', 'the stream is open already');
      if (!(await peer.heard(event.element))) throw new StreamError('unsupported-stanza-type');
    }
  });
}

async function serve(peer: Peer, read: () => Promise<boolean>): Promise<void> {
  const { federation, stream } = peer;
  stream.connection.onDrain(() => stream.close());
  let isClean = false;
  try {
    isClean = await read();
    if (isClean) await confirmed(stream);
    stream.close();
  } catch (error) {
    if (!(error instanceof StreamError)) federation.chat.log.error('xmpp server stream failed', { error });
    const fault = error instanceof StreamError ? error : new StreamError('internal-server-error');
    if (peer.isIncoming) federation.meters.ended(fault.condition);
    // RFC 6120 §4.9.1.2: an error comes after a head.
    if (!stream.transport.isOpen && !stream.isOver) stream.open({ from: federation.chat.domain });
    stream.fail(fault);
  } finally {
    federation.peers.leave(peer);
    federation.resumables.lost(stream, isClean);
    peer.link?.lost(stream);
  }
}

/** RFC 6120 §4.4: what came before the end is handled before ours, and said to be so. */
async function confirmed(stream: ServerStream): Promise<void> {
  const { acks, connection } = stream;
  if (acks === null) return;
  const all = new Promise<void>((resolve) => acks.inbound.afterAll(resolve));
  await Promise.race([all, connection.closed]);
  if (!stream.isOver) stream.transport.send(`<a xmlns='urn:xmpp:sm:3' h='${acks.inbound.handled}'/>`);
}
