import type { Specification } from '../specification.ts';

/** Service Administration: the commands of `commands/administration.ts`, which XEP-0050 runs. */
export const serviceAdministration: Specification = {
  xep: '0133',
  name: 'Service Administration',
  version: '1.3.0',
};
