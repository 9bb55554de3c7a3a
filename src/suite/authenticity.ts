import { messageOf } from '../base/index.ts';
import { createGetHttps, type Resolver } from '../net/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { MycoSettings } from '../settings/index.ts';
import {
  createChecks,
  createIntake,
  createObservers,
  createReporter,
  createSealer,
  createSigner,
  createSrs,
  promoteKeys,
  type SmtpOptions,
} from '../smtp/index.ts';
import type { Observers } from './observers.ts';

/** How often pending keys are looked for in the DNS, and reports sent whose day is over. */
const turnEveryMs = 60 * 60_000;

export interface Authenticity {
  /** For the doors. */
  readonly parts: Required<Pick<SmtpOptions, 'checks' | 'signer' | 'srs' | 'intake'>>;
  /** Counts what we owe others as reports. */
  readonly observers: ReturnType<typeof createObservers>;
}

const dayMs = 24 * 60 * 60_000;
const leaseMs = 10 * 60_000;

const thisMachine = ['127.0.0.0/8', '::1'];
const nobody: readonly string[] = [];

/** What comes from this machine has no SPF of its own; whoever names a resolver may have others' mail come from here. */
function checkSettings({ mail }: MycoSettings) {
  const usual = mail.resolver === 'system' ? thisMachine : nobody;
  return { ...mail.checks, exempt: mail.checks.exempt ?? usual };
}

/** Who looks at mail from other servers, and what makes ours believed there. */
export async function openAuthenticity(
  rooms: Rooms,
  resolver: Resolver,
  { log, metrics }: Pick<Observers, 'log' | 'metrics'>,
): Promise<Authenticity> {
  const { settings, clock, trust } = rooms;
  const { hostname, domain } = settings.value.coop;
  const isOurs = (name: string) => rooms.accounts.accounts.isLocalDomain(name);
  const signer = createSigner({ trust, isOurs, clock });
  const observers = createObservers({ trust, clock, log });
  const checks = createChecks({
    resolver,
    hostname,
    clock,
    metrics,
    settings: () => checkSettings(settings.value),
    observer: observers.dmarc,
    sealer: createSealer({ keys: signer.keys, domain, clock, log }),
  });
  const srs = createSrs({ secret: await trust.secret('srs'), domain, isOurs, clock });
  const intake = createIntake({ trust, isOurs, clock, log });
  return { parts: { checks, signer, srs, intake }, observers };
}

/**
 * Makes the keys of domains that have none, forgets what is old, lets pending ones sign once they are published and sends
 * the reports of past days. `stop` waits for what is under way.
 */
export function startTrust(
  { trust, accounts, outbox, database, settings, clock }: Rooms,
  resolver: Resolver,
  { signer }: Authenticity['parts'],
  log: Observers['log'],
): { stop(): Promise<void> } {
  const { domain, hostname } = settings.value.coop;
  const wishes = () => settings.value.mail.reports;
  const reporter = createReporter({
    trust,
    outbox,
    signer,
    resolver,
    https: createGetHttps(),
    privateAddresses: () => settings.value.mail.resolver !== 'system',
    domain,
    hostname,
    clock,
    log,
    settings: wishes,
  });
  let stopped = false;
  const steps = [
    async () => {
      for (const { domain } of await accounts.admin.domains()) if (!stopped) await trust.ensureKeys(domain);
    },
    () => trust.tidy(wishes().keep / dayMs),
    () => promoteKeys(trust, resolver, log),
    // Last: it depends on servers of others, and takes less than the lease lasts.
    () => reporter.sendDue(() => !stopped),
  ];
  const turn = async () => {
    const lease = await database.leases.acquire('trust', leaseMs);
    if (!lease) return;
    try {
      for (const step of steps) if (!stopped && (await lease.renew())) await step();
    } finally {
      await lease.release();
    }
  };
  let underWay = Promise.resolve();
  const next = () => {
    underWay = underWay.then(turn).catch((error: unknown) => {
      log.error('signing keys and reports not looked after', { error: messageOf(error) });
    });
  };
  next();
  const timer = setInterval(next, turnEveryMs);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
      return underWay;
    },
  };
}
