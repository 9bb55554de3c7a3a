import type { Quiet } from '../../stores/collections/index.ts';
import { DavError } from '../errors.ts';
import { lockDefaultSeconds, lockSecondsMax, quietRegistrationsMax } from '../limits.ts';
import type { Exchange, Preferences } from '../types.ts';

export type Depth = '0' | '1' | 'infinity';

/** RFC 4918 §10.2; null where there is none. DavError 400 for what is none of the three. */
export function readDepth(exchange: Pick<Exchange, 'header'>): Depth | null {
  const text = exchange.header('depth');
  if (text === undefined) return null;
  const depth = text.trim().toLowerCase();
  if (depth === '0' || depth === '1' || depth === 'infinity') return depth;
  throw new DavError(400, 'Depth is 0, 1 or infinity');
}

/** For methods that know all or nothing (§9.6.1, §9.8.3, §9.10.3): infinity where there is none. */
export function readWholeDepth(exchange: Pick<Exchange, 'header' | 'method'>): '0' | 'infinity' {
  const depth = readDepth(exchange) ?? 'infinity';
  if (depth === '1') throw new DavError(400, `Depth of ${exchange.method} is 0 or infinity`);
  return depth;
}

/** RFC 4918 §10.6: T where there is none. */
export function readOverwrite(exchange: Pick<Exchange, 'header'>): boolean {
  const text = exchange.header('overwrite')?.trim().toUpperCase() ?? 'T';
  if (text === 'T' || text === 'F') return text === 'T';
  throw new DavError(400, 'Overwrite is T or F');
}

/** RFC 4918 §10.7: the first of the list that can be had, in seconds. What cannot be read is passed over. */
export function readTimeout(exchange: Pick<Exchange, 'header'>): number {
  for (const wish of exchange.header('timeout')?.split(',') ?? []) {
    const text = wish.trim().toLowerCase();
    if (text === 'infinite') return lockSecondsMax;
    const seconds = /^second-(\d{1,10})$/.exec(text)?.[1];
    if (seconds !== undefined) return Math.max(1, Math.min(Number(seconds), lockSecondsMax));
  }
  return lockDefaultSeconds;
}

/** RFC 4918 §10.5: one coded URL. */
export function readLockToken(exchange: Pick<Exchange, 'header'>): string {
  const token = /^\s*<([^<>\s]+)>\s*$/.exec(exchange.header('lock-token') ?? '')?.[1];
  if (token === undefined) throw new DavError(400, 'Lock-Token is a token between < and >');
  return token;
}

/** RFC 7240, RFC 8144; `Brief: t` of Microsoft says return=minimal. */
export function readPreferences(prefer: string | undefined, brief: string | undefined): Preferences {
  let wanted: Preferences['return'] = brief?.trim().toLowerCase() === 't' ? 'minimal' : null;
  let depthNoroot = false;
  let said = false;
  for (const part of prefer?.split(',') ?? []) {
    const text = (part.split(';', 1)[0] ?? '').replace(/[\s"]/g, '').toLowerCase();
    if (text === 'depth-noroot') depthNoroot = true;
    // RFC 7240 §2: of a preference that is named twice the first counts.
    else if (!said && (text === 'return=minimal' || text === 'return=representation')) {
      wanted = text === 'return=minimal' ? 'minimal' : 'representation';
      said = true;
    }
  }
  return { return: wanted, depthNoroot };
}

/** RFC 7240 §3: says which preferences were followed. `listed`: depth-noroot is heard; `represented`: what is kept is answered. */
export function preferencesApplied(
  exchange: Pick<Exchange, 'visit' | 'header'>,
  listed = false,
  represented = false,
): Record<string, string> {
  const { prefer } = exchange.visit;
  const followed = [
    ...(prefer.return === 'minimal' ? ['return=minimal'] : []),
    ...(represented ? ['return=representation'] : []),
    ...(listed && prefer.depthNoroot ? ['depth-noroot'] : []),
  ];
  // Microsoft's Brief is answered in its own words alone.
  if (followed.length === 0 || exchange.header('prefer') === undefined) return {};
  return { 'Preference-Applied': followed.join(', ') };
}

/** RFC 9110 §8.6, §6.4.1: null where the body is chunked, 0 where there is none. Node has checked its digits. */
export function readLength(length: string | undefined, transfer: string | undefined): number | null {
  if (transfer !== undefined) return null;
  return length === undefined ? 0 : Number(length);
}

/** X-OC-MTime -> ms: seconds since 1970, with a fraction or in hexadecimal; null for what is no time. */
export function readModified(text: string | undefined): number | null {
  const seconds = text?.trim() ?? '';
  if (!/^(?:\d{1,12}(?:\.\d{1,9})?|0x[0-9a-f]{1,9})$/i.test(seconds)) return null;
  return Math.floor(Number(seconds) * 1000);
}

/**
 * webdav-push §4.2, `Push-Dont-Notify`: `*`, or URLs of registrations in quotes, of which the last segment names one. A URL
 * without quotes is what clients sent first.
 */
export function readQuiet(text: string | undefined): Quiet {
  if (text === undefined) return [];
  if (text.trim() === '*') return 'all';
  const names = text.split(',').map((url) => /([\w-]{16,64})\/?"?\s*$/.exec(url)?.[1] ?? '');
  return names.filter((name) => name !== '').slice(0, quietRegistrationsMax);
}
