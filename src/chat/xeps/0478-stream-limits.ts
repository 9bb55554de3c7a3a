import { element } from '../../formats/stanza/index.ts';
import type { Specification } from '../specification.ts';

const limitsNs = 'urn:xmpp:stream-limits:0';

/** Stream Limits Advertisement: how long an element may be, and how long a client may be silent before it is asked. */
export const streamLimits: Specification = {
  xep: '0478',
  name: 'Stream Limits Advertisement',
  version: '0.1.0',
  offers: ({ chat: { limits }, state }) => [
    element(
      'limits',
      limitsNs,
      {},
      element(
        'max-bytes',
        limitsNs,
        {},
        `${state === 'stranger' ? limits.strangerBytesMax : limits.stanzaBytesMax}`,
      ),
      element('idle-seconds', limitsNs, {}, `${Math.floor(limits.quietMsMax / 1_000)}`),
    ),
  ],
};
