import { messageOf } from '../../base/index.ts';
import type { Dial, Outgoing } from '../../net/index.ts';
import type { Log } from '../../observability/index.ts';
import { relayConnectMs } from '../limits.ts';
import { isSuccess, type Reply, reply } from '../wire/reply.ts';
import { RelayClient, RelayLost } from './client.ts';
import type { Relay } from './types.ts';
import { parseRelayUrl, type RelayAddress } from './url.ts';

export interface RelayOptions {
  /** `mail.relay` */
  readonly url: string;
  /** How we call ourselves. */
  readonly hostname: string;
  readonly dial: Dial;
  readonly log: Log;
}

const unreachable = reply(451, '4.4.1', 'The mail relay cannot be reached; try again later');

/** The relay of the settings. A connection serves one transaction: what fails in it harms no other. */
export function createRelay(options: RelayOptions): Relay {
  const address = parseRelayUrl(options.url);
  return {
    async open() {
      let outgoing: Outgoing | null = null;
      try {
        outgoing = await options.dial({
          host: address.host,
          port: address.port,
          tls: address.implicitTls ? 'implicit' : 'none',
          timeoutMs: relayConnectMs,
        });
        const client = new RelayClient(outgoing);
        await introduce(client, outgoing, address, options.hostname);
        return client;
      } catch (error) {
        outgoing?.destroy();
        // Whatever is wrong between us and our relay is ours to mend; the sender may come again.
        options.log.warn('relay cannot be used', { host: address.host, error, reason: messageOf(error) });
        return unreachable;
      }
    },
  };
}

async function introduce(
  client: RelayClient,
  outgoing: Outgoing,
  address: RelayAddress,
  hostname: string,
): Promise<void> {
  demand(await client.greeting(), 'greeting');
  await client.hello(hostname);
  // Without a password opportunistic TLS is better than none; with one, the name on the certificate must be right.
  if (!outgoing.secure && client.offers('STARTTLS')) {
    demand(await client.command('STARTTLS'), 'STARTTLS');
    await client.startTls({ verify: address.credentials !== null && !address.loopback });
    await client.hello(hostname);
  }
  if (address.credentials === null) return;
  if (!outgoing.secure && !address.loopback) throw new RelayLost('the relay offers no TLS for the password');
  const { username, password } = address.credentials;
  const message = Buffer.from(`\0${username}\0${password}`).toString('base64');
  demand(await client.command(`AUTH PLAIN ${message}`), 'AUTH');
}

function demand(answer: Reply, step: string): void {
  if (!isSuccess(answer)) throw new RelayLost(`${step} was answered with ${answer.code}`);
}
