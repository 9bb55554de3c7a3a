import pg from 'pg';
import { messageOf, randomToken } from '../../base/index.ts';
import type { ChangeHint } from '../database.ts';
import { limits } from '../limits.ts';

const channel = 'myco_changes';

interface Options {
  readonly url: string;
  readonly onHints: (hints: readonly ChangeHint[]) => void;
  /** Hints may have been missed meanwhile. */
  readonly onReopened: () => void;
  readonly onError: (event: string, error: unknown) => void;
}

/**
 * Tells other processes on the same database which accounts changed. Hints are gathered and sent by one NOTIFY
 * outside any transaction: inside, NOTIFY makes all commits wait for each other.
 */
export class HintExchange {
  readonly #options: Options;
  readonly #self = randomToken(40);
  readonly #gathered = new Map<number, number>();
  #client: pg.Client | null = null;
  #timer: NodeJS.Timeout | null = null;
  #sending = false;
  #closed = false;

  constructor(options: Options) {
    this.#options = options;
  }

  async open(): Promise<void> {
    const client = new pg.Client({ connectionString: this.#options.url, application_name: 'myco changes' });
    client.on('error', (error) => this.#lost(client, error));
    client.on('end', () => this.#lost(client, new Error('the connection ended')));
    client.on('notification', (message) => this.#heard(message.payload ?? ''));
    await client.connect();
    await client.query(`listen ${channel}`);
    this.#client = client;
  }

  #lost(client: pg.Client, error: unknown): void {
    if (this.#closed || this.#client !== client) return;
    this.#client = null;
    this.#options.onError('change hints interrupted', error);
    this.#reopenLater();
  }

  #reopenLater(): void {
    const timer = setTimeout(() => {
      if (this.#closed) return;
      this.open().then(this.#options.onReopened, (error: unknown) => {
        this.#options.onError('change hints interrupted', messageOf(error));
        this.#reopenLater();
      });
    }, limits.restartMs * 10);
    timer.unref();
  }

  #heard(payload: string): void {
    const [from, ...pairs] = payload.split(' ');
    if (from === this.#self) return;
    const hints: ChangeHint[] = [];
    for (const pair of pairs) {
      const [account, modseq] = pair.split(':').map(Number);
      if (Number.isSafeInteger(account) && Number.isSafeInteger(modseq)) {
        hints.push({ account: account as number, modseq: modseq as number });
      }
    }
    this.#options.onHints(hints);
  }

  gather(hints: readonly ChangeHint[]): void {
    for (const { account, modseq } of hints) {
      this.#gathered.set(account, Math.max(modseq, this.#gathered.get(account) ?? 0));
    }
    if (this.#timer || this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#send().catch((error: unknown) => this.#options.onError('change hints not sent', error));
    }, limits.hintsGatherMs);
    this.#timer.unref();
  }

  async #send(): Promise<void> {
    if (this.#sending) return;
    this.#sending = true;
    try {
      while (this.#gathered.size > 0 && this.#client) await this.#sendGathered(this.#client);
    } finally {
      this.#sending = false;
    }
  }

  async #sendGathered(client: pg.Client): Promise<void> {
    const pairs = [...this.#gathered].map(([account, modseq]) => `${account}:${modseq}`);
    this.#gathered.clear();
    let payload = this.#self;
    const payloads: string[] = [];
    for (const pair of pairs) {
      if (payload.length + pair.length + 1 > limits.notifyBytesMax) {
        payloads.push(payload);
        payload = this.#self;
      }
      payload += ` ${pair}`;
    }
    payloads.push(payload);
    for (const text of payloads) await client.query('select pg_notify($1, $2)', [channel, text]);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    const client = this.#client;
    this.#client = null;
    await client?.end();
  }
}
