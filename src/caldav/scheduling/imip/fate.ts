import { StoreError } from '../../../base/index.ts';
import { indexOf } from '../../../formats/icalendar/index.ts';
import type { NewJob } from '../../../stores/collections/index.ts';
import type { SchedulingHouse } from '../house.ts';
import { jobKind } from '../jobs.ts';
import { deliveryAttemptsMax } from '../limits.ts';
import { roleIn } from '../role.ts';
import { keep, keptOf, readKept } from '../shelf.ts';
import { withStatus } from '../status.ts';
import { selfIn } from '../users.ts';

/** What became of a mail for one of its recipients. */
export interface MailFate {
  /** `local@domain`. */
  readonly address: string;
  readonly delivered: boolean;
  /** RFC 3463. */
  readonly status: string;
}

/** What the envelope of an invitation is called (RFC 3461 §4.4): by it the outbox tells whose copy it is about. */
export const envelopeOf = (item: number): string => `itip-${item}`;

/** Codes of RFC 6638 §3.2.9, by calendar user address, for one item. */
interface Told {
  readonly item: number;
  readonly codes: readonly (readonly [address: string, code: string])[];
}

/** Written down on the sender's copy; null where the mail is no invitation of ours. */
export function fateJob(envelope: string | null, fates: readonly MailFate[]): NewJob | null {
  const item = Number(/^itip-(\d{1,15})$/.exec(envelope ?? '')?.[1] ?? 0);
  if (item === 0 || fates.length === 0) return null;
  const told: Told = {
    item,
    codes: fates.map((fate) => [`mailto:${fate.address.toLowerCase()}`, codeOf(fate)]),
  };
  const key = `fate ${JSON.stringify(told)}`.slice(0, 1_000);
  return { kind: jobKind, key, payload: told, lane: `fates ${item}` };
}

/** RFC 3463 §3.2: there is nobody; §3.8: it is not wanted; else it could not be done. */
function codeOf({ delivered, status }: MailFate): string {
  if (delivered) return '1.2';
  if (/^5\.1\./.test(status)) return '3.7';
  return /^5\.7\./.test(status) ? '3.8' : '5.1';
}

export function readFate(payload: unknown): Told | null {
  if (typeof payload !== 'object' || payload === null) return null;
  const { item, codes } = payload as Record<string, unknown>;
  return typeof item === 'number' && Array.isArray(codes) ? { item, codes } : null;
}

/** Puts the codes where the organiser, or the attendee, sees them. What is written anew since then stays as it is. */
export async function takeFate(house: SchedulingHouse, account: number, told: Told): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await writeCodes(house, account, told);
    } catch (error) {
      const faster = error instanceof StoreError && error.reason === 'conflict';
      if (!faster || attempt === deliveryAttemptsMax) throw error;
    }
  }
}

async function writeCodes(house: SchedulingHouse, account: number, { item, codes }: Told): Promise<void> {
  const bytes = await house.collections.bytes(account, item);
  const kept = bytes && (await keptOf(house, account, indexOf(readKept(bytes)).uid));
  if (!kept || kept.item.id !== item) return;
  const self = await selfIn(house.accounts, account, [kept.object]);
  const role = roleIn(kept.object, self);
  if (role === null) return;
  const next = withStatus(kept.object, role === 'organizer' ? 'ATTENDEE' : 'ORGANIZER', new Map(codes));
  if (next !== kept.object) await keep(house, account, kept, next, { tag: 'keep' });
}
