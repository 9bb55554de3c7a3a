import { connect as connectTcp, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Accounts, type AccountsAdmin, createAccounts, type TokenVerifier } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import {
  type CapabilitySwitches,
  createImapServer,
  type ImapFeatures,
  type ImapLimits,
  type ImapServer,
} from '../imap/index.ts';
import {
  type Connection,
  createCertificates,
  createNetwork,
  defaultNetLimits,
  type NetLimits,
} from '../net/index.ts';
import { createLog, createMetrics, type Metrics } from '../observability/index.ts';
import type { MailWriter } from '../stores/mail/index.ts';
import { openTestStores, type TestStores } from './database.ts';
import { type Engine, engines } from './engines.ts';
import { connectSocket, type TestSocket } from './socket.ts';

/** `imap` refuses passwords without TLS, `plain` takes them, `imaps` begins with TLS. */
export type ImapDoor = 'imap' | 'plain' | 'imaps';

export interface TestImap {
  readonly stores: TestStores;
  readonly admin: AccountsAdmin;
  readonly servers: Readonly<Record<ImapDoor, ImapServer>>;
  readonly metrics: Metrics;
  readonly members: Readonly<Record<'alice' | 'bob' | 'carol', number>>;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  readonly authority: string;
  port(door: ImapDoor): number;
  connect(door: ImapDoor): Promise<TestSocket>;
  /** Connects to `plain` and logs in; what the server says up to there is read. */
  session(member: string): Promise<TestSocket>;
  /** A bare socket that nobody reads from, for clients that are slow. */
  rawSocket(door: ImapDoor): Socket;
  /** Delivers a message; answers its uid. */
  deliver(
    member: string,
    mailbox: string,
    message: Buffer | string,
    options?: DeliverOptions,
  ): Promise<number>;
  close(): Promise<void>;
}

export interface DeliverOptions {
  readonly flags?: number;
  readonly keywords?: readonly string[];
  readonly received?: number;
  readonly receivedZone?: number;
}

export interface TestImapOptions {
  readonly engine?: Engine;
  readonly limits?: Partial<ImapLimits>;
  readonly netLimits?: Partial<NetLimits>;
  readonly clock?: Clock;
  readonly quota?: number;
  /** Other tables of commands and extensions than the standard ones. */
  readonly features?: ImapFeatures;
  /** What is kept from whom. */
  readonly switches?: CapabilitySwitches;
  /** Who knows what bearer tokens are worth. */
  readonly tokens?: TokenVerifier;
  /** Puts a store that fails in the place of the real one. */
  readonly mail?: (real: MailWriter) => MailWriter;
}

export const imapPassword = 'correct horse battery staple';

/**
 * IMAP on real stores and free ports; alice, bob and carol of `coop.localhost` have `imapPassword`, carol is an
 * administrator, dora is disabled.
 */
export async function openTestImap(options: TestImapOptions = {}): Promise<TestImap> {
  const [sqlite] = engines();
  const engine = options.engine ?? sqlite;
  if (!engine) throw new Error('there is no engine');
  const stores = await openTestStores(engine, options.quota ? { quota: options.quota } : {});
  const people = await openPeople(stores, options.tokens);
  const doors = await openImapDoors(stores, people.accounts, options);
  const connect = (door: ImapDoor) => {
    const tls = { ca: doors.authority };
    return connectSocket({ port: doors.port(door), tls, implicitTls: door === 'imaps' });
  };
  return {
    stores,
    admin: people.admin,
    members: people.members,
    servers: doors.servers,
    metrics: doors.metrics,
    logged: doors.logged,
    authority: doors.authority,
    port: doors.port,
    connect,
    async session(member) {
      const socket = await connect('plain');
      await socket.readLine();
      await socket.send(`in LOGIN ${member} "${imapPassword}"\r\n`);
      const answer = (await socket.readLine())?.toString();
      if (!answer?.startsWith('in OK')) throw new Error(`login of ${member}: ${answer}`);
      return socket;
    },
    rawSocket: (door) => connectTcp({ host: '127.0.0.1', port: doors.port(door) }),
    async deliver(member, mailbox, message, more = {}) {
      const account = Object.entries(people.members).find(([name]) => name === member)?.[1];
      if (account === undefined) throw new Error(`there is no member '${member}'`);
      const bytes = Buffer.isBuffer(message) ? message : Buffer.from(message);
      const staged = await stores.mail.stage(bytes, bytes.length);
      const { uid } = await stores.mail.deliver(account, mailbox, { ...staged, ...more });
      stores.mail.discard(staged.blob);
      return uid;
    },
    async close() {
      await doors.close();
      await people.close();
      await stores.close();
    },
  };
}

async function openPeople(stores: TestStores, tokens: TokenVerifier | undefined) {
  const domain = 'coop.localhost';
  const sleep = async () => undefined;
  const service = await createAccounts({
    database: stores.database,
    domain,
    sleep,
    ...(tokens ? { tokens } : {}),
  });
  const members = { alice: 0, bob: 0, carol: 0 };
  for (const name of ['alice', 'bob', 'carol'] as const) {
    const wish = { password: imapPassword, admin: name === 'carol' };
    members[name] = (await service.admin.addMember(`${name}@${domain}`, wish)).id;
  }
  const dora = await service.admin.addMember(`dora@${domain}`, { password: imapPassword });
  await service.admin.disableMember(dora.id);
  return { ...service, members };
}

async function openImapDoors(stores: TestStores, accounts: Accounts, options: TestImapOptions) {
  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) });
  const metrics = createMetrics({ processMetrics: false });
  const certificates = await createCertificates(
    { mode: 'self-signed', dir: join(stores.dir, 'tls'), hostnames: ['localhost'] },
    { log },
  );
  const { switches } = options;
  const netLimits = { ...defaultNetLimits, ...options.netLimits };
  const clock = options.clock ?? systemClock;
  const network = createNetwork({ log, metrics, certificates, limits: netLimits, clock });
  const shared = {
    mail: options.mail?.(stores.mail) ?? stores.mail,
    accounts,
    log,
    metrics,
    clock,
    limits: { authFailureDelayMs: 0, ...options.limits },
    version: '1.2.3',
    about: { comment: 'Coop', admin: 'mailto:postmaster@coop.localhost' },
    ...(switches ? { switches: () => switches } : {}),
  };
  const make = (plaintextLogin: boolean) =>
    createImapServer({ ...shared, plaintextLogin }, ...(options.features ? [options.features] : []));
  const servers = { imap: make(false), plain: make(true), imaps: make(false) };
  const listen = (name: ImapDoor, tls: 'starttls' | 'implicit') => {
    const onConnection = (connection: Connection) =>
      servers[name].handle(connection, { startTls: tls === 'starttls' });
    return network.listen({ name, host: '127.0.0.1', port: 0, tls, onConnection });
  };
  const listeners = {
    imap: await listen('imap', 'starttls'),
    plain: await listen('plain', 'starttls'),
    imaps: await listen('imaps', 'implicit'),
  };
  return {
    servers,
    metrics,
    logged,
    authority: certificates.authority ?? '',
    port: (door: ImapDoor) => listeners[door].port,
    async close() {
      await network.closeAll(0);
      certificates.close();
    },
  };
}
