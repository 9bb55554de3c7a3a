import { channelBindings, runScram, type ScramMechanism } from '../../accounts/index.ts';
import type { ClientStream } from '../stream/client-stream.ts';
import type { Mechanism } from './mechanism.ts';

const rfcs = { 'SCRAM-SHA-1': 'RFC 5802', 'SCRAM-SHA-256': 'RFC 7677, RFC 5802' } as const;

/** Channel bindings that the stream can be told from others by. Over WebSocket none: a browser knows nothing of its TLS. */
export const bindingsOf = ({ transport, isSecure }: ClientStream): readonly string[] =>
  transport.kind === 'tcp' && isSecure ? channelBindings(transport.connection) : [];

/** XEP-0474 §5.1: what is hashed, so that nobody between us can have offered less. */
export function offerText(mechanisms: readonly string[], bindings: readonly string[]): string {
  const joined = (names: readonly string[]) => names.toSorted().join('\x1e');
  return bindings.length === 0 ? joined(mechanisms) : `${joined(mechanisms)}\x1f${joined(bindings)}`;
}

/** The password is proved and never sent; with -PLUS so is that nobody sits between (RFC 9266, RFC 5929). */
function scram(mechanism: ScramMechanism, plus: boolean): Mechanism {
  return {
    name: plus ? `${mechanism}-PLUS` : mechanism,
    rfc: rfcs[mechanism],
    ...(plus ? { offered: (stream: ClientStream) => bindingsOf(stream).length > 0 } : {}),
    run({ stream, initial, offered, exchange }) {
      const bindings = bindingsOf(stream);
      return runScram(
        stream.chat.accounts,
        {
          ...{ mechanism, plus, plusOffered: bindings.length > 0, channel: stream.transport.connection },
          ...{ scope: 'chat', remote: stream.remote, finalWithSuccess: true },
          offer: offerText(offered, bindings),
        },
        initial,
        exchange,
      );
    },
  };
}

export const scramMechanisms: readonly Mechanism[] = [
  scram('SCRAM-SHA-256', true),
  scram('SCRAM-SHA-256', false),
  scram('SCRAM-SHA-1', true),
  scram('SCRAM-SHA-1', false),
];
