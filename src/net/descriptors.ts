import { readFileSync } from 'node:fs';
import type { Log } from '../observability/index.ts';
import { connectionDescriptorsPercentMax, type NetLimits } from './limits.ts';

/** How many files and sockets this process may have open; null where the system does not tell (not Linux). */
export function openFilesMax(
  read: () => string = () => readFileSync('/proc/self/limits', 'utf8'),
): number | null {
  try {
    const found = /^Max open files +(\d+) /m.exec(read());
    return found ? Number(found[1]) : null;
  } catch {
    return null;
  }
}

/**
 * The limits with `connectionsMax` lowered to what the process can hold: connections must never take the descriptors
 * that storage needs to answer those that are open already.
 */
export function withinDescriptors(limits: NetLimits, log: Log, filesMax = openFilesMax()): NetLimits {
  if (filesMax === null) return limits;
  const connectionsMax = Math.max(1, Math.floor((filesMax * connectionDescriptorsPercentMax) / 100));
  if (limits.connectionsMax <= connectionsMax) return limits;
  log.warn('fewer connections than configured, the process may not open more files', {
    expected: limits.connectionsMax,
    maximum: connectionsMax,
    limit: filesMax,
  });
  return { ...limits, connectionsMax };
}
