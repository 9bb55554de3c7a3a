import { formatStsPolicy, type StsPolicy } from '../../formats/dns-text/index.ts';
import type { MycoSettings } from '../../settings/index.ts';
import type { House, Visit } from '../house.ts';
import { publicFile } from '../http/file.ts';
import { notFound } from '../pages/errors.ts';

const prefix = 'mta-sts.';

/** The one policy of all domains: mail for each of them comes to this host. */
export function stsPolicyOf({ coop, mail }: MycoSettings): StsPolicy {
  return {
    mode: mail.mtaSts.mode,
    mx: [coop.hostname],
    maxAgeSeconds: Math.floor(mail.mtaSts.maxAge / 1000),
  };
}

/**
 * RFC 8461 §3.3: under `mta-sts.<domain>` alone, for each domain of the co-op. With mode none too (§8.3): it tells those
 * who remember another policy to forget it.
 */
export async function mtaSts(visit: Visit, house: House): Promise<Response> {
  const settings = house.settings.value;
  const host = visit.url.hostname.toLowerCase();
  const domain = host.startsWith(prefix) ? host.slice(prefix.length) : '';
  const ours = domain !== '' && (await house.accounts.accounts.isLocalDomain(domain));
  if (!ours) return notFound(visit, house);
  return publicFile('text/plain; charset=utf-8', formatStsPolicy(stsPolicyOf(settings)));
}
