import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/index.ts';
import { createWireTap, type Log, type TapProtocol, type WireTap } from '../observability/index.ts';
import type { Door, MycoSettings } from '../settings/index.ts';
import { wireFileBytesMax } from './limits.ts';

/** Which grammar a door's conversations are shown in; of the others only how many bytes passed. */
const grammars: Partial<Record<Door, TapProtocol>> = {
  smtp: 'smtp',
  submission: 'smtp',
  submissions: 'smtp',
  lmtp: 'smtp',
  imap: 'imap',
  imaps: 'imap',
};

export interface Wire {
  readonly tap: WireTap | undefined;
  /** The grammar to record a door in; undefined where it is not recorded. */
  of(door: Door): TapProtocol | undefined;
  close(): void;
}

/**
 * Records the conversations of the doors that `log.wire` names into `wire.jsonl` of the data folder, secrets and content
 * masked, until the file holds `bytesMax`: it is for an hour of looking for a fault, not for keeping.
 */
export function openWire(settings: MycoSettings, log: Log, clock: Clock, bytesMax = wireFileBytesMax): Wire {
  const recorded = new Set(settings.log.wire);
  if (recorded.size === 0) return { tap: undefined, of: () => undefined, close: () => {} };
  const file = join(settings.data, 'wire.jsonl');
  const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
  stream.on('error', (error) => log.error('wire record failed', { error }));
  let bytes = 0;
  const tap = createWireTap((record) => {
    if (bytes >= bytesMax) return;
    const line = `${JSON.stringify({ time: new Date(clock.nowMs()).toISOString(), ...record })}\n`;
    bytes += Buffer.byteLength(line);
    if (bytes >= bytesMax) {
      log.warn('wire record is full', { bytes });
      return;
    }
    stream.write(line);
  });
  log.warn('conversations are recorded', { file });
  return {
    tap,
    of: (door) => (recorded.has(door) ? (grammars[door] ?? 'opaque') : undefined),
    close: () => void stream.end(),
  };
}
