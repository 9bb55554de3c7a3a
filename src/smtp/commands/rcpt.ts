import type { Resolution } from '../../accounts/index.ts';
import { FormatError, StoreError } from '../../base/index.ts';
import { recipientsMax } from '../limits.ts';
import { replies, replyOfReason } from '../replies.ts';
import type { Session } from '../session/session.ts';
import type { Command, LocalTarget, RcptOptions, Transaction } from '../session/types.ts';
import { AddressError, type Path, parsePath, splitPath } from '../wire/path.ts';
import { isPermanent, type Reply, reply } from '../wire/reply.ts';
import { readParameters } from './parameters.ts';

/** RFC 5321 §4.1.1.3: a recipient is verified here, so that nothing is accepted that cannot be delivered. */
export const rcpt: Command = {
  verb: 'RCPT',
  rfc: 5321,
  help: 'RCPT TO:<address> [parameters]: name a recipient',
  run: async (session, argument) => {
    const { transaction } = session;
    if (transaction === null) return replies.noMail;
    // RFC 3030 §2: the recipients are those named before the first chunk.
    if (transaction.chunks !== null) return replies.chunksBegun;
    const answer = await accept(session, transaction, argument);
    const outcome = answer.code < 400 ? 'accepted' : isPermanent(answer) ? 'refused' : 'deferred';
    session.services.counters.recipients(session.door.name, outcome).inc();
    return answer;
  },
};

async function accept(session: Session, transaction: Transaction, argument: string): Promise<Reply> {
  // RFC 5321 §4.5.3.1.10
  if (transaction.recipients.length >= recipientsMax) {
    return reply(452, '4.5.3', `At most ${recipientsMax} recipients for one message`);
  }
  const options: RcptOptions = { notify: [], orcpt: null };
  const path = readRecipient(session, transaction, argument, options);
  if ('code' in path) return path;
  const returning = await bounceTo(session, transaction, path);
  if ('code' in returning) return returning;
  const resolution = await resolve(session, returning.address);
  if ('code' in resolution) return resolution;
  const onward = returning !== path && resolution.kind === 'foreign';
  const isKnown =
    onward ||
    resolution.kind === 'local' ||
    resolution.kind === 'disabled' ||
    (resolution.kind === 'unknown' && isForIntake(session, path));
  const refusal =
    (await session.guard?.rcpt(path.address, isKnown, () => session.flush())) ??
    (onward
      ? placeOnward(transaction, { path, to: returning.address, options })
      : await place(session, transaction, returning, options, resolution));
  return refusal ?? reply(250, '2.1.5', 'Recipient accepted');
}

/** An alias that leads to too many is the operator's to mend; until then the sender may come again. */
async function resolve(session: Session, address: string): Promise<Resolution | Reply> {
  try {
    return await session.services.accounts.resolve(address);
  } catch (error) {
    if (!(error instanceof StoreError) || error.reason !== 'limit') throw error;
    session.log.warn('smtp address leads to too many', { reason: error.message });
    return reply(452, '4.5.3', 'The address leads to more people than this server follows; try again later');
  }
}

function readRecipient(
  session: Session,
  transaction: Transaction,
  argument: string,
  options: RcptOptions,
): Path | Reply {
  try {
    const { path, rest } = splitPath('TO', argument);
    // RFC 5321 §4.1.1.3: postmaster needs no domain.
    const bare = path.toLowerCase() === 'postmaster';
    const recipient = parsePath(bare ? `postmaster@${session.services.settings.domain}` : path);
    if (recipient.mailbox === null) return reply(501, '5.1.3', 'The recipient address is empty');
    const refusal = readParameters(session, rest, session.dispatch.rcptParameters, options);
    if (refusal) return refusal;
    return recipient.international && !transaction.options.utf8 ? replies.needUtf8 : recipient;
  } catch (error) {
    if (error instanceof AddressError) return reply(501, '5.1.3', `Bad recipient address: ${error.message}`);
    if (error instanceof FormatError) return reply(501, '5.5.2', `RCPT ${error.message}`);
    throw error;
  }
}

function placeOnward(
  transaction: Transaction,
  { path, to, options }: { readonly path: Path; readonly to: string; readonly options: RcptOptions },
): null {
  transaction.recipients.push({ address: path.address, options, targets: [], others: [to] });
  return null;
}

/** A rewritten sender (SRS) leads back to who it was, and nothing but bounces may go there: it is no open door. */
async function bounceTo(session: Session, transaction: Transaction, path: Path): Promise<Path | Reply> {
  const { srs, accounts } = session.services;
  if (srs === null || !path.mailbox || !(await accounts.isLocalDomain(path.mailbox.domain))) return path;
  const target = srs.reverse(path.address);
  if (target.kind === 'none') return path;
  if (target.kind === 'invalid') return reply(550, '5.1.1', 'This address was not made here, or is too old');
  if (transaction.sender.address !== '') return reply(550, '5.7.1', 'This address takes bounces alone');
  return parsePath(target.address);
}

/** Reports of others are read by the server, where nobody has their address. */
function isForIntake({ door, services }: Session, { address }: Path): boolean {
  return door.privilege === null && services.intake?.takes(address) === true;
}

async function place(
  session: Session,
  transaction: Transaction,
  path: Path,
  options: RcptOptions,
  resolution: Resolution,
): Promise<Reply | null> {
  switch (resolution.kind) {
    case 'unknown':
      if (!isForIntake(session, path)) return reply(550, '5.1.1', `There is no ${path.address} here`);
      transaction.recipients.push({ address: path.address, options, targets: [], others: [] });
      return null;
    case 'disabled':
      return replyOfReason.disabled;
    case 'foreign':
      return session.door.foreign(session, transaction, path, options);
    case 'local':
      return placeLocal(session, transaction, path, options, resolution);
  }
}

async function placeLocal(
  session: Session,
  transaction: Transaction,
  path: Path,
  options: RcptOptions,
  resolution: Extract<Resolution, { kind: 'local' }>,
): Promise<Reply | null> {
  // RFC 4865 §4: what waits for its time waits in the outbox, for members too; each is named once, by the own address.
  if ((transaction.options.notBeforeMs ?? 0) > session.services.clock.nowMs()) {
    const all = resolution.recipients.map(({ address }) => address);
    transaction.recipients.push({ address: path.address, options, targets: [], others: all });
    return null;
  }
  const targets: LocalTarget[] = [];
  const others: string[] = [];
  for (const recipient of resolution.recipients) {
    if (recipient.kind === 'member') targets.push(recipient);
    else others.push(recipient.address);
  }
  for (const target of targets) {
    const full = await quotaRefusal(session, target.account, transaction.options.size ?? 0);
    if (full) return full;
  }
  transaction.recipients.push({ address: path.address, options, targets, others });
  return null;
}

// A full mailbox may be emptied, so the sender tries again; a message larger than all of it never fits.
async function quotaRefusal(session: Session, account: number, size: number): Promise<Reply | null> {
  const { used, limit } = await session.services.mail.quota(account);
  if (limit === null || used + Math.max(size, 1) <= limit) return null;
  return size > limit
    ? reply(552, '5.2.2', 'The message is larger than the whole mailbox')
    : replyOfReason['over-quota'];
}
