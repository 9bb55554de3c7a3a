import { join } from 'node:path';
import { type Accounts, type AccountsAdmin, createAccounts, type TokenVerifier } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import {
  type Connection,
  createCertificates,
  createDial,
  createNetwork,
  defaultNetLimits,
  type Listener,
  type NetLimits,
  type Network,
  type Resolver,
} from '../net/index.ts';
import { createLog, createMetrics, type Log, type Metrics } from '../observability/index.ts';
import {
  createOutbound,
  createSmtpServers,
  type Hop,
  type OutboundQueue,
  type Route,
  type SmtpOptions,
  type SmtpServers,
  type SmtpSettings,
  type TlsRule,
} from '../smtp/index.ts';
import type { MailWriter, MessageRow } from '../stores/mail/index.ts';
import type { SendingLimits } from '../stores/outbox/index.ts';
import { createSenders } from '../stores/senders/index.ts';
import { openTestStores, type TestStores } from './database.ts';
import { emptyResolver } from './dns.ts';
import { type Engine, engines } from './engines.ts';
import { connectSocket, type TestSocket } from './socket.ts';

export type TestDoor = 'smtp' | 'submission' | 'submissions' | 'lmtp';
/** Behind a proxy that names the client. */
type AnyDoor = TestDoor | 'proxied';

export interface TestSmtp {
  readonly stores: TestStores;
  readonly admin: AccountsAdmin;
  readonly servers: SmtpServers;
  readonly queue: OutboundQueue;
  readonly metrics: Metrics;
  /** Account numbers of ana, bea and carl. */
  readonly members: Readonly<Record<'ana' | 'bea' | 'carl', number>>;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  /** PEM of the authority that signed the certificate for `localhost`. */
  readonly authority: string;
  port(door: TestDoor): number;
  connect(door: TestDoor): Promise<TestSocket>;
  /** At the MX door, as though from this address. */
  connectFrom(address: string): Promise<TestSocket>;
  /** The messages in a member's mailbox, oldest first. */
  messages(account: number, mailbox?: string): Promise<string[]>;
  close(): Promise<void>;
}

export interface TestSmtpOptions {
  readonly engine?: Engine;
  readonly domain?: string;
  readonly settings?: Partial<SmtpSettings>;
  readonly clock?: Clock;
  readonly limits?: Partial<NetLimits>;
  readonly quota?: number;
  /** Who knows what bearer tokens are worth. */
  readonly tokens?: TokenVerifier;
  /** What members may send; default: without limit. */
  readonly sending?: Partial<SendingLimits>;
  /** Where mail for others goes; default: it waits. */
  readonly route?: (domain: string) => Route;
  /** PEM trusted for other servers. */
  readonly authority?: string;
  /** How TLS must be there; default: where it is offered. */
  readonly rule?: TlsRule;
  /** Default: one that knows no name. */
  readonly resolver?: Resolver;
  /** Who looks at what strangers send, and what members' mail is signed with; default nobody and nothing. */
  readonly authenticity?: (
    made: Pick<SmtpOptions, 'metrics' | 'accounts' | 'log'> & {
      readonly stores: TestStores;
      readonly hostname: string;
      readonly clock: Clock;
    },
  ) => Promise<Pick<SmtpOptions, 'checks' | 'signer' | 'srs' | 'intake'>>;
  /** Puts a store that fails in the place of the real one. */
  readonly mail?: (real: MailWriter) => MailWriter;
}

export const testPassword = 'correct horse battery staple';

/**
 * SMTP, submission and LMTP on real stores and free ports. Members ana, bea and carl of `coop.localhost` have
 * `testPassword`; dora is disabled; `team` leads to ana and bea, `away` to somebody at elsewhere.example,
 * `postmaster` to ana.
 */
export async function openTestSmtp(options: TestSmtpOptions = {}): Promise<TestSmtp> {
  const clock = options.clock ?? systemClock;
  const domain = options.domain ?? 'coop.localhost';
  const [sqlite] = engines();
  const engine = options.engine ?? sqlite;
  if (!engine) throw new Error('there is no engine');
  const { quota, sending } = options;
  const limits = { ...(quota ? { quota } : {}), ...(sending ? { sending } : {}) };
  const stores = await openTestStores(engine, { clock, ...limits });
  const { accounts, admin, close } = await openAccounts(stores, domain, clock, options.tokens);
  const members = await populate(admin, stores.mail, domain);

  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) });
  const metrics = createMetrics({ processMetrics: false });
  const certificates = await createCertificates(
    { mode: 'self-signed', dir: join(stores.dir, 'tls'), hostnames: ['localhost'] },
    { log },
  );
  const authority = certificates.authority ?? '';
  const made = { metrics, accounts, log, stores, hostname: `mail.${domain}`, clock };
  const authenticity = await options.authenticity?.(made);
  const senders = createSenders({ database: stores.database, clock });
  const servers = createSmtpServers({
    ...authenticity,
    mail: options.mail?.(stores.mail) ?? stores.mail,
    accounts,
    resolver: options.resolver ?? emptyResolver,
    senders,
    outbox: stores.outbox,
    settings: settingsOf(domain, stores.dir, options.settings),
    log,
    metrics,
    clock,
  });
  const queue = outboundOf(options, { stores, accounts, log, metrics, clock, domain });
  await queue.start();
  const network = createNetwork({
    log,
    metrics,
    certificates,
    limits: { ...defaultNetLimits, ...options.limits },
  });
  const listeners = await listenAll(network, servers);
  return {
    stores,
    admin,
    servers,
    queue,
    metrics,
    members,
    logged,
    authority,
    port: (door) => listeners[door].port,
    connect: (door) => connectTo(door, listeners[door].port, authority),
    connectFrom: (address) => connectFrom(address, listeners.proxied.port, authority),
    messages: (account, mailbox = 'INBOX') => messagesOf(stores.mail, account, mailbox),
    async close() {
      await network.closeAll(0);
      await servers.drain();
      await queue.stop(0);
      certificates.close();
      await close();
      await senders.close();
      await stores.close();
    },
  };
}

async function connectFrom(address: string, port: number, authority: string): Promise<TestSocket> {
  const socket = await connectSocket({ port, tls: { ca: authority } });
  await socket.send(`PROXY ${address.includes(':') ? 'TCP6' : 'TCP4'} ${address} ${address} 4000 25\r\n`);
  return socket;
}

function settingsOf(domain: string, spoolFolder: string, changed: Partial<SmtpSettings> = {}): SmtpSettings {
  return {
    hostname: `mail.${domain}`,
    domain,
    messageBytesMax: 1_048_576,
    plaintext: 'refuse',
    greetingDelayMs: 0,
    guards: null,
    spoolFolder,
    ...changed,
  };
}

function connectTo(door: TestDoor, port: number, authority: string): Promise<TestSocket> {
  return connectSocket({ port, tls: { ca: authority }, implicitTls: door === 'submissions' });
}

function outboundOf(
  { route, authority, rule = { kind: 'opportunistic' }, mail }: TestSmtpOptions,
  made: {
    readonly stores: TestStores;
    readonly accounts: Accounts;
    readonly log: Log;
    readonly metrics: Metrics;
    readonly clock: Clock;
    readonly domain: string;
  },
): OutboundQueue {
  const { stores, domain, ...rest } = made;
  const waits: Route = { kind: 'later', status: '4.4.3', reason: 'there is no way yet' };
  const basis = { policy: 'no-policy-found', policyText: [], mxHosts: [], failure: null } as const;
  return createOutbound({
    ...rest,
    outbox: stores.outbox,
    mail: mail?.(stores.mail) ?? stores.mail,
    router: { route: async (to) => route?.(to) ?? waits },
    policies: { ruleFor: async () => ({ rule, tested: null, basis }) },
    dial: createDial(),
    ...(authority === undefined ? {} : { authority }),
    hostname: `mail.${domain}`,
    domain,
    connectionsMax: 20,
    connectionsPerDestinationMax: 2,
  });
}

/** A way to one server on this machine. */
export function routeTo(port: number, more: Partial<Hop> = {}): Route {
  const hop: Hop = {
    host: 'localhost',
    port,
    addresses: ['127.0.0.1'],
    secure: false,
    relay: false,
    implicitTls: false,
    credentials: null,
    ...more,
  };
  return { kind: 'hops', hops: [hop], viaRelay: hop.relay };
}

async function populate(
  admin: AccountsAdmin,
  mail: MailWriter,
  domain: string,
): Promise<{ ana: number; bea: number; carl: number }> {
  const members = { ana: 0, bea: 0, carl: 0 };
  for (const name of ['ana', 'bea', 'carl'] as const) {
    members[name] = (await admin.addMember(`${name}@${domain}`, { password: testPassword })).id;
    await mail.provision(members[name]);
  }
  const dora = await admin.addMember(`dora@${domain}`, { password: testPassword });
  await admin.disableMember(dora.id);
  await admin.addAlias(`team@${domain}`, [`ana@${domain}`, `bea@${domain}`]);
  await admin.addAlias(`postmaster@${domain}`, [`ana@${domain}`]);
  await admin.addAlias(`away@${domain}`, ['somebody@elsewhere.example']);
  return members;
}

async function listenAll(network: Network, servers: SmtpServers): Promise<Record<AnyDoor, Listener>> {
  const listen = (name: AnyDoor, tls: 'none' | 'starttls' | 'implicit', onConnection: Handler) =>
    network.listen({
      name,
      host: '127.0.0.1',
      port: 0,
      tls,
      halfOpen: true,
      refusal: servers.refusal,
      onConnection,
      ...(name === 'proxied' ? { proxyProtocol: ['127.0.0.1'] } : {}),
    });
  return {
    proxied: await listen('proxied', 'starttls', servers.handleInbound),
    smtp: await listen('smtp', 'starttls', servers.handleInbound),
    submission: await listen('submission', 'starttls', servers.handleSubmission),
    submissions: await listen('submissions', 'implicit', servers.handleSubmission),
    lmtp: await listen('lmtp', 'none', servers.handleLmtp),
  };
}

type Handler = (connection: Connection) => Promise<void>;

async function messagesOf(mail: MailWriter, account: number, name: string): Promise<string[]> {
  const { id } = await mail.find(account, name);
  const rows: MessageRow[] = [];
  for await (const page of mail.scan(account, id, 1, 0xffff_ffff)) rows.push(...page);
  const contents = await mail.contents(
    account,
    rows.map((row) => row.email),
  );
  const texts: string[] = [];
  for (const row of rows) {
    const content = contents.get(row.email);
    if (content) texts.push((await mail.bytes(content.hash)).toString('latin1'));
  }
  return texts;
}

function openAccounts(stores: TestStores, domain: string, clock: Clock, tokens: TokenVerifier | undefined) {
  return createAccounts({ database: stores.database, domain, clock, ...(tokens ? { tokens } : {}) });
}
