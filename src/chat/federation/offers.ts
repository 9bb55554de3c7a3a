import { type Element, element } from '../../formats/stanza/index.ts';
import { saslNs, tlsNs } from '../namespaces.ts';
import type { FederationLimits } from './limits.ts';
import { ackNs, bidiFeatureNs, dialbackFeatureNs, streamLimitsNs } from './names.ts';

/** XEP-0478 §3. */
export const limitsElement = (
  bytesMax: number,
  { idleMsMax }: Pick<FederationLimits, 'idleMsMax'>,
): Element =>
  element(
    'limits',
    streamLimitsNs,
    {},
    element('max-bytes', streamLimitsNs, {}, `${bytesMax}`),
    element('idle-seconds', streamLimitsNs, {}, `${Math.floor(idleMsMax / 1_000)}`),
  );

export interface Offering {
  readonly isSecure: boolean;
  /** It has shown who it is. */
  readonly isKnown: boolean;
  /** Its certificate is of the domain that it says it is. */
  readonly isTrusted: boolean;
  readonly mayDialBack: boolean;
  readonly limits: FederationLimits;
}

/** What a stream of another server is offered as it stands (RFC 6120 §4.3.2). */
export function offersFor({ isSecure, isKnown, isTrusted, mayDialBack, limits }: Offering): Element[] {
  if (!isSecure) return [element('starttls', tlsNs, {}, element('required', tlsNs))];
  if (isKnown) return [element('sm', ackNs), limitsElement(limits.serverStanzaBytesMax, limits)];
  const external = element('mechanisms', saslNs, {}, element('mechanism', saslNs, {}, 'EXTERNAL'));
  return [
    ...(isTrusted ? [external] : []),
    ...(mayDialBack
      ? [element('dialback', dialbackFeatureNs, {}, element('errors', dialbackFeatureNs))]
      : []),
    element('bidi', bidiFeatureNs),
    limitsElement(limits.unknownBytesMax, limits),
  ];
}
