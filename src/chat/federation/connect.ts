import { FormatError } from '../../base/index.ts';
import { normaliseDomain } from '../../formats/address/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { DialFailure, DnsError, isPublicAddress, serviceTargets, TlsFailure } from '../../net/index.ts';
import { StanzaError, StreamError } from '../errors.ts';
import { tlsNs } from '../namespaces.ts';
import type { Chat } from '../services.ts';
import type { FederationLimits } from './limits.ts';
import { serverService, streamLimitsNs } from './names.ts';
import type { FederationOptions } from './options.ts';
import { ServerStream, StreamEnded } from './server-stream.ts';

export interface Connecting extends FederationOptions {
  readonly chat: Chat;
  readonly limits: FederationLimits;
}

export interface Opened {
  readonly stream: ServerStream;
  readonly features: Element;
  /** Its certificate is of the domain, and an authority vouches for it. */
  readonly isTrusted: boolean;
}

/** XEP-0368 §3: by TLS at once or by STARTTLS, as the records say. */
const services = [
  { label: '_xmpps-server._tcp', tls: 'implicit', alpn: 'xmpp-server' },
  { label: '_xmpp-server._tcp', tls: 'starttls' },
] as const;

/**
 * A stream to the server of a domain, encrypted, with its features read. Throws StanzaError `remote-server-not-found` where the
 * domain has no such server, else `remote-server-timeout`.
 */
export async function openStream(over: Connecting, ours: string, theirs: string): Promise<Opened> {
  try {
    return await opened(over, ours, theirs);
  } catch (error) {
    throw unreachable(over.chat, theirs, error);
  }
}

async function opened(over: Connecting, ours: string, theirs: string): Promise<Opened> {
  const { chat, limits, network, resolver, networks, port = 5269 } = over;
  const domain = normaliseDomain(theirs);
  const targets = await serviceTargets(resolver, {
    domain,
    services,
    otherwise: { port, tls: 'starttls' },
    allow: (address) => isPublicAddress(address) || networks().contains(address),
  });
  if (targets.length === 0) throw new StanzaError('remote-server-not-found');
  const connection = await network.dial({
    ...{ name: 'xmpp-server-out', targets, domain, service: serverService },
    // What it shows is judged here: dialback may do without.
    verify: 'report',
    timeoutMs: limits.connectMsMax,
  });
  connection.unauthenticated(limits.connectMsMax);
  const stream = new ServerStream(connection, limits.unknownBytesMax);
  try {
    let features = await begin(stream, ours, theirs);
    if (!stream.isSecure) features = await encrypted(stream, features, ours, theirs);
    const certificate = connection.peerCertificate();
    const isTrusted = certificate?.authorized === true && certificate.isFor(domain, serverService);
    stream.spokeAtMs = chat.clock.monotonicMs();
    return { stream, features, isTrusted };
  } catch (error) {
    stream.cut('local');
    throw error;
  }
}

/** Opens our stream and reads the head and the features of theirs; also after SASL (RFC 6120 §6.4.6). */
export async function begin(stream: ServerStream, ours: string, theirs: string): Promise<Element> {
  stream.open({ from: ours, to: theirs });
  const { id = '', version } = (await stream.head()).attributes;
  stream.id = id;
  if (version === undefined) throw new StreamError('unsupported-version', 'XMPP 1.0 is spoken here');
  const features = await stream.features();
  const limits = childOf(features, 'limits', streamLimitsNs);
  const bytes = Number.parseInt(textOf(limits && childOf(limits, 'max-bytes')), 10);
  stream.peerBytesMax = bytes > 0 ? bytes : Number.POSITIVE_INFINITY;
  return features;
}

/** RFC 7590 §3.4: nothing is said in clear, whatever is offered. */
async function encrypted(
  stream: ServerStream,
  features: Element,
  ours: string,
  theirs: string,
): Promise<Element> {
  if (childOf(features, 'starttls', tlsNs) === undefined)
    throw new StreamError('policy-violation', 'the other server offers no TLS');
  stream.send(element('starttls', tlsNs));
  const { name, ns } = await stream.element();
  if (ns !== tlsNs || name !== 'proceed') throw new StreamEnded('the other server refused TLS');
  await stream.transport.startTls();
  return begin(stream, ours, theirs);
}

/** What is told to who wanted something there; the rest is in the log. */
export function unreachable({ log }: Chat, theirs: string, error: unknown): StanzaError {
  if (error instanceof StanzaError) return error;
  if (error instanceof FormatError) return new StanzaError('remote-server-not-found');
  const isTheirs =
    error instanceof DialFailure ||
    error instanceof DnsError ||
    error instanceof TlsFailure ||
    error instanceof StreamEnded ||
    error instanceof StreamError;
  if (isTheirs) log.info('xmpp server not reached', { domain: theirs, reason: error.message });
  else log.error('xmpp server not reached', { domain: theirs, error });
  return new StanzaError('remote-server-timeout');
}
