import { defineModule, first, run, type Script, texts } from '../../../storage/index.ts';
import { limits } from './limits.ts';
import { type RegistrationsQueries, registrationsQueries } from './queries.ts';
import * as clients from './scripts/clients.ts';
import * as links from './scripts/links.ts';
import * as queue from './scripts/queue.ts';
import { registrationsTables } from './tables.ts';

type Q = RegistrationsQueries;

const hourMs = 3_600_000;

/** One step; answers whether there is more. */
function* erase(q: Q, a: { account: number }): Script<boolean> {
  yield* run(q.pushesErase, a);
  yield* run(q.tokensErase, a);
  yield* run(q.devicesErase, a);
  yield* run(q.invitesErase, { creator: a.account });
  yield* run(q.uploadsErase, a);
  return yield* queue.eraseQueued(q, a);
}

function* purge(q: Q, a: { now: number }): Script<void> {
  yield* run(q.tokensDropOver, a);
  yield* run(q.invitesDropOver, a);
  yield* run(q.uploadsDropOver, { ...a, state: 'open' });
  // One that began in time may be slow.
  yield* run(q.uploadsDropOver, { now: a.now - limits.slowUploadHours * hourMs, state: 'taking' });
  yield* run(q.queuesDropEmpty, {});
}

/**
 * Since the backup tokens were taken back, invitations used up and stanzas sent: none of it may come true again. Members log
 * in with their passwords, and who sent what waited then is told that it did not arrive.
 */
function* restored(q: Q, _: { after: number; nowSeconds: number }): Script<{ next: number | null }> {
  yield* run(q.tokensForget, {});
  yield* run(q.invitesForget, {});
  yield* run(q.queuedEnd, {});
  return { next: null };
}

/** What the threads run for what clients, members and servers register. */
export const { module: registrationsModule, operations: registrationsOperations } = defineModule({
  name: 'conversation-registrations',
  tables: registrationsTables,
  queries: registrationsQueries,
  operations: ({ read, scan, write }) => ({
    enablePush: write(clients.enablePush),
    disablePush: write(clients.disablePush),
    settlePush: write(clients.settlePush),
    pushesOf: read(function* (q, a: { account: number }) {
      return yield* run(q.pushesOf, a);
    }),
    issueToken: write(clients.issueToken),
    findTokens: read(clients.findTokens),
    useToken: write(clients.useToken),
    revokeTokens: write(clients.revokeTokens),
    seenDevice: write(clients.seenDevice),
    devices: read(clients.devices),
    removeDevice: write(clients.removeDevice),
    retainClients: write(clients.retain),
    addInvite: write(links.addInvite),
    findInvite: read(function* (q, a: { hash: string; now: number }) {
      return first(yield* run(q.inviteFind, { ...a })) ?? null;
    }),
    takeInvite: write(links.takeInvite),
    giveBackInvite: write(function* (q, a: { hash: string }) {
      yield* run(q.inviteGiveBack, a);
    }),
    invitesOf: read(function* (q, a: { creator: number; now: number }) {
      return yield* run(q.invitesOf, { ...a });
    }),
    revokeInvite: write(function* (q, a: { creator: number; id: number }) {
      return (yield* run(q.inviteDrop, { ...a })).length > 0;
    }),
    openUpload: write(links.openUpload),
    uploadByPut: read(function* (q, a: { hash: string; now: number }) {
      return first(yield* run(q.uploadByPut, { ...a })) ?? null;
    }),
    uploadByGet: read(function* (q, a: { hash: string; now: number }) {
      return first(yield* run(q.uploadByGet, { ...a })) ?? null;
    }),
    stepUpload: write(links.stepUpload),
    uploadFailed: write(function* (q, a: { id: number }) {
      yield* run(q.uploadStep, { ...a, from: 'taking', to: 'open' });
    }),
    landUpload: write(links.landUpload),
    uploadsAfter: read(function* (q, a: { account: number; after: number; now: number }) {
      return yield* run(q.uploadsAfter, { ...a });
    }),
    forgetFile: write(function* (q, a: { account: number; file: string }) {
      yield* run(q.uploadDropFile, { ...a });
    }),
    uploadsOver: scan(function* (q, a: { now: number }) {
      return yield* run(q.uploadsOver, a);
    }),
    forgetUploads: write(links.forgetUploads),
    append: write(queue.append),
    next: read(queue.next),
    dropUpTo: write(queue.dropUpTo),
    dropQueued: write(queue.drop),
    queuedOver: scan(function* (q, a: { now: number }) {
      return yield* run(q.queuedOver, { ...a, max: limits.pageRowsMax });
    }),
    queues: read(function* (q, a: { after: string }) {
      return yield* run(q.queuesAfter, a);
    }),
    queueOldest: read(function* (q, _: Record<string, never>) {
      return first(yield* run(q.queuedOldest, {}))?.atMs ?? null;
    }),
    queueTotal: read(function* (q, _: Record<string, never>) {
      return first(yield* run(q.queueFind, { domain: '' })) ?? { rows: 0, bytes: 0 };
    }),
    setPolicy: write(queue.setPolicy),
    dropPolicy: write(queue.dropPolicy),
    findPolicies: read(function* (q, a: { domains: readonly string[] }) {
      return yield* run(q.policiesFind, { domains: texts(a.domains) });
    }),
    policiesAfter: read(function* (q, a: { after: string }) {
      return yield* run(q.policiesAfter, a);
    }),
    replacePolicies: write(queue.replacePolicies),
    erase: write(erase),
    purge: write(purge),
    check: scan(queue.check),
    repair: write(queue.repair),
    restored: write(restored),
  }),
  integrity: (operations) => ({
    checks: [operations.check],
    repair: operations.repair,
    restored: operations.restored,
  }),
});
