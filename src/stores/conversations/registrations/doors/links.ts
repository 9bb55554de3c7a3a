import { randomToken, StoreError } from '../../../../base/index.ts';
import { registrationsOperations as operations } from '../module.ts';
import type { Invites, Uploads } from '../types.ts';
import { demandBytes, hashOf, type Over, pages } from './checks.ts';

export function invites({ database, clock, most }: Over): Invites {
  return {
    async create(invite) {
      if (!(Number.isSafeInteger(invite.uses) && invite.uses > 0 && invite.uses <= most.inviteUsesMax))
        throw new StoreError('invalid', `an invitation is for 1 to ${most.inviteUsesMax} uses`);
      demandBytes('an invitation', JSON.stringify(invite), most.inviteBytesMax);
      const token = randomToken(most.linkTokenBits);
      const id = await database.call(operations.addInvite, {
        ...invite,
        hash: hashOf(token),
        expires: invite.expiresMs,
        now: clock.nowMs(),
        most: most.invitesPerCreatorMax,
      });
      return { token, id };
    },
    peek: (token) => database.call(operations.findInvite, { hash: hashOf(token), now: clock.nowMs() }),
    take: (token, kind) =>
      database.call(operations.takeInvite, { hash: hashOf(token), kind, now: clock.nowMs() }),
    giveBack: (token) => database.call(operations.giveBackInvite, { hash: hashOf(token) }),
    of: (creator) => database.call(operations.invitesOf, { creator, now: clock.nowMs() }),
    revoke: (creator, id) => database.call(operations.revokeInvite, { creator, id }),
  };
}

export function uploads({ database, clock, most }: Over): Uploads {
  return {
    async open(account, { name, size, type, expiresMs: expires }) {
      if (!(Number.isSafeInteger(size) && size >= 0))
        throw new StoreError('invalid', 'the size of a file is a whole number of bytes');
      demandBytes("a file's name", name, most.uploadTextBytesMax);
      demandBytes("a file's type", type, most.uploadTextBytesMax);
      const [put, get] = [randomToken(most.linkTokenBits), randomToken(most.linkTokenBits)];
      const id = await database.call(operations.openUpload, {
        ...{ account, name, size, type, expires },
        ...{ putHash: hashOf(put), getHash: hashOf(get) },
        now: clock.nowMs(),
        openMost: most.openSlotsPerAccountMax,
        keptMost: most.uploadsPerAccountMax,
      });
      return { id, put, get };
    },
    byPut: (token) => database.call(operations.uploadByPut, { hash: hashOf(token), now: clock.nowMs() }),
    byGet: (token) => database.call(operations.uploadByGet, { hash: hashOf(token), now: clock.nowMs() }),
    begin: (id) =>
      database.call(operations.stepUpload, { id, from: 'open', to: 'taking', now: clock.nowMs() }),
    landed: (id, { file, sha256, expiresMs: expires }) =>
      database.call(operations.landUpload, { id, file, sha256, expires }),
    failed: (id) => database.call(operations.uploadFailed, { id }),
    of: (account) =>
      pages((after) => database.call(operations.uploadsAfter, { account, after, now: clock.nowMs() }), {
        start: 0,
        keyOf: ({ id }) => id,
        most: most.pageRowsMax,
      }),
    forgetFile: (account, file) => database.call(operations.forgetFile, { account, file }),
    over: () => database.call(operations.uploadsOver, { now: clock.nowMs() }),
    forget: (ids) => database.call(operations.forgetUploads, { ids }),
  };
}
