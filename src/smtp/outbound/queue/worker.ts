import type { Clock } from '../../../base/index.ts';
import type { Log } from '../../../observability/index.ts';
import type {
  Answer,
  Claimed,
  Lane,
  LaneNews,
  Outbox,
  QueuedMessage,
  QueuedRecipient,
  RowOutcome,
} from '../../../stores/outbox/index.ts';
import { type Fate, finding, type Line } from '../courier/index.ts';
import { type Action, type Notices, type Told, wants } from '../notices/index.ts';
import { backoffMs } from './backoff.ts';
import { linesPerWorkerMax } from './limits.ts';
import type { Asked, Lines } from './lines.ts';
import type { LocalDelivery } from './local.ts';
import type { QueueCounters } from './metrics.ts';
import type { Settler } from './settler.ts';

/** What became of a message for one recipient, for good. */
export interface Decided {
  readonly address: string;
  readonly delivered: boolean;
  /** RFC 3463. */
  readonly status: string;
}

/**
 * Hears what became of a message before that is settled; once more where that could not be written down. What it throws is
 * tried again where the stores are away.
 */
export type HearOfMail = (message: QueuedMessage, fates: readonly Decided[]) => Promise<void>;

/** What workers share. */
export interface Workshop {
  readonly outbox: Outbox;
  readonly lines: Lines;
  readonly local: LocalDelivery;
  readonly notices: Notices;
  readonly heard: HearOfMail | null;
  readonly settler: Settler;
  readonly counters: QueueCounters;
  readonly clock: Clock;
  readonly log: Log;
  /** The queue ends: finish the transaction, leave the rest. */
  readonly stopping: () => boolean;
}

/** Brings what was claimed of one destination on its way; every row is settled when it resolves. */
export async function work(shop: Workshop, lane: Lane): Promise<void> {
  let local: boolean;
  try {
    local = await shop.local.isLocal(lane.domain);
  } catch (error) {
    shop.log.error('queue worker failed', { error });
    for (const claimed of lane.claimed) await settleAll(shop, claimed, ourFault);
    return;
  }
  if (local) await workLocally(shop, lane);
  else await new LaneWork(shop, lane).run();
}

async function workLocally(shop: Workshop, lane: Lane): Promise<void> {
  for (const claimed of lane.claimed) {
    const fates = new Map<number, Fate>();
    for (const recipient of claimed.recipients) {
      const fate = await shop.local.deliver(claimed.message, recipient).catch((error: unknown) => {
        shop.log.error('queue worker failed', { error });
        return ourFault;
      });
      fates.set(recipient.n, fate);
    }
    await settle(shop, claimed, fates);
  }
}

/** A row that nobody settles stays claimed until the process ends: what throws is tried again later. */
const ourFault: Extract<Fate, { kind: 'deferred' }> = {
  kind: 'deferred',
  answer: finding('4.3.0', 'Something went wrong here'),
  unsure: false,
};

/** The same for all recipients of a message. */
function settleAll(shop: Workshop, claimed: Claimed, fate: Fate): Promise<void> {
  return settle(shop, claimed, new Map(claimed.recipients.map(({ n }) => [n, fate])));
}

/** Rows that were not tried, or that nobody at the destination can be reached; null: all rows are settled. */
type Left = Claimed | { readonly closed: Answer } | null;

class LaneWork {
  readonly #shop: Workshop;
  readonly #lane: Lane;
  /** Why no line is to be had for messages that ask something of TLS. */
  readonly #unserved = new Map<Asked, Answer>();
  /** Octets may be on their way. */
  #sending = false;
  #line: { readonly line: Line; readonly asked: Asked; sent: number } | null = null;
  /** Lines opened since a recipient was last decided. */
  #opened = 0;
  #known = false;

  constructor(shop: Workshop, lane: Lane) {
    this.#shop = shop;
    this.#lane = lane;
  }

  async run(): Promise<void> {
    const waiting = [...this.#lane.claimed];
    try {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        if (this.#shop.stopping()) {
          await this.#giveBack([next, ...waiting], null);
          return;
        }
        const left = await this.#carrySafely(next);
        if (left === null) continue;
        if ('closed' in left) {
          await this.#close([next, ...waiting], left.closed);
          return;
        }
        waiting.unshift(left);
      }
    } finally {
      this.#letGo();
    }
  }

  async #carrySafely(claimed: Claimed): Promise<Left> {
    try {
      return await this.#carry(claimed);
    } catch (error) {
      this.#shop.log.error('queue worker failed', { error, id: claimed.message.id });
      // Nobody knows what state its line is in.
      this.#line?.line.destroy();
      this.#letGo();
      await settleAll(this.#shop, claimed, { ...ourFault, unsure: this.#sending });
      this.#sending = false;
      return null;
    }
  }

  async #carry(claimed: Claimed): Promise<Left> {
    const { message, recipients } = claimed;
    const { asked, opened } = await this.#lineFor(message);
    if (opened.kind === 'never') {
      await settleAll(this.#shop, claimed, { kind: 'failed', answer: opened.answer });
      this.#opened = 0;
      return null;
    }
    if (opened.kind === 'later') {
      if (asked !== null && !this.#shop.stopping()) return this.#defer(claimed, opened.answer);
      return { closed: opened.answer };
    }
    const { line } = opened;
    this.#shop.counters.transaction();
    const content = () => this.#shop.outbox.content(message);
    this.#sending = true;
    const fates = await line.send({ message, recipients, content });
    this.#sending = false;
    if (this.#line) this.#line.sent++;
    const untried = recipients.filter(({ n }) => fates.get(n)?.kind === 'untried');
    const decided = recipients.filter((recipient) => !untried.includes(recipient));
    const news = this.#known ? undefined : this.#openNews();
    if (decided.length > 0) {
      await settle(this.#shop, { message, recipients: decided }, fates, news);
      this.#opened = 0;
    }
    if (!line.usable || this.#line?.asked !== asked) this.#letGo();
    return untried.length === 0 ? null : { message, recipients: untried };
  }

  /** What its sender asks of TLS says nothing of the destination: others go there all the same. */
  async #defer(claimed: Claimed, answer: Answer): Promise<null> {
    this.#unserved.set(claimed.message.options.tls, answer);
    await settleAll(this.#shop, claimed, { kind: 'deferred', answer, unsure: false });
    this.#opened = 0;
    return null;
  }

  /** The first time that a destination that was closed is reached again. */
  #openNews(): LaneNews | undefined {
    this.#known = true;
    return this.#lane.failures > 0 ? { domain: this.#lane.domain, closed: null } : undefined;
  }

  async #lineFor({ options }: QueuedMessage) {
    const asked = options.tls;
    if (this.#line && (this.#line.asked !== asked || !this.#line.line.usable)) this.#letGo();
    if (this.#line) return { asked, opened: { kind: 'line', line: this.#line.line } as const };
    const unserved = this.#unserved.get(asked);
    if (unserved) return { asked, opened: { kind: 'later', answer: unserved } as const };
    if (this.#opened++ >= linesPerWorkerMax) {
      const answer = { code: 0, status: '4.4.2', text: 'Connections broke again and again', host: '' };
      return { asked, opened: { kind: 'later', answer } as const };
    }
    const opened = await this.#shop.lines.open(this.#lane.domain, asked);
    if (opened.kind === 'line') this.#line = { line: opened.line, asked, sent: 0 };
    return { asked, opened };
  }

  #letGo(): void {
    if (this.#line === null) return;
    const { line, asked, sent } = this.#line;
    this.#line = null;
    this.#shop.lines.giveBack(this.#lane.domain, asked, line, sent);
  }

  /** Nobody there can be reached: the destination is put off, and its rows as they were. */
  async #close(claimed: readonly Claimed[], answer: Answer): Promise<void> {
    const [lane, shop] = [this.#lane, this.#shop];
    if (shop.stopping()) return this.#giveBack(claimed, null);
    shop.counters.unreachable();
    shop.log.info('destination not reached', { code: answer.status, attempts: lane.failures + 1 });
    const until = shop.clock.nowMs() + backoffMs(lane.failures + 1);
    await this.#giveBack(claimed, answer, { domain: lane.domain, closed: { until, answer } });
  }

  async #giveBack(claimed: readonly Claimed[], answer: Answer | null, lane?: LaneNews): Promise<void> {
    await this.#shop.settler.settle(async () => ({
      settlements: claimed.map(({ message, recipients }) => ({
        message: message.id,
        outcomes: recipients.map(({ n }) => ({ n, kind: 'returned', answer }) as const),
        notices: [],
      })),
      lane,
    }));
  }
}

/** Decides rows by their fates, with the notices that follow. */
export async function settle(
  shop: Workshop,
  { message, recipients }: Claimed,
  byNumber: ReadonlyMap<number, Fate>,
  lane?: LaneNews,
): Promise<void> {
  const outcomes: RowOutcome[] = [];
  const told: Told[] = [];
  const fates: Decided[] = [];
  for (const recipient of recipients) {
    const fate = byNumber.get(recipient.n);
    if (!fate) continue;
    if (fate.kind === 'delivered' || fate.kind === 'failed')
      fates.push({
        address: recipient.address,
        delivered: fate.kind === 'delivered',
        status: fate.answer.status,
      });
    const action = actionOf(fate);
    if (action !== null && wants(recipient, action)) told.push({ recipient, action, answer: fate.answer });
    outcomes.push(outcomeOf(shop, recipient, fate));
    shop.counters.outcome(fate);
    shop.log.info('mail attempt', {
      id: `${message.id}.${recipient.n}`,
      kind: message.kind,
      outcome: fate.kind,
      code: fate.answer.code === 0 ? fate.answer.status : fate.answer.code,
      attempt: recipient.attempts + 1,
      ...(fate.kind === 'deferred' && fate.unsure ? { reason: 'unsure' } : {}),
    });
  }
  await settleTold(shop, message, { outcomes, told, fates }, lane);
}

/** Notices are made anew where the database has to be asked again: a staged one is for one attempt. */
export async function settleTold(
  shop: Pick<Workshop, 'settler' | 'notices' | 'heard' | 'log' | 'counters'>,
  message: QueuedMessage,
  {
    outcomes,
    told,
    fates,
  }: {
    readonly outcomes: readonly RowOutcome[];
    readonly told: readonly Told[];
    readonly fates: readonly Decided[];
  },
  lane?: LaneNews,
): Promise<void> {
  await shop.settler.settle(async (withNotices) => {
    if (withNotices && fates.length > 0) await shop.heard?.(message, fates);
    const notice = withNotices ? await shop.notices.about(message, told) : null;
    return { settlements: [{ message: message.id, outcomes, notices: notice ? [notice] : [] }], lane };
  });
  if (told.length > 0 && message.sender === '')
    shop.log.info('mail dropped', { id: message.id, kind: message.kind, reason: 'nobody to tell' });
}

function actionOf(fate: Fate): Action | null {
  if (fate.kind === 'failed') return 'failed';
  // RFC 3461 §5.2.2: who takes the conditions takes the duty to tell.
  if (fate.kind !== 'delivered' || fate.dsn) return null;
  return fate.here ? 'delivered' : 'relayed';
}

function outcomeOf(shop: Workshop, { n, attempts }: QueuedRecipient, fate: Fate): RowOutcome {
  switch (fate.kind) {
    case 'delivered':
    case 'failed':
      return { n, kind: fate.kind };
    case 'untried':
      return { n, kind: 'returned', answer: fate.answer };
    case 'deferred': {
      const next = shop.clock.nowMs() + backoffMs(attempts + 1);
      return { n, kind: 'deferred', next, answer: fate.answer, unsure: fate.unsure };
    }
  }
}
