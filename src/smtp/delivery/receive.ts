import { randomToken } from '../../base/index.ts';
import { spoolBytesMax, traceBytesMax } from '../limits.ts';
import { replies } from '../replies.ts';
import { type Content, Refusal, splitHeader } from '../session/content.ts';
import { Gathered } from '../session/gathered.ts';
import type { Session } from '../session/session.ts';
import type { AcceptedRecipient, Transaction } from '../session/types.ts';
import { isSuccess, type Reply, reply } from '../wire/reply.ts';
import { deliverLocally, type Outcomes } from './deliver.ts';
import { deliveryKey } from './memory.ts';
import { receivedField, returnPathField } from './trace.ts';

/** What became of a message: for each recipient its own reply, in the order they were named. */
export interface Verdict {
  readonly perRecipient: readonly Reply[];
  readonly id: string;
  readonly bytes: number;
  readonly hash: string;
}

/**
 * Takes the content of a transaction to where it belongs: header checked and completed, bytes made durable once,
 * sent to the relay while they arrive, then given to each member. Resolves only when all of it is decided.
 * Throws Refusal (whole message), Interrupted, or StoreError when the bytes could not be stored.
 */
export async function receive(
  session: Session,
  transaction: Transaction,
  content: Content,
): Promise<Verdict> {
  const id = randomToken(80);
  const pieces = content.pieces();
  const { header, body } = await splitHeader(pieces);
  const verdict = await session.door.header(session, transaction, header);
  if ('refuse' in verdict) throw new Refusal(verdict.refuse);
  const head = Buffer.concat([Buffer.from(receivedField(session, transaction, id)), verdict.header]);
  const stream = sendOn(transaction, head, body, pieces);
  const accounts = accountsOf(transaction);
  const staged = accounts.length > 0 ? await stage(session, transaction, stream) : await exhaust(stream);
  const hash = content.digest();
  const relayed = await finishRelay(session, transaction, hash);
  let outcomes: Outcomes = new Map();
  if (staged && !isSuccess(relayed)) session.services.mail.discard(staged.blob);
  else if (staged) outcomes = await deliverLocally(session, transaction, accounts, staged, hash);
  const perRecipient = transaction.recipients.map((recipient) => replyFor(recipient, outcomes, relayed));
  remember(session, transaction, { hash, outcomes, relayed, perRecipient });
  return { perRecipient, id, bytes: content.bytes, hash };
}

/**
 * Where some have the message and the sender is asked to come again, or did not hear us, those who have it are
 * remembered; once all have it they are forgotten, so that the same words may be sent once more.
 */
function remember(
  session: Session,
  transaction: Transaction,
  done: { hash: string; outcomes: Outcomes; relayed: Reply; perRecipient: readonly Reply[] },
): void {
  const places: (number | string)[] = [];
  for (const [account, failure] of done.outcomes) if (failure === null) places.push(account);
  if (isSuccess(done.relayed)) places.push(...relayedTo(transaction));
  const { memory } = session.services;
  const again = !session.door.lmtp && !done.perRecipient.every(isSuccess);
  const unheard = session.connection.stream.destroyed;
  for (const place of places) {
    const key = deliveryKey(done.hash, transaction.sender.address, place);
    if (again || unheard) memory.add(key);
    else memory.forget(key);
  }
}

function relayedTo(transaction: Transaction): string[] {
  return transaction.recipients.flatMap(({ relayed }) => relayed);
}

function accountsOf(transaction: Transaction): number[] {
  const accounts = transaction.recipients.flatMap(({ targets }) => targets.map(({ account }) => account));
  // HOUSE: fan-out goes in id order.
  return [...new Set(accounts)].sort((a, b) => a - b);
}

/** The message after our additions; the relay gets each piece before it goes on, and holds back a fast client. */
async function* sendOn(
  transaction: Transaction,
  head: Buffer,
  body: Buffer,
  rest: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer> {
  async function* whole(): AsyncGenerator<Buffer> {
    yield head;
    if (body.length > 0) yield body;
    yield* rest;
  }
  for await (const piece of whole()) {
    await transaction.relay?.write(piece);
    yield piece;
  }
}

type Staged = Awaited<ReturnType<Session['services']['mail']['stage']>>;

/** Small messages go to the store whole, large ones as they arrive. */
async function stage(
  session: Session,
  transaction: Transaction,
  stream: AsyncGenerator<Buffer>,
): Promise<Staged> {
  const { mail, settings } = session.services;
  const first = new Gathered();
  first.add(Buffer.from(returnPathField(transaction.sender.address)));
  let ended = false;
  while (first.length <= spoolBytesMax && !ended) {
    const next = await stream.next();
    if (next.done) ended = true;
    else first.add(next.value);
  }
  // Our own trace fields are not counted against the sender.
  const sizeMax = settings.messageBytesMax + traceBytesMax;
  if (ended) return mail.stage(first.whole(), sizeMax);
  async function* all(): AsyncGenerator<Buffer> {
    yield first.whole();
    yield* stream;
  }
  return mail.stage(all(), sizeMax);
}

async function exhaust(stream: AsyncIterable<Buffer>): Promise<null> {
  for await (const _ of stream);
  return null;
}

/** Ends the relay's transaction; its answer, or success where nothing is relayed. */
async function finishRelay(session: Session, transaction: Transaction, hash: string): Promise<Reply> {
  const { relay } = transaction;
  if (relay === null) return replies.ok;
  const { memory } = session.services;
  const keys = relayedTo(transaction).map((address) =>
    deliveryKey(hash, transaction.sender.address, address),
  );
  // A retry of a message that the relay has already: its transaction there is dropped, not repeated.
  if (keys.every((key) => memory.has(key))) return replies.ok;
  await session.flush();
  return relay.finish();
}

function replyFor(recipient: AcceptedRecipient, outcomes: Outcomes, relayed: Reply): Reply {
  if (!isSuccess(relayed)) return relayed;
  for (const { account } of recipient.targets) {
    const error = outcomes.get(account);
    if (error) return error;
  }
  return reply(250, '2.1.5', `Delivered to <${recipient.address}>`);
}
