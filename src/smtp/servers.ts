import type { Accounts } from '../accounts/index.ts';
import { type Clock, systemClock } from '../base/index.ts';
import type { Connection, Resolver } from '../net/index.ts';
import type { Log, Metrics } from '../observability/index.ts';
import type { MailWriter } from '../stores/mail/index.ts';
import type { OutboxWriter } from '../stores/outbox/index.ts';
import type { Senders } from '../stores/senders/index.ts';
import type { Checks } from './checks/index.ts';
import { type HearOfArrival, heardSafely } from './delivery/arrival.ts';
import { DeliveryMemory } from './delivery/memory.ts';
import type { TakeInvitation } from './delivery/take-invitation.ts';
import { inboundDoor } from './inbound/door.ts';
import { createGuards } from './inbound/guards/index.ts';
import { lmtpDoor } from './lmtp/door.ts';
import { smtpCounters } from './metrics.ts';
import type { Intake } from './reports/index.ts';
import { Session } from './session/session.ts';
import type { Door, Services } from './session/types.ts';
import type { SmtpSettings } from './settings.ts';
import type { Signer, Srs } from './signing/index.ts';
import { submissionDoor } from './submission/door.ts';
import { encodeReply, reply } from './wire/reply.ts';

export interface SmtpOptions {
  readonly mail: MailWriter;
  readonly accounts: Accounts;
  /** Takes mail for others. */
  readonly outbox: OutboxWriter;
  /** The one of the process; whoever made it closes it. */
  readonly resolver: Resolver;
  /** Who looks at mail from strangers; absent: nobody. */
  readonly checks?: Checks;
  /** Strangers who were asked to come again; without it nobody is greylisted. */
  readonly senders?: Senders;
  /** What signs members' mail; absent: nothing. */
  readonly signer?: Signer;
  /** What rewrites the senders of what is forwarded; absent: nothing. */
  readonly srs?: Srs;
  /** What reads reports of others; absent: they have no address here. */
  readonly intake?: Intake;
  /** What keeps calendars; absent: invitations are just mail. */
  readonly invitations?: TakeInvitation;
  /** Who hears of mail that came to members; absent: nobody. */
  readonly arrived?: HearOfArrival;
  readonly settings: SmtpSettings;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock?: Clock;
}

/** Handlers for `onConnection` of net's listeners; each resolves when its session is over and never rejects. */
export interface SmtpServers {
  handleInbound(connection: Connection): Promise<void>;
  handleSubmission(connection: Connection): Promise<void>;
  handleLmtp(connection: Connection): Promise<void>;
  /** The words for a client that a listener refuses (net's `refusal`): RFC 5321 §3.1 lets 421 stand for a greeting. */
  refusal(): string;
  /** Idle sessions are told 421, others after their transaction; resolves when none is left. */
  drain(): Promise<void>;
}

export function createSmtpServers(options: SmtpOptions): SmtpServers {
  const { settings, log } = options;
  const clock = options.clock ?? systemClock;
  const services: Services = {
    mail: options.mail,
    accounts: options.accounts,
    resolver: options.resolver,
    outbox: options.outbox,
    checks: options.checks ?? null,
    signer: options.signer ?? null,
    srs: options.srs ?? null,
    intake: options.intake ?? null,
    invitations: options.invitations ?? null,
    arrived: heardSafely(options.arrived, log),
    settings,
    memory: new DeliveryMemory(clock),
    counters: smtpCounters(options.metrics),
    log,
    clock,
  };
  const sessions = new Map<Session, Promise<void>>();
  let draining = false;
  const serve = async (connection: Connection, door: Door) => {
    const session = new Session(connection, door, services);
    if (draining) session.drain();
    connection.onDrain(() => session.drain());
    const over = session.run();
    sessions.set(session, over);
    await over;
    sessions.delete(session);
  };
  const guard = settings.guards
    ? createGuards({
        ...options,
        ...settings,
        settings: settings.guards,
        senders: options.senders ?? null,
        clock,
      })
    : () => null;
  const inbound = inboundDoor(settings, guard);
  return {
    handleInbound: (connection) => serve(connection, inbound),
    handleSubmission: (connection) => serve(connection, submissionDoor),
    handleLmtp: (connection) => serve(connection, lmtpDoor),
    refusal: () => encodeReply(reply(421, '4.7.0', 'Too many connections; come again later')),
    async drain() {
      draining = true;
      for (const session of sessions.keys()) session.drain();
      await Promise.all(sessions.values());
    },
  };
}
