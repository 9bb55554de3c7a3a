import { join } from 'node:path';
import { type AccountsAdmin, createAccounts } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import { createImapServer, type ImapLimits, type ImapServer } from '../imap/index.ts';
import { createCertificates, createNetwork, defaultNetLimits, type NetLimits } from '../net/index.ts';
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
  readonly members: Readonly<Record<'alice' | 'bob', number>>;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  readonly authority: string;
  port(door: ImapDoor): number;
  connect(door: ImapDoor): Promise<TestSocket>;
  /** Connects to `plain` and logs in; what the server says up to there is read. */
  session(member: string): Promise<TestSocket>;
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
  /** Puts a store that fails in the place of the real one. */
  readonly mail?: (real: MailWriter) => MailWriter;
}

export const imapPassword = 'correct horse battery staple';

/** IMAP on real stores and free ports; alice and bob of `coop.localhost` have `imapPassword`, dora is disabled. */
export async function openTestImap(options: TestImapOptions = {}): Promise<TestImap> {
  const [sqlite] = engines();
  const engine = options.engine ?? sqlite;
  if (!engine) throw new Error('there is no engine');
  const clock = options.clock ?? systemClock;
  const stores = await openTestStores(engine, { ...(options.quota ? { quota: options.quota } : {}) });
  const domain = 'coop.localhost';
  const service = await createAccounts({ database: stores.database, domain, sleep: async () => undefined });
  const { admin, accounts } = service;
  const members = { alice: 0, bob: 0 };
  for (const name of ['alice', 'bob'] as const) {
    members[name] = (await admin.addMember(`${name}@${domain}`, { password: imapPassword })).id;
    await stores.mail.provision(members[name]);
  }
  const dora = await admin.addMember(`dora@${domain}`, { password: imapPassword });
  await admin.disableMember(dora.id);

  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) });
  const metrics = createMetrics({ processMetrics: false });
  const certificates = await createCertificates(
    { mode: 'self-signed', dir: join(stores.dir, 'tls'), hostnames: ['localhost'] },
    { log },
  );
  const network = createNetwork({
    log,
    metrics,
    certificates,
    limits: { ...defaultNetLimits, ...options.netLimits },
  });
  const mail = options.mail?.(stores.mail) ?? stores.mail;
  const limits = { authFailureDelayMs: 0, ...options.limits };
  const shared = { mail, accounts, log, metrics, clock, limits, version: '1.2.3' };
  const servers = {
    imap: createImapServer(shared),
    plain: createImapServer({ ...shared, plaintextLogin: true }),
    imaps: createImapServer(shared),
  };
  const listen = (name: ImapDoor, tls: 'starttls' | 'implicit') => {
    const startTls = tls === 'starttls';
    const onConnection = (connection: Parameters<ImapServer['handle']>[0]) =>
      servers[name].handle(connection, { startTls });
    return network.listen({ name, host: '127.0.0.1', port: 0, tls, onConnection });
  };
  const listeners = {
    imap: await listen('imap', 'starttls'),
    plain: await listen('plain', 'starttls'),
    imaps: await listen('imaps', 'implicit'),
  };
  const authority = certificates.authority ?? '';
  const connect = (door: ImapDoor) =>
    connectSocket({ port: listeners[door].port, tls: { ca: authority }, implicitTls: door === 'imaps' });
  return {
    stores,
    admin,
    servers,
    metrics,
    members,
    logged,
    authority,
    port: (door) => listeners[door].port,
    connect,
    async session(member) {
      const socket = await connect('plain');
      await socket.readLine();
      await socket.send(`in LOGIN ${member} "${imapPassword}"\r\n`);
      const answer = (await socket.readLine())?.toString();
      if (!answer?.startsWith('in OK')) throw new Error(`login of ${member}: ${answer}`);
      return socket;
    },
    async deliver(member, mailbox, message, more = {}) {
      const account = Object.entries(members).find(([name]) => name === member)?.[1];
      if (account === undefined) throw new Error(`there is no member '${member}'`);
      const bytes = Buffer.isBuffer(message) ? message : Buffer.from(message);
      const staged = await stores.mail.stage(bytes, bytes.length);
      const { uid } = await stores.mail.deliver(account, mailbox, { ...staged, ...more });
      stores.mail.discard(staged.blob);
      return uid;
    },
    async close() {
      await network.closeAll(0);
      certificates.close();
      await service.close();
      await stores.close();
    },
  };
}
