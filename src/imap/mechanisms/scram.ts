import { bindsChannels, runScram, type ScramMechanism } from '../../accounts/index.ts';
import type { Session } from '../session/session.ts';
import type { Mechanism } from './mechanism.ts';

const rfcs = { 'SCRAM-SHA-1': 'RFC 5802', 'SCRAM-SHA-256': 'RFC 7677, RFC 5802' } as const;

/** SCRAM: the password is proved and never sent; with -PLUS so is that nobody sits between (RFC 9266, RFC 5929). */
function scram(mechanism: ScramMechanism, plus: boolean): Mechanism {
  return {
    name: plus ? `${mechanism}-PLUS` : mechanism,
    rfc: rfcs[mechanism],
    ...(plus ? { offered: offersPlus } : {}),
    async run(initial, exchange, session) {
      const { connection, services } = session;
      const remote = connection.remote.address;
      const plusOffered = offersPlus(session);
      const dialogue = { mechanism, plus, plusOffered, channel: connection, scope: 'mail', remote } as const;
      const outcome = await runScram(services.accounts, dialogue, initial, exchange);
      if (outcome === null) return null;
      const { authorization, username, result } = outcome;
      return { authorization, username, proof: { result } };
    },
  };
}

function offersPlus({ connection }: Session): boolean {
  return connection.secure && bindsChannels(connection);
}

export const scramMechanisms: readonly Mechanism[] = [
  scram('SCRAM-SHA-256', true),
  scram('SCRAM-SHA-256', false),
  scram('SCRAM-SHA-1', true),
  scram('SCRAM-SHA-1', false),
];
