import { registrationsOperations as operations } from '../module.ts';
import type { Devices, Pushes, Tokens } from '../types.ts';
import { demandBytes, type Over } from './checks.ts';

export function pushes({ database, clock, most }: Over): Pushes {
  return {
    async enable(account, registration) {
      demandBytes('what goes with a push', registration.options, most.pushOptionsBytesMax);
      demandBytes('the node of a push', registration.node, most.deviceTextBytesMax);
      demandBytes("a client's id", registration.client, most.deviceTextBytesMax);
      await database.call(operations.enablePush, {
        account,
        ...registration,
        most: most.pushesPerAccountMax,
      });
    },
    disable: (account, service, node) => database.call(operations.disablePush, { account, service, node }),
    of: (account) => database.call(operations.pushesOf, { account }),
    settle: (account, { service, node }, ok) =>
      database.call(operations.settlePush, { account, service, node, ok, now: clock.nowMs() }),
  };
}

export function tokens({ database, clock, most }: Over): Tokens {
  return {
    async issue(account, { token, expiresMs: expires, ...a }) {
      demandBytes('a token', token, most.tokenBytesMax);
      demandBytes("a client's id", a.client, most.deviceTextBytesMax);
      const now = clock.nowMs();
      await database.call(operations.issueToken, { account, ...a, token, expires, now });
    },
    find: (account, client) => database.call(operations.findTokens, { account, client, now: clock.nowMs() }),
    use: (account, a) => database.call(operations.useToken, { account, ...a, now: clock.nowMs() }),
    revoke: (account, client) => database.call(operations.revokeTokens, { account, client: client ?? null }),
  };
}

export function devices({ database, clock, most }: Over): Devices {
  return {
    async seen(account, device) {
      for (const text of [device.client, device.tag, device.software, device.name])
        demandBytes('what a client says of itself', text, most.deviceTextBytesMax);
      const args = { account, ...device, now: clock.nowMs(), most: most.devicesPerAccountMax };
      await database.call(operations.seenDevice, args);
    },
    of: (account) => database.call(operations.devices, { account, now: clock.nowMs() }),
    remove: (account, client) => database.call(operations.removeDevice, { account, client }),
  };
}
