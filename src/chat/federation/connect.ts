import { FormatError } from '../../base/index.ts';
import { normaliseDomain } from '../../formats/address/index.ts';
import { childOf, type Element, element, textOf } from '../../formats/stanza/index.ts';
import { DialFailure, DnsError, isPublicAddress, serviceTargets, TlsFailure } from '../../net/index.ts';
import { StanzaError, type StanzaErrorOptions, StreamError } from '../errors.ts';
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

/** Why a server is not reached, and what whoever runs ours may do about it. */
export const unreachedReasons = {
  'no-server': 'the domain has no chat server, or its DNS does not say where',
  dns: 'the DNS did not answer: it may be theirs or ours (mail.resolver)',
  connection: 'nobody answers where it is: it is away, or a firewall lets nothing out from here',
  tls: 'encryption was not agreed on',
  certificate: 'its certificate is not valid for its domain; chat.federation.trust: dialback does without',
  'not-believed': 'it does not believe who we are: look at our certificate and at myco dns check',
  stream: 'it was reached, and ended the stream',
  busy: 'too many servers are being asked for at once',
  policy: 'chat.federation does not let us talk to it',
  fault: 'a fault of ours',
} as const;

export type UnreachedReason = keyof typeof unreachedReasons;

/** Nothing can be said to a server: what its members are told, and what stands in the log. */
export class Unreached extends StanzaError {
  readonly reason: UnreachedReason;
  readonly detail: string;

  constructor(reason: UnreachedReason, detail: string, options: StanzaErrorOptions = {}) {
    super(reason === 'no-server' ? 'remote-server-not-found' : 'remote-server-timeout', options);
    this.reason = reason;
    this.detail = detail;
  }
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
    throw unreached(error);
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
  if (targets.length === 0) throw new Unreached('no-server', 'no address');
  const connection = await network.dial({
    ...{ name: 'xmpp-server-out', targets, domain, service: serverService },
    // What it shows is judged here: dialback may do without.
    verify: 'report',
    timeoutMs: limits.connectMsMax,
  });
  connection.unauthenticated(limits.connectMsMax);
  const stream = new ServerStream(connection, limits.unknownBytesMax, chat);
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
    throw new Unreached('tls', 'the other server offers no TLS');
  stream.send(element('starttls', tlsNs));
  const { name, ns } = await stream.element();
  if (ns !== tlsNs || name !== 'proceed') throw new Unreached('tls', 'the other server refused TLS');
  await stream.transport.startTls();
  return begin(stream, ours, theirs);
}

/** What is told to who wanted something there; an `Error` that is no word of the other server's is a fault of ours. */
export function unreached(error: unknown): StanzaError {
  if (error instanceof StanzaError) return error;
  if (error instanceof FormatError) return new Unreached('no-server', error.message);
  if (error instanceof DnsError) return new Unreached('dns', error.message);
  if (error instanceof DialFailure) return new Unreached('connection', error.message);
  if (error instanceof TlsFailure) return new Unreached('tls', error.message);
  if (error instanceof StreamEnded || error instanceof StreamError)
    return new Unreached('stream', error.message);
  const fault = new Unreached('fault', String(error));
  fault.cause = error;
  return fault;
}
