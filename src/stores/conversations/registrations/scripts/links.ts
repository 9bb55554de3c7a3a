import { StoreError } from '../../../../base/index.ts';
import { first, numbers, one, run, type Script } from '../../../../storage/index.ts';
import { limits } from '../limits.ts';
import type { RegistrationsQueries } from '../queries.ts';
import type { Invite, InviteKind, NewInvite, Upload, UploadState } from '../types.ts';

type Q = RegistrationsQueries;

export function* addInvite(
  q: Q,
  a: NewInvite & { hash: string; expires: number; now: number; most: number },
): Script<number> {
  const { creator, now, most } = a;
  const { rows } = one(yield* run(q.inviteCount, { creator, now }));
  if (Number(rows) >= most) throw new StoreError('limit', `at most ${most} invitations hold at one time`);
  return one(yield* run(q.inviteAdd, { ...a })).id;
}

export function* takeInvite(q: Q, a: { hash: string; kind: InviteKind; now: number }): Script<Invite> {
  const taken = first(yield* run(q.inviteTake, { ...a }));
  if (!taken) throw new StoreError('not-found', 'there is no such invitation, or it was used up');
  return taken;
}

interface NewSlot {
  readonly account: number;
  readonly putHash: string;
  readonly getHash: string;
  readonly name: string;
  readonly size: number;
  readonly type: string;
  readonly expires: number;
  readonly now: number;
  readonly openMost: number;
  readonly keptMost: number;
}

export function* openUpload(q: Q, a: NewSlot): Script<number> {
  const { openMost, keptMost, ...slot } = a;
  const counts = yield* run(q.uploadCounts, { account: a.account, now: a.now });
  const there = Number(counts.find(({ state }) => state === 'there')?.rows ?? 0);
  const open = counts.reduce((sum, { rows }) => sum + Number(rows), 0) - there;
  if (open >= openMost) throw new StoreError('limit', `at most ${openMost} files are waited for at one time`);
  if (there >= keptMost)
    throw new StoreError('limit', `an account keeps at most ${keptMost} files that were sent`);
  return one(yield* run(q.uploadAdd, slot)).id;
}

export function* stepUpload(
  q: Q,
  a: { id: number; from: UploadState; to: UploadState; now: number },
): Script<Upload> {
  const { id, from, to } = a;
  if (!first(yield* run(q.uploadById, { id, now: a.now })))
    throw new StoreError('not-found', 'there is no such slot, or it ended');
  const stepped = first(yield* run(q.uploadStep, { id, from, to }));
  if (!stepped) throw new StoreError('conflict', 'the file is there, or on its way');
  return stepped;
}

export function* landUpload(
  q: Q,
  a: { id: number; file: string; sha256: string; expires: number },
): Script<void> {
  if ((yield* run(q.uploadLand, { ...a })).length === 0)
    throw new StoreError('conflict', 'nobody was putting the file');
}

export function* forgetUploads(q: Q, a: { ids: readonly number[] }): Script<void> {
  for (let at = 0; at < a.ids.length; at += limits.stepRows)
    yield* run(q.uploadsDrop, { ids: numbers(a.ids.slice(at, at + limits.stepRows)) });
}
