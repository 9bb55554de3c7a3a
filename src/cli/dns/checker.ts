import { createResolver, type NameServer } from '../../net/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import { policyFetcher } from './fetch-policy.ts';
import type { Asking } from './types.ts';

/** A resolver of its own, so that nothing remembered hides what was changed a minute ago. The caller closes it. */
export function openChecker(rooms: Rooms): Asking {
  const { resolver: wanted } = rooms.settings.value.mail;
  const resolver = createResolver({
    servers: wanted === 'system' ? wanted : wanted.map(nameServer),
    clock: rooms.clock,
    log: rooms.log,
  });
  return { resolver, fetchPolicy: policyFetcher(resolver) };
}

/** `127.0.0.1:5353` or `[::1]:53`, as the settings write it. */
function nameServer(text: string): NameServer {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
