import type { CollectionRow, Details } from '../../stores/collections/index.ts';
import {
  HomeResource,
  type PropertyChanges,
  type Resource,
  type Scene,
  splitChanges,
} from '../../webdav/index.ts';

/** A home is no collection that is kept: what its owner sets on it stands with the inbox, of which each has one. */
async function inboxOf({ house, account }: Scene): Promise<CollectionRow | null> {
  const rows = await house.collections.collections(account, 'calendars');
  return rows.find(({ kind }) => kind === 'inbox') ?? null;
}

/** Default alarms of all calendars of a member, where a calendar has none of its own (draft-daboo-caldav-default-alarms §4). */
export async function homeAlarms(resource: Resource): Promise<Details> {
  if (!(resource instanceof HomeResource) || resource.scene.right !== 'own') return {};
  return (await inboxOf(resource.scene))?.details ?? {};
}

export async function patchHomeAlarms(scene: Scene, changes: PropertyChanges): Promise<void> {
  // The first look at a home makes the inbox.
  await new HomeResource(scene, []).rows();
  const inbox = await inboxOf(scene);
  if (inbox === null) return;
  const { details } = splitChanges(changes, inbox.details);
  await scene.house.collections.changeCollection(inbox.account, inbox.id, { details });
}
