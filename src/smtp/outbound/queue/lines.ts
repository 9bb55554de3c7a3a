import { type Clock, Recent } from '../../../base/index.ts';
import type { Answer } from '../../../stores/outbox/index.ts';
import { type Courier, finding, type Line } from '../courier/index.ts';
import type { Hop, Route, Router } from '../route/types.ts';
import { badAddressesMax, badAddressMs, idleLineMs, messagesPerLineMax } from './limits.ts';

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
  readonly #bad = new Recent<string, { readonly until: number; readonly answer: Answer }>(badAddressesMax);
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
    return this.#dial(domain, asked, route);
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

  /** Hops in order, of each its addresses (RFC 5321 §5.1). */
  async #dial(domain: string, asked: Asked, route: Extract<Route, { kind: 'hops' }>): Promise<Opened> {
    let last: Answer | null = null;
    const { signal } = this.#ended;
    const now = this.#clock.monotonicMs();
    for (const hop of route.hops) {
      for (const address of hop.addresses) {
        if (this.#closed) return { kind: 'later', answer: finding('4.3.2', 'This server is going down') };
        const key = this.#key(hop, address, asked);
        const bad = this.#bad.get(key);
        if (bad !== undefined && bad.until > now) {
          last ??= bad.answer;
          continue;
        }
        this.#makeRoom();
        this.#dialling++;
        const dialled = await this.#courier.dial({ domain, hop, address, asked, signal });
        this.#dialling--;
        if (dialled.kind === 'line') {
          this.#all.add(dialled.line);
          return dialled;
        }
        last = dialled.answer;
        this.#bad.set(key, { until: this.#clock.monotonicMs() + badAddressMs, answer: last });
        if (dialled.host) break;
      }
    }
    return { kind: 'later', answer: last ?? finding('4.4.4', 'No host of the destination has an address') };
  }

  /** An operator says: try again now. */
  forget(): void {
    this.#bad.clear();
  }

  // A policy that refuses a host for one domain says nothing of others.
  #key(hop: Hop, address: string, asked: Asked): string {
    return `${hop.host} ${address} ${hop.port} ${asked}`;
  }
}
