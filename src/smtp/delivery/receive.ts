import { randomToken } from '../../base/index.ts';
import { createMimeParser } from '../../formats/mime/index.ts';
import { type Content, Refusal, splitHeader } from '../session/content.ts';
import type { Session } from '../session/session.ts';
import type { AcceptedRecipient, Findings, Transaction } from '../session/types.ts';
import { isSuccess, type Reply, reply } from '../wire/reply.ts';
import { withoutBinary } from './binary.ts';
import { deliverLocally, type Outcomes } from './deliver.ts';
import { deliveredToField } from './delivered-to.ts';
import { replyOfError } from './failure.ts';
import { deliveryKey } from './memory.ts';
import { sendReceipts } from './receipts.ts';
import { othersOf, sendOn } from './send-on.ts';
import { Spool } from './spool.ts';
import { takeInvitation } from './take-invitation.ts';
import { isIntake, takeReport } from './take-report.ts';
import { receivedField, returnPathField } from './trace.ts';

/** What became of a message: for each recipient its own reply, in the order they were named. */
export interface Verdict {
  readonly perRecipient: readonly Reply[];
  readonly id: string;
  readonly bytes: number;
  readonly hash: string;
}

/**
 * Takes the content of a transaction to where it belongs: header checked and completed, the whole looked at, bytes made
 * durable, then put into the outbox for others and given to each member. Resolves only when all of it is decided.
 * Throws Refusal (whole message), Interrupted, or StoreError when the bytes could not be stored.
 */
export async function receive(
  session: Session,
  transaction: Transaction,
  content: Content,
): Promise<Verdict> {
  const spool = new Spool(session.services.settings.spoolFolder);
  try {
    const findings = await read(session, transaction, content, spool);
    if (findings.refuse) throw new Refusal(findings.refuse);
    const id = randomToken(80);
    const hash = content.digest();
    const trace = findings.fields + receivedField(session, transaction, id);
    const head = deliveredToField(transaction) + findings.forwardFields + trace;
    const sentOn = await sendOn(session, transaction, { spool, head, hash });
    const outcomes = isSuccess(sentOn)
      ? await deliver(session, transaction, { spool, trace, hash, junk: findings.junk })
      : new Map();
    const reported = await takeReport(session, transaction, spool);
    const perRecipient = transaction.recipients.map((recipient) => {
      return reported !== null && isIntake(recipient) ? reported : replyFor(recipient, outcomes, sentOn);
    });
    remember(session, transaction, { hash, outcomes, sentOn, perRecipient });
    await sendReceipts(session, transaction, { spool, trace, junk: findings.junk, perRecipient });
    return { perRecipient, id, bytes: content.bytes, hash };
  } finally {
    await spool.close();
  }
}

const nothingFound: Findings = { refuse: null, fields: '', forwardFields: '', junk: false };

/** Reads the content to its end: checked, completed and looked at as it will be kept. */
async function read(
  session: Session,
  transaction: Transaction,
  content: Content,
  spool: Spool,
): Promise<Findings> {
  const pieces = content.pieces();
  const { header, body } = await splitHeader(pieces);
  const verdict = await session.door.header(session, transaction, header);
  if ('refuse' in verdict) throw new Refusal(verdict.refuse);
  const inspection = session.door.inspect?.(session, transaction) ?? null;
  const parser = transaction.options.body === 'BINARYMIME' ? createMimeParser() : null;
  // A stranger's signature is of the octets as they came, a member's of those that leave.
  const looksLater = parser !== null && session.door.privilege !== null;
  async function* kept(): AsyncGenerator<Buffer> {
    if ('header' in verdict) yield verdict.header;
    if (body.length > 0) yield body;
    yield* pieces;
  }
  try {
    for await (const piece of kept()) {
      if (!looksLater) await inspection?.write(piece);
      parser?.write(piece);
      await spool.add(piece);
    }
    if (parser) {
      await withoutBinary(spool, parser.end().root);
      transaction.options.body = '8BITMIME';
    }
    if (looksLater) for await (const piece of spool.pieces()) await inspection?.write(piece);
  } catch (error) {
    inspection?.abandon();
    throw error;
  }
  if (inspection === null) return nothingFound;
  const findings = await inspection.end();
  // A seal over octets that are other ones now would only break the chain.
  return parser !== null && !looksLater ? { ...findings, forwardFields: '' } : findings;
}

/**
 * Where some have the message and the sender is asked to come again, or did not hear us, those who have it are
 * remembered; once all have it they are forgotten, so that the same words may be sent once more.
 */
function remember(
  session: Session,
  transaction: Transaction,
  done: { hash: string; outcomes: Outcomes; sentOn: Reply; perRecipient: readonly Reply[] },
): void {
  const places: (number | string)[] = [];
  for (const [account, failure] of done.outcomes) if (failure === null) places.push(account);
  if (isSuccess(done.sentOn)) places.push(...othersOf(transaction));
  const { memory } = session.services;
  const again = !session.door.lmtp && !done.perRecipient.every(isSuccess);
  const unheard = session.connection.stream.destroyed;
  for (const place of places) {
    const key = deliveryKey(done.hash, transaction.sender.address, place);
    if (again || unheard) memory.add(key);
    else memory.forget(key);
  }
}

function accountsOf(transaction: Transaction): number[] {
  const accounts = transaction.recipients.flatMap(({ targets }) => targets.map(({ account }) => account));
  // HOUSE: fan-out goes in id order.
  return [...new Set(accounts)].sort((a, b) => a - b);
}

interface Whole {
  readonly spool: Spool;
  /** Header lines put above it. */
  readonly trace: string;
  readonly hash: string;
  readonly junk: boolean;
}

/** Small messages go to the store as one buffer, large ones as they are read back. */
async function deliver(session: Session, transaction: Transaction, whole: Whole): Promise<Outcomes> {
  const accounts = accountsOf(transaction);
  if (accounts.length === 0) return new Map();
  const { mail, settings } = session.services;
  const top = Buffer.from(returnPathField(transaction.sender.address) + whole.trace);
  const held = whole.spool.whole();
  async function* all(): AsyncGenerator<Buffer> {
    yield top;
    yield* whole.spool.pieces();
  }
  // What we add, trace fields and base64, is not counted against the sender.
  const sizeMax = Math.max(settings.messageBytesMax, whole.spool.length) + top.length;
  try {
    const staged = await mail.stage(held ? Buffer.concat([top, held]) : all(), sizeMax);
    const { root } = staged.parsed;
    const { spool, junk } = whole;
    await takeInvitation(session, transaction, accounts, { spool, root, before: top.length, junk });
    return await deliverLocally(session, transaction, accounts, { ...whole, staged });
  } catch (error) {
    // The outbox may have it already: that is remembered with this refusal, or each retry would send it again.
    const refusal = replyOfError(session, error);
    return new Map(accounts.map((account) => [account, refusal]));
  }
}

function replyFor(recipient: AcceptedRecipient, outcomes: Outcomes, sentOn: Reply): Reply {
  if (!isSuccess(sentOn)) return sentOn;
  for (const { account } of recipient.targets) {
    const error = outcomes.get(account);
    if (error) return error;
  }
  return reply(250, '2.1.5', `Delivered to <${recipient.address}>`);
}
