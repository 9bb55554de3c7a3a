import { messageOf } from '../base/index.ts';
import type { Resolver } from '../net/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { MycoSettings } from '../settings/index.ts';
import {
  createChecks,
  createSealer,
  createSigner,
  createSrs,
  promoteKeys,
  type SmtpOptions,
} from '../smtp/index.ts';
import type { Observers } from './observers.ts';

/** How often keys are made for new domains, and pending ones looked for in the DNS. */
const keysEveryMs = 60 * 60_000;

export type Authenticity = Required<Pick<SmtpOptions, 'checks' | 'signer' | 'srs'>>;

/** Reports of others are kept so long. */
const reportDays = 400;
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
  const checks = createChecks({
    resolver,
    hostname,
    clock,
    metrics,
    settings: () => checkSettings(settings.value),
    observer: null,
    sealer: createSealer({ keys: signer.keys, domain, clock, log }),
  });
  const srs = createSrs({ secret: await trust.secret('srs'), domain, isOurs, clock });
  return { checks, signer, srs };
}

/**
 * Makes the keys of domains that have none, lets pending ones sign once they are published, and forgets what is old.
 * `stop` waits for what is under way.
 */
export function startTrust(
  { trust, accounts, database }: Rooms,
  resolver: Resolver,
  log: Observers['log'],
): { stop(): Promise<void> } {
  let stopped = false;
  const turn = async () => {
    const lease = await database.leases.acquire('trust', leaseMs);
    if (!lease) return;
    try {
      for (const { domain } of await accounts.admin.domains()) {
        if (!stopped) await trust.ensureKeys(domain);
      }
      if (!stopped) await promoteKeys(trust, resolver, log);
      if (!stopped) await trust.tidy(reportDays);
    } finally {
      await lease.release();
    }
  };
  let underWay = Promise.resolve();
  const next = () => {
    underWay = underWay.then(turn).catch((error: unknown) => {
      log.error('signing keys not looked after', { error: messageOf(error) });
    });
  };
  next();
  const timer = setInterval(next, keysEveryMs);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
      return underWay;
    },
  };
}
