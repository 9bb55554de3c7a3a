import { type ChildProcess, fork } from 'node:child_process';
import type { Ask, Told, Value } from './load.ts';

/** The client's process, asked one thing at a time. */
export class Client {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(new URL('./load.ts', import.meta.url));
  }

  /** Whether it can be asked no more. */
  get ended(): boolean {
    return !this.#child.connected;
  }

  async ask(ask: Ask): Promise<Value> {
    if (this.ended) throw new Error('the client ended');
    const told = await new Promise<Told>((resolve, reject) => {
      const ended = () => reject(new Error('the client ended'));
      this.#child.once('exit', ended);
      this.#child.once('message', (message: Told) => {
        this.#child.off('exit', ended);
        resolve(message);
      });
      this.#child.send(ask);
    });
    if ('error' in told) throw new Error(told.error);
    return told.value;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}
