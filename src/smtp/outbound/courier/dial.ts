import { type Clock, messageOf, systemClock } from '../../../base/index.ts';
import type { Dial, Outgoing } from '../../../net/index.ts';
import { judgeCertificate } from '../policy/judge.ts';
import type { TlsDecision, TlsFailureType, TlsObserver, TlsPolicies } from '../policy/types.ts';
import { finding, readAnswer } from './answer.ts';
import { asSocket, Client } from './client.ts';
import {
  connectMs,
  finalReplyMs,
  goodbyeMs,
  introductionMs,
  replyBytesMax,
  replyMs,
  transactionMs,
} from './limits.ts';
import { HostLine } from './line.ts';
import type { Courier, Dialled, Passage } from './types.ts';

/** How long what is waited for; the defaults are those of limits.ts. */
export interface Patience {
  readonly connectMs: number;
  readonly introductionMs: number;
  readonly replyMs: number;
  readonly finalReplyMs: number;
  readonly transactionMs: number;
  readonly goodbyeMs: number;
}

const usual: Patience = { connectMs, introductionMs, replyMs, finalReplyMs, transactionMs, goodbyeMs };

export interface CourierOptions {
  /** How connections are made (`dial` of net). */
  readonly dial: Dial;
  /** How we call ourselves. */
  readonly hostname: string;
  readonly policies: TlsPolicies;
  /** PEM that is trusted in place of the system's roots. */
  readonly authority?: string;
  readonly patience?: Partial<Patience>;
  /** Hears what came of TLS with each host. */
  readonly observer?: TlsObserver;
  readonly clock?: Clock;
}

type Settings = CourierOptions & { readonly patience: Patience; readonly clock: Clock };

/** An error of nodemailer's client. */
export type ClientError = Error & {
  /** What it was about, such as 'MAIL FROM'. */
  readonly command?: string | undefined;
  readonly code?: string | undefined;
  readonly response?: string | undefined;
  readonly responseCode?: number | undefined;
  readonly recipient?: string | undefined;
};

/** Opens lines to hosts. One line is one connection to one address. */
export function createCourier(options: CourierOptions): Courier {
  const settings: Settings = { ...options, clock: systemClock, patience: { ...usual, ...options.patience } };
  return {
    async dial(passage) {
      const { hop, domain, asked } = passage;
      const decision = await options.policies.ruleFor(domain, hop, asked);
      const { rule } = decision;
      if (rule.kind === 'refused') {
        observe(settings, passage, decision, rule.failure);
        return { kind: 'refused', answer: finding(rule.status, rule.reason, hop.host), host: true };
      }
      const first = await open(settings, passage, decision, true);
      if (first !== 'no-tls') return first;
      // RFC 7435 §3: without a demand for TLS a host whose TLS is broken is still a host.
      const second = await open(settings, passage, decision, false);
      return second === 'no-tls' ? lost(passage, '4.7.5', 'TLS could not be started') : second;
    },
  };
}

function lost({ hop }: Pick<Passage, 'hop'>, status: string, text: string, host = false): Dialled {
  return { kind: 'refused', answer: finding(status, text, hop.host), host };
}

/** 'no-tls': TLS was offered and failed where it need not be. */
async function open(
  settings: Settings,
  passage: Passage,
  decision: TlsDecision,
  withTls: boolean,
): Promise<Dialled | 'no-tls'> {
  const { hop, address, signal } = passage;
  const { rule } = decision;
  let outgoing: Outgoing;
  try {
    const timeoutMs = settings.patience.connectMs;
    const to = { host: address, port: hop.port, tls: 'none', timeoutMs } as const;
    outgoing = await settings.dial(signal ? { ...to, signal } : to);
  } catch (error) {
    return lost(passage, '4.4.1', `${hop.host} cannot be reached: ${messageOf(error)}`);
  }
  const demanded = rule.kind !== 'opportunistic' || hop.implicitTls;
  const client = clientFor(settings, passage, { outgoing, withTls, demanded });
  const failure = await introduced(client, settings.patience.introductionMs, signal);
  if (failure !== null) {
    const begun = client.upgrading === true;
    const inTls = failure.code === 'ETLS' || begun;
    client.close();
    outgoing.destroy();
    if (inTls && !demanded && withTls) return 'no-tls';
    // What was begun and broke is no lack of STARTTLS.
    if (inTls) observe(settings, passage, decision, begun ? 'validation-failure' : 'starttls-not-supported');
    return refusal(passage, failure, inTls);
  }
  const verdict = judged(settings, passage, decision, client);
  observe(settings, passage, decision, verdict, client);
  if (verdict !== null) {
    client.close();
    return lost(passage, '4.7.5', `TLS with ${hop.host}: ${verdict}`);
  }
  const refused = await signedIn(client, passage);
  if (refused !== null) {
    client.close();
    return refused;
  }
  return { kind: 'line', line: new HostLine(client, passage, settings.patience) };
}

function clientFor(
  { hostname, authority, patience }: Settings,
  { hop }: Passage,
  tls: { outgoing: Outgoing; withTls: boolean; demanded: boolean },
): Client {
  const client = new Client({
    connection: asSocket(tls.outgoing.stream),
    // The name that TLS is for; the connection is there already.
    host: hop.host,
    port: hop.port,
    name: hostname,
    secure: hop.implicitTls,
    ignoreTLS: !tls.withTls,
    requireTLS: tls.demanded && !hop.implicitTls,
    opportunisticTLS: !tls.demanded,
    greetingTimeout: patience.introductionMs,
    connectionTimeout: patience.introductionMs,
    socketTimeout: patience.replyMs,
    socketCloseTimeout: patience.goodbyeMs,
    maxResponseSize: replyBytesMax,
    // Whatever the host shows is judged by the rule before anything of a message is sent.
    tls: { rejectUnauthorized: false, minVersion: 'TLSv1.2', ...(authority ? { ca: authority } : {}) },
  });
  // Who waits for something hears of it there; an error that nobody waits for ends the line.
  client.on('error', () => undefined);
  return client;
}

/** Null where what the host showed satisfies the rule. TLS from the first byte is a relay's, and must be right. */
function judged(
  { clock }: Settings,
  { hop }: Passage,
  { rule }: TlsDecision,
  client: Client,
): TlsFailureType | null {
  const demand = hop.implicitTls ? ({ kind: 'pkix', why: 'relay' } as const) : rule;
  return judgeCertificate(demand, client.peer, hop.host, clock.nowMs());
}

/** What reports tell (RFC 8460): also of a policy that is only tested, or that cannot be read. */
function observe(
  settings: Settings,
  { domain, hop, address }: Passage,
  { tested, basis }: TlsDecision,
  verdict: TlsFailureType | null,
  client?: Client,
): void {
  if (hop.relay) return;
  const ofTest =
    tested && client ? judgeCertificate(tested, client.peer, hop.host, settings.clock.nowMs()) : null;
  const failure = verdict ?? ofTest ?? basis.failure;
  settings.observer?.observed({ domain, basis, mxHost: hop.host, address, failure });
}

/** Greeting, EHLO, STARTTLS; null where all went well. */
function introduced(
  client: Client,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<ClientError | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => client.fail('the introduction took too long'), timeoutMs);
    const giveUp = () => client.fail('given up');
    signal?.addEventListener('abort', giveUp);
    const done = (error: ClientError | null) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      client.off('error', done);
      client.off('end', ended);
      resolve(error);
    };
    const ended = () => done(new Error('the connection was closed'));
    client.on('error', done);
    client.on('end', ended);
    client.connect((error) => done(error ?? null));
    if (signal?.aborted) giveUp();
  });
}

function refusal({ hop }: Passage, error: ClientError, inTls: boolean): Dialled {
  const said = error.response === undefined ? null : readAnswer(error.response, hop.host);
  // That it will not begin TLS matters to who demands it: our finding, so that the host stays good for others.
  if (inTls && said !== null) return lost({ hop }, '4.7.5', `${hop.host}: ${said.text}`, true);
  // A host that says no says it on all its addresses.
  if (said !== null && said.code >= 400) return { kind: 'refused', answer: said, host: true };
  if (said !== null || error.code === 'EPROTOCOL')
    return {
      kind: 'refused',
      answer: finding('4.5.0', `${hop.host} does not speak SMTP`, hop.host),
      host: true,
    };
  const status = inTls ? '4.7.5' : '4.4.2';
  return { kind: 'refused', answer: finding(status, `${hop.host}: ${error.message}`, hop.host), host: false };
}

/** Signs in where the hop has a password; null where all is well. */
async function signedIn(client: Client, passage: Passage): Promise<Dialled | null> {
  const { hop, address, signal } = passage;
  if (hop.credentials === null) return null;
  // A password travels in clear on this machine alone.
  if (!client.secure && !isLoopback(address))
    return lost(passage, '4.7.0', 'The mail relay offers no TLS for the password', true);
  const { user, password } = hop.credentials;
  const error = await new Promise<Error | null>((resolve) => {
    const giveUp = () => client.fail('given up');
    const done = (failure: Error | null) => {
      signal?.removeEventListener('abort', giveUp);
      client.off('end', ended);
      resolve(failure);
    };
    const ended = () => done(new Error('closed'));
    signal?.addEventListener('abort', giveUp);
    client.once('end', ended);
    client.login({ user, pass: password }, done);
    if (signal?.aborted) giveUp();
  });
  if (error === null) return null;
  // Whatever is wrong between us and our relay is ours to mend: never told with the relay's words.
  return lost(passage, '4.7.0', 'The mail relay does not know this server', true);
}

export function isLoopback(address: string): boolean {
  return /^127\.|^::1$/.test(address);
}
