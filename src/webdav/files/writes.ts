import { StoreError } from '../../base/index.ts';
import {
  type By,
  type FileNode,
  guestPrincipal,
  type Place,
  type Put,
  type PutOptions,
} from '../../stores/files/index.ts';
import type { Content, Visit, WriteOptions } from '../types.ts';
import { checksumOf, checksumText, verified } from './checksums.ts';
import { expectOf } from './etags.ts';
import type { Scene } from './house.ts';
import { askedFirstBytesMin } from './limits.ts';
import { demandStill } from './still.ts';

export function byOf({ visitor, tokens }: Visit): By {
  if (visitor.kind === 'member') return { member: visitor.member.id, tokens };
  return { member: 0, principal: guestPrincipal(visitor.token), tokens };
}

/** A lock of somebody else is not named by their path of it: what they call things is nobody's business. */
export async function discreetly<T>({ visit }: Pick<Scene, 'visit'>, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'locked') throw error;
    const { visitor } = visit;
    const home = visitor.kind === 'member' ? ['files', visitor.handle] : [];
    if (
      home.length > 0 &&
      String(error.details.root).startsWith(visit.href({ path: home, isCollection: true }))
    )
      throw error;
    throw new StoreError('locked', error.message);
  }
}

/** What programs send that do not know what it is. */
const meaningless = new Set(['application/octet-stream', 'application/x-www-form-urlencoded', '']);

function typeOf({ type }: Content): { readonly type?: string } {
  if (type === null) return {};
  return meaningless.has(type.split(';')[0]?.trim().toLowerCase() ?? '') ? {} : { type };
}

/** What will be judged by a later write is judged before the first: where it is refused, nothing has happened yet. */
export async function demandFree(
  { house, visit }: Pick<Scene, 'house' | 'visit'>,
  account: number,
  node: number,
): Promise<void> {
  const { member, principal: by = member, tokens } = byOf(visit);
  const locks = await house.files.locksOn(account, node);
  const [some] = locks;
  if (!some || locks.some(({ token, principal }) => principal === by && tokens.includes(token))) return;
  await discreetly({ visit }, Promise.reject(new StoreError('locked', 'it is locked', { root: some.root })));
}

/** Of a large body: what somebody else has locked is refused before it comes. The write judges that again. */
async function demandUnlocked(
  scene: Scene,
  { account, folder }: Place,
  { length }: Content,
  visit: Visit,
  existing?: FileNode,
): Promise<void> {
  if (length !== null && length < askedFirstBytesMin) return;
  await demandFree({ house: scene.house, visit }, account, existing?.id ?? folder);
}

/** Gives a place a new content; a checksum that the client sent along must be that of the bytes. */
export async function store(
  scene: Scene,
  place: Place,
  content: Content,
  { visit, seen }: WriteOptions,
  /** What it takes the place of. */
  existing?: FileNode,
): Promise<Put> {
  const { files } = scene.house;
  const checksum = checksumOf(visit);
  const body = verified(content.body, checksum);
  await demandUnlocked(scene, place, content, visit, existing);
  const staged = await files.stage(place.account, body, content.length, existing?.size ?? 0);
  try {
    await demandStill(scene, place, existing);
    const options: PutOptions = {
      by: byOf(visit),
      ...expectOf(seen),
      ...typeOf(content),
      ...(content.modifiedMs === null ? {} : { modifiedMs: content.modifiedMs }),
      ...(checksum ? { checksum: checksumText(checksum) } : {}),
    };
    return await discreetly(scene, files.put(place, staged, options));
  } finally {
    staged.release();
  }
}
