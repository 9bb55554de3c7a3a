import { type Door, doors, isLoopback, type MycoSettings } from '../settings/index.ts';

/** A door as it was opened: `port` is the one it got. */
export interface OpenDoor {
  readonly door: Door;
  readonly host: string;
  readonly port: number;
}

export interface Reached {
  readonly host: string;
  readonly port: number;
}

/** Names under .localhost are this machine's (RFC 6761 §6.3), but few resolvers know more than the bare word. */
function isLocal(settings: MycoSettings): boolean {
  return settings.coop.hostname === 'localhost' || settings.coop.hostname.endsWith('.localhost');
}

/** The server's name as clients reach it. */
export function publicHost(settings: MycoSettings): string {
  return isLocal(settings) ? 'localhost' : settings.coop.hostname;
}

/**
 * Where clients reach a door: the port it is bound to; or, where it is bound to loopback although the server has a
 * public name, the usual public one, because something in front of it (a proxy, a firewall) must hand connections on.
 */
export function reachedAt(settings: MycoSettings, { door, host, port }: OpenDoor): Reached {
  const handedOn = !isLocal(settings) && isLoopback(host);
  return { host: publicHost(settings), port: handedOn ? doors[door].publicPort : port };
}

/** The doors as they are configured. */
export function configured(settings: MycoSettings, wanted: readonly Door[] = ['https', 'http']): OpenDoor[] {
  return wanted.flatMap((door) => settings.listeners[door].map(({ host, port }) => ({ door, host, port })));
}

/**
 * The address of a page as others reach it: the https door (or, without one, the http door) under the server's name.
 * `open`: the doors as they were opened; without it as they are configured. The path alone where there is no door.
 */
export function webAddress(
  settings: MycoSettings,
  path: string,
  open: readonly OpenDoor[] = configured(settings),
): string {
  for (const scheme of ['https', 'http'] as const) {
    const found = open.find(({ door }) => door === scheme);
    if (!found) continue;
    const { host, port } = reachedAt(settings, found);
    return `${scheme}://${host}${port === doors[scheme].publicPort ? '' : `:${port}`}${path}`;
  }
  return path;
}

export function signInAddress(settings: MycoSettings, token: string): string {
  return webAddress(settings, `/sign-in/${token}`);
}
