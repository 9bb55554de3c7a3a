/**
 * The only reader of the machine's clock. Wall time may jump back (NTP, an operator); whatever must not go back
 * (modseq, uid, leases held by this process) counts or uses `monotonicMs`.
 */
export interface Clock {
  /** Wall time, milliseconds since 1970 UTC. */
  nowMs(): number;
  /** Milliseconds that only grow while this process lives. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A clock for tests: it moves when told to, and wall time may be set back. */
export function fakeClock(
  startMs = 1_700_000_000_000,
): Clock & { advance(ms: number): void; set(ms: number): void } {
  let wall = startMs;
  let mono = 0;
  return {
    nowMs: () => wall,
    monotonicMs: () => mono,
    advance(ms) {
      wall += ms;
      mono += ms;
    },
    set(ms) {
      wall = ms;
    },
  };
}

export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });
}
