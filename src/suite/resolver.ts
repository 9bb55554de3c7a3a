import type { Clock } from '../base/index.ts';
import { createResolver, type NameServer, type Resolver } from '../net/index.ts';
import type { MycoSettings } from '../settings/index.ts';
import type { Observers } from './observers.ts';

/** The one resolver of the process, as `mail.resolver` asks for it. The caller closes it. */
export function openResolver(settings: MycoSettings, { log, metrics }: Observers, clock: Clock): Resolver {
  const { resolver } = settings.mail;
  return createResolver({
    servers: resolver === 'system' ? resolver : resolver.map(nameServer),
    clock,
    log: log.child({ protocol: 'dns' }),
    metrics,
  });
}

/** `127.0.0.1:5353` or `[::1]:53`, as the settings write it. */
function nameServer(text: string): NameServer {
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
