import type { CollectionRow, NewJob } from '../../stores/collections/index.ts';
import type { Scene } from '../../webdav/index.ts';
import type { SchedulingHooks } from '../house.ts';
import { removalJobsMax } from '../limits.ts';

/** A calendar goes with all that is in it: what would follow from the removal of each follows (RFC 6638 §3.2.1.3). */
export async function leavingAll(
  scheduling: SchedulingHooks,
  scene: Scene,
  collection: CollectionRow,
): Promise<readonly NewJob[]> {
  const { collections } = scene.house;
  const { account, id } = collection;
  const jobs: NewJob[] = [];
  for await (const page of collections.items(account, id)) {
    for (const item of page) {
      if (item.scheduleTag === '') continue;
      const own = await scheduling.leaving({ scene, collection, item, options: { visit: scene.visit } });
      if (jobs.length + own.length <= removalJobsMax) jobs.push(...own);
      else await collections.remove(account, id, item.name, { jobs: own });
    }
  }
  return jobs;
}
