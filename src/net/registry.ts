import { addressKey } from './address.ts';
import type { NetLimits } from './limits.ts';
import type { TcpConnection } from './tcp-connection.ts';

export type Refusal = 'too-many' | 'too-many-from-address';

/** Every connection of the process, and how many each address has. */
export class Registry {
  readonly #limits: NetLimits;
  readonly #connections = new Set<TcpConnection>();
  readonly #perAddress = new Map<string, number>();
  /** Of addresses that have their share, as of the last look: who has not signed in and says nothing; the quiet ones give way. */
  readonly #quiet = new Map<string, TcpConnection[]>();

  constructor(limits: NetLimits) {
    this.#limits = limits;
  }

  get connections(): ReadonlySet<TcpConnection> {
    return this.#connections;
  }

  /** Whether one more socket may be looked at, before its address is known for certain. */
  get full(): boolean {
    return this.#connections.size >= this.#limits.connectionsMax;
  }

  add(connection: TcpConnection): void {
    this.#connections.add(connection);
  }

  /**
   * Counts the connection under its address until it is removed; false where the address has its share. One of its own that
   * says nothing and does not sign in gives way: behind one address there may be a house of members, and one of them hostile.
   */
  countAddress(connection: TcpConnection, nowMs: number): boolean {
    const key = addressKey(connection.remote.address);
    const count = this.#perAddress.get(key) ?? 0;
    if (count >= this.#limits.connectionsPerAddressMax && !this.#giveWay(key, nowMs)) return false;
    this.#perAddress.set(key, count + 1);
    void connection.closed.then(() => this.#uncount(key));
    return true;
  }

  remove(connection: TcpConnection): void {
    this.#connections.delete(connection);
  }

  #giveWay(key: string, nowMs: number): boolean {
    const quiet = this.#quiet.get(key);
    for (let one = quiet?.shift(); one !== undefined; one = quiet?.shift()) {
      if (!one.isQuietStranger(nowMs, this.#limits.quietStrangerMsMin)) continue;
      one.destroy('gave-way');
      return true;
    }
    return false;
  }

  #uncount(key: string): void {
    const count = this.#perAddress.get(key) ?? 0;
    if (count <= 1) this.#perAddress.delete(key);
    else this.#perAddress.set(key, count - 1);
  }

  sweep(nowMs: number): void {
    this.#quiet.clear();
    for (const connection of this.#connections) {
      connection.sweep(nowMs);
      if (connection.isQuietStranger(nowMs, this.#limits.quietStrangerMsMin)) this.#note(connection);
    }
  }

  #note(connection: TcpConnection): void {
    const key = addressKey(connection.remote.address);
    if ((this.#perAddress.get(key) ?? 0) < this.#limits.connectionsPerAddressMax) return;
    const quiet = this.#quiet.get(key);
    if (quiet === undefined) this.#quiet.set(key, [connection]);
    else quiet.push(connection);
  }
}
