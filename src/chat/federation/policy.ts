import { FormatError } from '../../base/index.ts';
import { normaliseDomain } from '../../formats/address/index.ts';
import type { ServerPolicy } from '../../stores/conversations/index.ts';

/** Whom a server talks to, as the configuration says it. */
export interface FederationPolicy {
  /** `open`: with everybody who is not blocked; `allow-list`: with those alone who are allowed; `off`: with nobody. */
  readonly policy: 'open' | 'allow-list' | 'off';
  /** Domains, each with all below it. */
  readonly allow: readonly string[];
  readonly block: readonly string[];
}

/** The domain in A-labels and all above it, itself first: what is said of one holds below it. */
export function domainsAbove(domain: string): readonly string[] {
  const labels = inLabels(domain).split('.');
  return labels.map((_, at) => labels.slice(at).join('.'));
}

function inLabels(domain: string): string {
  try {
    return normaliseDomain(domain);
  } catch (error) {
    // An address in place of a name.
    if (error instanceof FormatError) return domain;
    throw error;
  }
}

export type PolicyReason = 'off' | 'blocked' | 'not-allowed';

/**
 * Why we do not talk to a domain; null where we do. `kept`: what administrators and lists say of it and of those above it. Of
 * several the nearest to the domain counts, and a block before an allowance of the same name.
 */
export function policyReason(
  domain: string,
  { policy, allow, block }: FederationPolicy,
  kept: readonly Pick<ServerPolicy, 'domain' | 'action'>[] = [],
): PolicyReason | null {
  if (policy === 'off') return 'off';
  for (const name of domainsAbove(domain)) {
    const said = kept.filter((each) => each.domain === name).map(({ action }) => action);
    if (block.includes(name) || said.includes('block')) return 'blocked';
    if (allow.includes(name) || said.includes('allow')) return null;
  }
  return policy === 'open' ? null : 'not-allowed';
}
