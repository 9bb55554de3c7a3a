import { type BearerMechanism, bearerMechanisms as forms, runBearer } from '../../accounts/index.ts';
import type { Mechanism } from './mechanism.ts';

/** A token instead of a password; offered where the operator names an issuer. */
function bearer(mechanism: BearerMechanism): Mechanism {
  return {
    name: mechanism,
    rfc: forms[mechanism].rfc,
    offered: ({ services }) => services.accounts.tokens !== null,
    async run(initial, exchange, { services, connection }) {
      const dialogue = { mechanism, scope: 'mail', remote: connection.remote.address } as const;
      const outcome = await runBearer(services.accounts, dialogue, initial, exchange);
      if (outcome === null) return null;
      const { username, result } = outcome;
      return { authorization: '', username, proof: { result } };
    },
  };
}

export const bearerMechanisms: readonly Mechanism[] = [bearer('OAUTHBEARER'), bearer('XOAUTH2')];
