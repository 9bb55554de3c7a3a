import { StoreError } from '../../base/index.ts';
import { createDial, type Dial } from '../../net/index.ts';
import type { Rooms } from '../../rooms/index.ts';
import type { SmtpAddress } from './conversation.ts';

/** How this server's own doors are reached, from itself. */
export interface OwnDoors {
  readonly dial: Dial;
  readonly submission: SmtpAddress & { readonly door: string };
  /** Null where no other server can reach this one. */
  readonly smtp: SmtpAddress | null;
}

const anywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** StoreError 'unavailable' where the server does not run, or has no door for members' mail. */
export function ownDoors(rooms: Rooms): OwnDoors {
  if (!rooms.running) throw new StoreError('unavailable', 'the server must run for its doors to be tested');
  const { hostname } = rooms.settings.value.coop;
  const open = rooms.running.open();
  const find = (door: string, tls: SmtpAddress['tls']) => {
    const found = open.find((one) => one.door === door);
    if (found === undefined) return null;
    return { door, address: anywhere[found.host] ?? found.host, port: found.port, host: hostname, tls };
  };
  const submission = find('submissions', 'implicit') ?? find('submission', 'starttls');
  if (submission === null) throw new StoreError('unavailable', 'no submission door is open');
  const authority = rooms.running.authority();
  return {
    dial: createDial(authority === null ? {} : { authority }),
    submission,
    smtp: find('smtp', 'starttls'),
  };
}
