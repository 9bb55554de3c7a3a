import type { Specification } from '../specification.ts';

/** Portable Import/Export Format: `portable/` writes and reads it; commands ask for it. */
export const portable: Specification = {
  xep: '0227',
  name: 'Portable Import/Export Format for XMPP-IM Servers',
  version: '1.1',
};
