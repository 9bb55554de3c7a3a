import type { Collection, LiveProperty, Resource } from '../types.ts';
import { davProperty } from './live.ts';

const hasQuota = (resource: Resource): resource is Collection =>
  resource.isCollection && (resource as Collection).quota !== undefined;

/** RFC 4331; DAV:allprop leaves them out (§2). What has no limit has no DAV:quota-available-bytes. */
export const quotaProperties: readonly LiveProperty[] = [
  davProperty('quota-available-bytes', '4331 §3', (resource) => bytesOf(resource, 'available'), {
    on: hasQuota,
  }),
  davProperty('quota-used-bytes', '4331 §4', (resource) => bytesOf(resource, 'used'), { on: hasQuota }),
];

/** Two properties of one folder, one question. */
const asked = new WeakMap<Resource, ReturnType<NonNullable<Collection['quota']>>>();

async function bytesOf(resource: Resource, which: 'available' | 'used'): Promise<string | undefined> {
  const asking = asked.get(resource) ?? (hasQuota(resource) ? resource.quota?.() : undefined);
  if (asking) asked.set(resource, asking);
  const quota = await asking;
  const bytes = quota?.[which] ?? null;
  return bytes === null ? undefined : String(Math.max(0, bytes));
}
