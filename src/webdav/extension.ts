import { methods } from './methods/index.ts';
import { davProperties } from './properties/index.ts';
import { davReports } from './reports/index.ts';
import type { DavExtension } from './types.ts';

/** What every DAV server has, whatever is kept in it. */
export const coreExtension: DavExtension = {
  name: 'core',
  features: ['1', '2', '3', 'extended-mkcol'],
  methods,
  properties: davProperties,
  reports: davReports,
  spaces: [],
  // RFC 5323 §3.1
  options: { DASL: '<DAV:basicsearch>' },
};
