import type { BlobPlace } from './types.ts';

interface Pin {
  count: number;
  readonly place: Promise<BlobPlace | null>;
  settled: BlobPlace | null;
}

/**
 * Contents that somebody is about to refer to. A pinned hash is never swept and its segment never removed; a hash
 * that is being swept cannot be pinned until that is over.
 */
export class Pins {
  readonly #pins = new Map<string, Pin>();
  readonly #sweeping = new Map<string, { readonly over: Promise<void>; readonly end: () => void }>();

  /** Joins the pin there is, or makes one whose place `write` tells; `release` once per `take` that succeeded. */
  async take(hash: string, write: () => Promise<BlobPlace | null>): Promise<BlobPlace | null> {
    const pin = this.#pins.get(hash) ?? this.#make(hash, write);
    pin.count++;
    // Where it fails there is nothing to release: the pin is gone for all that waited for it.
    return pin.place;
  }

  #make(hash: string, write: () => Promise<BlobPlace | null>): Pin {
    const sweep = this.#sweeping.get(hash);
    const place = sweep ? sweep.over.then(write) : write();
    const pin: Pin = { count: 0, place, settled: null };
    place.then(
      (value) => {
        pin.settled = value;
      },
      () => {
        // Who comes next tries again; those who wait hear the error.
        if (this.#pins.get(hash) === pin) this.#pins.delete(hash);
      },
    );
    this.#pins.set(hash, pin);
    return pin;
  }

  /** Where the content was written, if this was the last hold on it; null for one that was there before. */
  release(hash: string): BlobPlace | null {
    const pin = this.#pins.get(hash);
    if (!pin) return null;
    pin.count--;
    if (pin.count > 0) return null;
    this.#pins.delete(hash);
    return pin.settled;
  }

  has(hash: string): boolean {
    return this.#pins.has(hash);
  }

  /** Where a pinned content lies that no row names yet. */
  async placeOf(hash: string): Promise<BlobPlace | null> {
    return (await this.#pins.get(hash)?.place) ?? null;
  }

  anyIn(segment: number): boolean {
    for (const pin of this.#pins.values()) if (pin.settled?.segment === segment) return true;
    return false;
  }

  /** False where the hash is pinned: then it must stay. */
  startSweep(hash: string): boolean {
    if (this.#pins.has(hash) || this.#sweeping.has(hash)) return false;
    let end = () => {};
    const over = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#sweeping.set(hash, { over, end });
    return true;
  }

  endSweep(hash: string): void {
    this.#sweeping.get(hash)?.end();
    this.#sweeping.delete(hash);
  }
}
