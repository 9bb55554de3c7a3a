import { forwardNs } from '../archive/index.ts';
import type { Specification } from '../specification.ts';

/** Stanza Forwarding: in copies for other sessions, and in what an archive answers. */
export const forwarding: Specification = {
  xep: '0297',
  name: 'Stanza Forwarding',
  version: '1.0',
  features: { server: [forwardNs] },
};
