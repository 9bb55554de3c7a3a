import { type Clock, Recent } from '../../../base/index.ts';
import type { Answer } from '../../../stores/outbox/index.ts';
import { type Courier, type Dialled, finding, type Line, type Passage } from '../courier/index.ts';
import type { Hop, Route, Router } from '../route/types.ts';
import {
  addressesPerOpenMax,
  badAddressesMax,
  badAddressMs,
  failedAddressMs,
  idleLineMs,
  messagesPerLineMax,
  openMs,
} from './limits.ts';

/** What the sender of a message asked about TLS: lines are for one kind. */
export type Asked = 'required' | 'optional' | null;

export type Opened =
  | { readonly kind: 'line'; readonly line: Line }
  /** Nothing will ever take it. */
  | { readonly kind: 'never'; readonly answer: Answer }
  /** Nobody could be reached, or everybody said no for now. */
  | { readonly kind: 'later'; readonly answer: Answer };

interface Kept {
  readonly line: Line;
  timer: NodeJS.Timeout | null;
}

interface Bad {
  readonly until: number;
  readonly answer: Answer;
}

interface Place {
  readonly hop: Hop;
  readonly address: string;
}

type Quest = Pick<Passage, 'domain' | 'asked' | 'signal'>;
type Hops = Extract<Route, { kind: 'hops' }>;

/**
 * Lines to destinations: found by route, opened in its order, kept a moment for the next message. Addresses that did not
 * answer are remembered and passed over while there are others.
 */
export class Lines {
  readonly #router: Router;
  readonly #courier: Courier;
  readonly #clock: Clock;
  readonly #linesMax: number;
  readonly #idle = new Map<string, Kept[]>();
  readonly #sent = new WeakMap<Line, number>();
  readonly #bad = new Recent<string, Bad>(badAddressesMax);
  readonly #all = new Set<Line>();
  readonly #ended = new AbortController();
  #dialling = 0;
  #closed = false;

  /** `linesMax` of them at once; an idle one makes room. */
  constructor(router: Router, courier: Courier, clock: Clock, linesMax: number) {
    this.#linesMax = linesMax;
    this.#router = router;
    this.#courier = courier;
    this.#clock = clock;
  }

  /** Lines that are open, in use or kept. */
  get count(): number {
    for (const line of this.#all) if (!line.usable) this.#all.delete(line);
    return this.#all.size;
  }

  /** A line that is kept for the destination, or a new one. Never rejects. */
  async open(domain: string, asked: Asked): Promise<Opened> {
    const kept = this.#take(`${domain} ${asked}`);
    if (kept) return { kind: 'line', line: kept };
    const route = await this.#router.route(domain);
    if (route.kind !== 'hops') {
      const answer = finding(route.status, route.reason);
      return { kind: route.kind, answer };
    }
    return this.#search(domain, asked, route);
  }

  /** The line has done what it was opened for. */
  giveBack(domain: string, asked: Asked, line: Line, messages: number): void {
    const sent = (this.#sent.get(line) ?? 0) + messages;
    this.#sent.set(line, sent);
    if (!line.usable) {
      this.#all.delete(line);
      return;
    }
    if (this.#closed || sent >= messagesPerLineMax) {
      this.#quit(line);
      return;
    }
    const key = `${domain} ${asked}`;
    const kept: Kept = { line, timer: null };
    kept.timer = setTimeout(() => {
      const list = this.#idle.get(key)?.filter((one) => one !== kept) ?? [];
      if (list.length > 0) this.#idle.set(key, list);
      else this.#idle.delete(key);
      this.#quit(line);
    }, idleLineMs);
    const list = this.#idle.get(key);
    if (list) list.push(kept);
    else this.#idle.set(key, [kept]);
  }

  /** Says goodbye on what is idle, opens nothing more; what is in use is left to `giveBack`. */
  close(): void {
    this.#closed = true;
    this.#ended.abort();
    for (const list of this.#idle.values()) {
      for (const { line, timer } of list) {
        if (timer) clearTimeout(timer);
        this.#quit(line);
      }
    }
    this.#idle.clear();
  }

  /** Hangs up everywhere: whoever sends hears that the line broke. */
  destroy(): void {
    this.close();
    for (const line of this.#all) line.destroy();
    this.#all.clear();
  }

  #makeRoom(): void {
    for (const [key, list] of this.#idle) {
      if (this.count + this.#dialling < this.#linesMax) return;
      for (const { line, timer } of list) {
        if (timer) clearTimeout(timer);
        this.#quit(line);
      }
      this.#idle.delete(key);
    }
  }

  #quit(line: Line): void {
    this.#all.delete(line);
    line.quit();
  }

  #take(key: string): Line | null {
    const list = this.#idle.get(key) ?? [];
    for (;;) {
      const kept = list.pop();
      if (list.length === 0) this.#idle.delete(key);
      if (!kept) return null;
      if (kept.timer) clearTimeout(kept.timer);
      if (kept.line.usable) return kept.line;
      this.#all.delete(kept.line);
    }
  }

  /** Hops in order, of each its addresses (RFC 5321 §5.1), within `openMs`. */
  async #search(domain: string, asked: Asked, route: Hops): Promise<Opened> {
    const budget = new AbortController();
    const timer = setTimeout(() => budget.abort(), openMs);
    const signal = AbortSignal.any([this.#ended.signal, budget.signal]);
    const until = this.#clock.monotonicMs() + openMs;
    const inTime = () => !signal.aborted && this.#clock.monotonicMs() < until;
    try {
      return await this.#tryEach({ domain, asked, signal }, this.#inOrder(domain, asked, route), inTime);
    } finally {
      clearTimeout(timer);
    }
  }

  async #tryEach(quest: Quest, places: readonly Place[], inTime: () => boolean): Promise<Opened> {
    const refusals: Answer[] = [];
    const useless = new Set<Hop>();
    let tried = 0;
    let all = true;
    for (const { hop, address } of places) {
      if (this.#closed) return { kind: 'later', answer: finding('4.3.2', 'This server is going down') };
      if (useless.has(hop)) continue;
      const known = this.#known(quest.domain, quest.asked, { hop, address });
      if (known !== null && known.until > this.#clock.monotonicMs()) {
        refusals.unshift(known.answer);
        continue;
      }
      if (tried >= addressesPerOpenMax || !inTime()) {
        all = false;
        break;
      }
      const dialled = await this.#dial({ ...quest, hop, address });
      if (dialled.kind === 'line') return dialled;
      refusals.push(dialled.answer);
      if (dialled.host) useless.add(hop);
      // A rule that refuses a host does so before there is a connection.
      if (!(dialled.host && isOfPolicy(dialled.answer))) tried++;
    }
    const answer = refusals.at(-1) ?? finding('4.4.4', 'No host of the destination has an address');
    const never = all && refusals.length > 0 && refusals.every(isFinal);
    return { kind: never ? 'never' : 'later', answer };
  }

  async #dial(passage: Passage): Promise<Dialled> {
    this.#makeRoom();
    this.#dialling++;
    try {
      const dialled = await this.#courier.dial(passage);
      if (dialled.kind === 'line') this.#all.add(dialled.line);
      else this.#remember(passage, dialled.answer);
      return dialled;
    } finally {
      this.#dialling--;
    }
  }

  /** Where there are more than can be tried, those that failed last time come last: all have their turn. */
  #inOrder(domain: string, asked: Asked, { hops }: Hops): readonly Place[] {
    const places = hops.flatMap((hop) => hop.addresses.map((address) => ({ hop, address })));
    if (places.length <= addressesPerOpenMax) return places;
    const since = this.#clock.monotonicMs() - failedAddressMs;
    const failed = (place: Place) => (this.#known(domain, asked, place)?.until ?? since) > since;
    return [...places.filter((place) => !failed(place)), ...places.filter(failed)];
  }

  /** An operator says: try again now. */
  forget(): void {
    this.#bad.clear();
  }

  #remember({ domain, asked, hop, address }: Passage, answer: Answer): void {
    const bad = { until: this.#clock.monotonicMs() + badAddressMs, answer };
    // What one domain's policy finds wrong with a host says nothing of others; a relay is the same for all.
    const owner = isOfPolicy(answer) && !hop.relay ? domain : '';
    this.#bad.set(keyOf(owner, asked, { hop, address }), bad);
  }

  /** What was last heard that is of concern to the domain. */
  #known(domain: string, asked: Asked, place: Place): Bad | null {
    const own = this.#bad.get(keyOf(domain, asked, place));
    const shared = this.#bad.get(keyOf('', asked, place));
    if (own === undefined || shared === undefined) return own ?? shared ?? null;
    return own.until > shared.until ? own : shared;
  }
}

function keyOf(owner: string, asked: Asked, { hop, address }: Place): string {
  return `${owner} ${hop.host} ${address} ${hop.port} ${asked}`;
}

/** Our own verdict on TLS, by the rule for the domain: no host says it, and no broken connection. */
function isOfPolicy({ code, status }: Answer): boolean {
  return code === 0 && (status === '4.7.5' || isFinal({ code, status }));
}

/** A rule that no later time changes (RFC 8689 §4.2.1): hosts that say no are asked again. */
function isFinal({ code, status }: Pick<Answer, 'code' | 'status'>): boolean {
  return code === 0 && status.startsWith('5');
}
