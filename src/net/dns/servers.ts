import { readFile, stat } from 'node:fs/promises';
import { BlockList, isIP } from 'node:net';
import type { Clock } from '../../base/index.ts';
import type { Log } from '../../observability/index.ts';
import { systemFilePollMs, systemServersMax } from './limits.ts';

/** An address, not a name. */
export interface NameServer {
  readonly host: string;
  readonly port: number;
}

export interface TrustedServer extends NameServer {
  /** RFC 6840 §5.7: its AD bit is believed, for nobody stands between it and us, or the operator says so. */
  readonly trusted: boolean;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

export function isLoopback(host: string): boolean {
  return loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * The `nameserver` lines of resolv.conf(5), the last resort of its manual where there is none. A server of another
 * machine is asked, and its AD bit not believed: who wrote the file may be a network that we were given.
 */
export function parseResolvConf(text: string): TrustedServer[] {
  const hosts = text
    .split('\n')
    .map(
      (line) => /^nameserver[ \t]+([0-9a-fA-F.:]+(?:%[\w.-]+)?)[ \t]*(?:[#;].*)?\r?$/.exec(line)?.[1] ?? '',
    )
    .filter((host) => isIP(host) !== 0)
    .slice(0, systemServersMax);
  return (hosts.length === 0 ? ['127.0.0.1'] : hosts).map((host) => ({
    host,
    port: 53,
    trusted: isLoopback(host),
  }));
}

/** The servers of the system's file, which is read again when it has changed. */
export class SystemServers {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #log: Log | undefined;
  #servers: readonly TrustedServer[] = [];
  #stamp = 'never looked at';
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  #looking: Promise<readonly TrustedServer[]> | null = null;

  constructor(path: string, clock: Clock, log?: Log) {
    this.#path = path;
    this.#log = log;
    this.#clock = clock;
  }

  current(): Promise<readonly TrustedServer[]> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async #look(): Promise<readonly TrustedServer[]> {
    const now = this.#clock.monotonicMs();
    if (now - this.#lookedAtMs < systemFilePollMs) return this.#servers;
    const stamp = await stat(this.#path).then(
      ({ ino, size, mtimeMs, ctimeMs }) => `${ino}:${size}:${mtimeMs}:${ctimeMs}`,
      () => 'not there',
    );
    if (stamp !== this.#stamp) {
      this.#servers = parseResolvConf(await readFile(this.#path, 'utf8').catch(() => ''));
      this.#stamp = stamp;
      if (!this.#servers.some(({ trusted }) => trusted)) {
        this.#log?.info('the name servers are on other machines: DNSSEC is not believed and DANE is off', {
          count: this.#servers.length,
        });
      }
    }
    this.#lookedAtMs = now;
    return this.#servers;
  }
}
