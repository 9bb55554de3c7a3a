import { addressKey } from './address.ts';
import type { NetLimits } from './limits.ts';
import type { TcpConnection } from './tcp-connection.ts';

export type Refusal = 'too-many' | 'too-many-from-address';

/** Every connection of the process, and how many each address has. */
export class Registry {
  readonly #limits: NetLimits;
  readonly #connections = new Set<TcpConnection>();
  readonly #perAddress = new Map<string, number>();

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

  /** Counts the connection under its address until it is removed; false where the address has its share. */
  countAddress(connection: TcpConnection): boolean {
    const key = addressKey(connection.remote.address);
    const count = this.#perAddress.get(key) ?? 0;
    if (count >= this.#limits.connectionsPerAddressMax) return false;
    this.#perAddress.set(key, count + 1);
    void connection.closed.then(() => this.#uncount(key));
    return true;
  }

  remove(connection: TcpConnection): void {
    this.#connections.delete(connection);
  }

  #uncount(key: string): void {
    const count = this.#perAddress.get(key) ?? 0;
    if (count <= 1) this.#perAddress.delete(key);
    else this.#perAddress.set(key, count - 1);
  }

  sweep(nowMs: number): void {
    for (const connection of this.#connections) connection.sweep(nowMs);
  }
}
