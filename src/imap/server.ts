import { type Accounts, directoryAccount } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import type { Connection } from '../net/index.ts';
import type { Log, Metrics } from '../observability/index.ts';
import type { MailWriter } from '../stores/mail/index.ts';
import { baseCommands } from './commands/index.ts';
import { extensions } from './extensions/index.ts';
import { createFeatures, type Features } from './features.ts';
import { baseFetchItems } from './fetch/items.ts';
import { defaultImapLimits, type ImapLimits } from './limits.ts';
import { mechanisms } from './mechanisms/index.ts';
import { baseStatusItems } from './names/status.ts';
import { converse } from './session/converse.ts';
import { type Services, Session } from './session/session.ts';
import { SharedNews } from './session/shared-news.ts';
import { type CapabilitySwitches, defaultSwitches } from './session/switches.ts';
import { Turns } from './session/turns.ts';
import { BlockPool } from './wire/index.ts';

export interface ImapServerOptions {
  readonly mail: MailWriter;
  readonly accounts: Accounts;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock?: Clock;
  readonly limits?: Partial<ImapLimits>;
  /** `auth.plaintext: allow`: passwords may come without TLS. Default false. */
  readonly plaintextLogin?: boolean;
  /** What is kept from whom; asked for every session, so that a change counts for the next. */
  switches?(): CapabilitySwitches;
  /** Told by ID. */
  readonly version?: string;
  /** The co-op's name, and a URI at which somebody is reached (RFC 5464 §3.2.1.1). */
  readonly about?: { readonly comment: string; readonly admin: string };
}

/** One specification as docs/COVERAGE.md lists it. */
export interface ImapSpecification {
  readonly rfc: number;
  readonly name: string;
}

export interface ImapServer {
  /** Serves one connection; resolves when it has ended, never rejects. `startTls`: the listener offers STARTTLS. */
  handle(connection: Connection, options?: { readonly startTls?: boolean }): Promise<void>;
  /** Tells every session that the server stops; those inside a command finish it first. */
  drain(): void;
  readonly sessions: number;
  readonly specifications: readonly ImapSpecification[];
}

const commandsTotal = {
  name: 'myco_imap_commands_total',
  help: 'IMAP commands answered.',
  kind: 'counter',
  labels: ['command', 'status'],
} as const;
const loginsTotal = {
  name: 'myco_imap_logins_total',
  help: 'IMAP logins.',
  kind: 'counter',
  labels: ['outcome'],
} as const;
const sessionsOpen = {
  name: 'myco_imap_sessions',
  help: 'IMAP sessions open now.',
  kind: 'gauge',
  labels: [],
} as const;

export const baseFeatures = {
  commands: baseCommands,
  fetchItems: baseFetchItems,
  statusItems: baseStatusItems,
};

/** The tables of this server, as every session sees them. */
export const standardFeatures: Features = createFeatures(baseFeatures, extensions);

/** What may be kept from clients: capabilities in upper case. */
export const switchableCapabilities: ReadonlySet<string> = new Set([
  ...standardFeatures.switches,
  ...mechanisms.map(({ name }) => `AUTH=${name}`),
]);

/** What all sessions of a server share. */
function servicesOf(options: ImapServerOptions, features: Features): Omit<Services, 'startTls'> {
  const { mail, accounts, metrics, clock = systemClock } = options;
  const commands = metrics.counter(commandsTotal);
  const logins = metrics.counter(loginsTotal);
  const limits = { ...defaultImapLimits, ...options.limits };
  return {
    mail,
    accounts,
    clock,
    log: options.log,
    limits,
    news: new SharedNews(mail, limits.sharedNewsMax),
    turns: new Turns(clock, limits.sliceMs),
    blocks: new BlockPool(),
    features,
    mechanisms,
    switches: options.switches ?? (() => defaultSwitches),
    plaintextLogin: options.plaintextLogin ?? false,
    perAccount: new Map(),
    version: options.version ?? '0',
    serverMetadata: new Map(Object.entries(options.about ?? {}).map(([name, text]) => [`/${name}`, text])),
    count: {
      command: (command, status) => commands.with({ command, status }).inc(),
      logins: logins.with({ outcome: 'accepted' }),
      loginsFailed: logins.with({ outcome: 'refused' }),
    },
  };
}

export function createImapServer(
  options: ImapServerOptions,
  features: Features = standardFeatures,
): ImapServer {
  const shared = servicesOf(options, features);
  // One object for all sessions of a kind: there may be thousands.
  const services = { withTls: { ...shared, startTls: true }, without: { ...shared, startTls: false } };
  const { clock } = shared;
  const open = options.metrics.gauge(sessionsOpen).with({});
  const sessions = new Set<Session>();
  let sweeper: NodeJS.Timeout | null = null;
  const sweep = () => {
    const now = clock.monotonicMs();
    for (const session of sessions) session.sweep(now);
    shared.news.forget();
  };
  expelTheDisabled(options, sessions);
  return {
    async handle(connection, { startTls = true } = {}) {
      const session = new Session(startTls ? services.withTls : services.without, connection);
      sessions.add(session);
      open.set(sessions.size);
      sweeper ??= setInterval(sweep, shared.limits.sweepIntervalMs).unref();
      connection.onDrain(() => session.drain());
      await converse(session);
      sessions.delete(session);
      open.set(sessions.size);
      if (sessions.size === 0 && sweeper !== null) {
        clearInterval(sweeper);
        sweeper = null;
      }
    },
    drain() {
      for (const session of sessions) session.drain();
    },
    get sessions() {
      return sessions.size;
    },
    specifications: [
      { rfc: 3501, name: 'IMAP4rev1' },
      ...features.extensions.map(({ rfc, name }) => ({ rfc, name })),
    ],
  };
}

/** Disabled or deleted members hear of it at once, not with their next command. */
function expelTheDisabled({ mail, log }: ImapServerOptions, sessions: ReadonlySet<Session>): void {
  let lookingAgain = Promise.resolve();
  mail.subscribe(directoryAccount, () => {
    lookingAgain = lookingAgain
      .then(async () => {
        for (const session of [...sessions]) await session.expel();
      })
      .catch((error: unknown) => log.warn('members not looked up', { error }));
  });
}
