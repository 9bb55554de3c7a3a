import type { ArcResult, ArcSet } from './mailauth.ts';

/**
 * Whether a chain that holds comes from hands we trust alone, and the first of them saw DMARC pass (RFC 8617 §7.2.1):
 * then the author is who From says, though a list or a forwarder has changed the message since.
 */
export function isTrusted(
  result: ArcResult,
  chain: readonly ArcSet[] | false,
  trustedSealers: readonly string[],
): boolean {
  if (result.status.result !== 'pass' || !chain || chain.length === 0) return false;
  const trusted = new Set(trustedSealers.map((domain) => domain.toLowerCase()));
  for (const set of chain) {
    const sealer = set['arc-seal'].parsed?.d?.value;
    if (typeof sealer !== 'string' || !trusted.has(sealer.toLowerCase())) return false;
  }
  const [first] = chain;
  const seen: unknown = first?.['arc-authentication-results'].parsed?.dmarc?.value;
  return typeof seen === 'string' && seen.toLowerCase() === 'pass';
}
