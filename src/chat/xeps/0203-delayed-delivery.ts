import { delayNs } from '../archive/index.ts';
import type { Specification } from '../specification.ts';

/** Delayed Delivery: of what waited, came again after a resumption, or is shown by an archive. */
export const delayedDelivery: Specification = {
  xep: '0203',
  name: 'Delayed Delivery',
  version: '2.0',
  features: { server: [delayNs] },
};
