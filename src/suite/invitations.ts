import {
  arrivedJob,
  composeInvitation,
  envelopeOf,
  fateJob,
  type InvitationMail,
  isKnown,
  type SchedulingHouse,
  type SchedulingWorker,
  startSchedulingWorker,
} from '../caldav/index.ts';
import type { Rooms } from '../rooms/index.ts';
import type { HearOfMail, Signer, TakeInvitation } from '../smtp/index.ts';
import { schedulingHouse } from './calendars.ts';
import type { Observers } from './observers.ts';

/** Brings invitations to where they belong: to members here, and by the outbox to others. */
export function startInvitations(
  rooms: Rooms,
  signer: Signer,
  { log, metrics }: Observers,
  heard: NonNullable<SchedulingHouse['heard']>,
): SchedulingWorker {
  return startSchedulingWorker({
    ...schedulingHouse(rooms),
    heard,
    log: log.child({ protocol: 'caldav' }),
    metrics,
    send: (mail) => sendInvitation(rooms, signer, mail),
  });
}

/** Invitations that come by mail: kept as jobs before the mail is acknowledged. */
export function takeInvitations(
  { accounts: { accounts: all }, collections, settings }: Rooms,
  worker: SchedulingWorker,
): TakeInvitation {
  return async ({ accounts, author, bytes }) => {
    const { invitations } = settings.value.calendars;
    if (invitations === 'off') return;
    const job = arrivedJob(bytes, author);
    if (job === null) return;
    const everybody = invitations === 'everybody' || (await all.byAddress(author)) !== null;
    for (const account of accounts)
      if (everybody || (await isKnown(collections, account, job))) await collections.addJob(account, job);
    worker.wake();
  };
}

/** What became of invitations that went out by mail is told on the sender's copy. */
export function hearOfInvitations({ collections }: Rooms, worker: SchedulingWorker): HearOfMail {
  return async ({ account, options }, fates) => {
    const job = fateJob(options.envid, fates);
    if (job === null || account === 0) return;
    await collections.addJob(account, job);
    worker.wake();
  };
}

/** As a member's own mail: signed, counted to what they may send, bounced to them. */
async function sendInvitation(rooms: Rooms, signer: Signer, mail: InvitationMail): Promise<void> {
  const { outbox, accounts, clock, settings } = rooms;
  const { coop } = settings.value;
  const member = await accounts.accounts.member(mail.account);
  if (member === null) return;
  const { bytes, headerLength, utf8 } = composeInvitation(mail, {
    name: member.name,
    domain: coop.domain,
    language: coop.languages[0] ?? 'en',
    nowMs: clock.nowMs(),
  });
  const envid = mail.copy === null ? null : envelopeOf(mail.copy);
  const head = await signer.sign(bytes);
  // Last: only `enqueue` lets go of what was staged.
  const blob = await outbox.stage(bytes, Number.MAX_SAFE_INTEGER);
  await outbox.enqueue({
    account: mail.account,
    kind: 'submission',
    sender: mail.from,
    options: { body: utf8 ? '8BITMIME' : '7BIT', utf8, ret: 'HDRS', envid, tls: null },
    head,
    blob,
    headerLength,
    recipients: mail.to.map((address) => ({ address, notify: [], orcpt: null })),
  });
}
