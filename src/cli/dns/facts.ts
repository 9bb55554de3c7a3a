import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../../base/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { MycoSettings } from '../../settings/index.ts';
import type { SigningRecord } from '../../stores/trust/index.ts';
import { stsPolicyOf } from '../../web/index.ts';
import { ownAddresses } from './addresses.ts';
import { servicesOf } from './services.ts';
import type { Facts } from './types.ts';

/** The domains that were asked for, else all of ours; each has signing keys when this resolves. */
export async function chosenDomains(rooms: Rooms, wanted: string | undefined): Promise<string[]> {
  const ours = (await rooms.accounts.admin.domains()).map(({ domain }) => domain);
  const main = rooms.settings.value.coop.domain;
  const chosen =
    wanted === undefined ? [main, ...ours.filter((one) => one !== main)] : [wanted.toLowerCase()];
  for (const domain of chosen) {
    if (!ours.includes(domain))
      throw new StoreError('not-found', `'${domain}' is not a domain of this server`);
    await rooms.trust.ensureKeys(domain);
  }
  return chosen;
}

/** All that the server knows of itself; the same whether it runs or not. */
export async function gatherFacts(rooms: Rooms, domains: readonly string[]): Promise<Facts> {
  const settings = rooms.settings.value;
  const signing = new Map<string, readonly SigningRecord[]>();
  for (const domain of domains) signing.set(domain, await rooms.trust.signingRecords(domain));
  return {
    hostname: settings.coop.hostname,
    addresses: ownAddresses(),
    relay: settings.mail.relay?.host ?? null,
    certificate: await certificateOf(settings),
    signing: (domain) => signing.get(domain) ?? [],
    stsPolicy: stsPolicyOf(settings),
    services: servicesOf(settings),
    reportAddress: (kind, domain) => `${kind}-reports@${domain}`,
  };
}

/** What the MX door shows; null where it is not made yet or cannot be read. */
async function certificateOf(settings: MycoSettings): Promise<Facts['certificate']> {
  const own = settings.listeners.smtp[0]?.tls;
  try {
    if (own === undefined && settings.tls.mode === 'self-signed') {
      const folder = join(settings.data, 'tls');
      const [leaf] = certificatesIn(await readFile(join(folder, 'server.pem'), 'utf8'));
      const chain = certificatesIn(await readFile(join(folder, 'authority.crt'), 'utf8'));
      return leaf === undefined ? null : { leaf, chain, own: true };
    }
    const path = own?.cert ?? (settings.tls.mode === 'files' ? settings.tls.cert : '');
    const [leaf, ...chain] = certificatesIn(await readFile(path, 'utf8'));
    return leaf === undefined ? null : { leaf, chain, own: false };
  } catch {
    return null;
  }
}

function certificatesIn(pem: string): X509Certificate[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return found.map((text) => new X509Certificate(text));
}
