import { hintsNs } from '../archive/index.ts';
import type { Specification } from '../specification.ts';

/** Message Processing Hints: `keepingOf` obeys those of keeping, carbons that of copying. */
export const hints: Specification = {
  xep: '0334',
  name: 'Message Processing Hints',
  version: '1.0.0',
  features: { server: [hintsNs], account: [hintsNs] },
};
