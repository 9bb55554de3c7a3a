import { StoreError } from '../../base/index.ts';
import { DavError } from '../errors.ts';
import { byOf, demandStill, discreetly, FileEntry, FolderEntry } from '../files/index.ts';
import type { Exchange } from '../types.ts';
import { aboutOf, isPartial } from './about.ts';
import { type Goal, goalOf, readMetadata } from './metadata.ts';
import type { UploadHouse, UploadPlace } from './space.ts';

/** The folder that the file goes into. DavError 403, 405, 409. */
export async function targetOf(exchange: Exchange, handle: string, goal: Goal): Promise<FolderEntry> {
  const found = await exchange.find(['files', handle, ...goal.folder, goal.name]);
  const { parent, resource } = found;
  if (!(parent instanceof FolderEntry)) {
    const isOther = parent !== null || goal.folder.length === 0;
    throw new DavError(isOther ? 403 : 409, 'there is no folder that it could go into');
  }
  if (resource !== null && !(resource instanceof FileEntry)) throw new DavError(405, 'a folder is there');
  if (resource) exchange.demand(resource, 'write-content');
  else exchange.demand(parent, 'bind');
  return parent;
}

/** Uploads that are becoming files, of each house. */
const underWay = new WeakMap<UploadHouse, Map<string, Promise<void>>>();

/**
 * All has arrived: it becomes a file, whole, and the upload is done; one that is a part of another waits for that. Whoever
 * asks meanwhile waits for the same.
 */
export async function finish(exchange: Exchange, house: UploadHouse, place: UploadPlace): Promise<void> {
  if (place.upload.done || isPartial(place.upload)) return;
  const those = underWay.get(house) ?? new Map<string, Promise<void>>();
  underWay.set(house, those);
  const key = `${place.account} ${place.upload.id}`;
  const begun = those.get(key);
  if (begun) return begun;
  const work = makeFile(exchange, house, place).finally(() => those.delete(key));
  those.set(key, work);
  return work;
}

async function makeFile(exchange: Exchange, house: UploadHouse, place: UploadPlace): Promise<void> {
  const { account, handle } = place;
  const { uploads } = house;
  // Somebody else may have asked before.
  const upload = await uploads.upload(account, place.upload.id);
  if (upload?.done) return;
  const goal = goalOf(readMetadata(aboutOf(place.upload).metadata));
  await putTogether(exchange, house, { account, handle, goal, ids: [place.upload.id] });
  await uploads.finish(account, place.upload.id, place.upload.offset);
}

/** A file of one upload, or of several, one behind the other. */
export async function putTogether(
  exchange: Exchange,
  { house, uploads }: UploadHouse,
  {
    account,
    handle,
    goal,
    ids,
  }: {
    readonly account: number;
    readonly handle: string;
    readonly goal: Goal;
    readonly ids: readonly string[];
  },
): Promise<void> {
  const folder = await targetOf(exchange, handle, goal);
  const staged = await uploads.assemble(account, ids);
  try {
    const at = folder.place(goal.name);
    await demandStill(folder.scene, at);
    const put = house.files.put(at, staged, {
      by: byOf(exchange.visit),
      ...(goal.type === null ? {} : { type: goal.type }),
      ...(goal.modifiedMs === null ? {} : { modifiedMs: goal.modifiedMs }),
    });
    await discreetly(exchange, put);
  } catch (error) {
    if (error instanceof StoreError && error.reason === 'exists')
      throw new DavError(409, 'a folder is there');
    throw error;
  } finally {
    staged.release();
  }
}
