import type { Specification } from '../specification.ts';

/** What clients publish for good and for everybody; all of it is XEP-0060. */
export const publicData: Specification = {
  xep: '0222',
  name: 'Persistent Storage of Public Data via PubSub',
  version: '1.0.1',
};
