import { ok } from '../errors.ts';
import { anyState, type Command } from '../features.ts';

/** NOOP: nothing, but the dispatcher asks the store for news before it answers. */
export const noop: Command = {
  name: 'NOOP',
  rfc: 'RFC 9051 §6.1.2',
  states: anyState,
  privilege: null,
  parse: () => null,
  run: async () => ok('nothing done'),
};
