import { forwardersOf } from '../delivery/delivered-to.ts';
import { reply } from '../wire/reply.ts';
import type { HeaderStage } from './pipeline.ts';

const loop = reply(554, '5.4.6', 'The message was sent on from this address before; it runs in a circle');

/** Mail that comes back to an address from which we forwarded it would be forwarded for ever. */
export const forwardLoop: HeaderStage = {
  name: 'forward-loop',
  run({ fields, transaction }) {
    const forwarders = forwardersOf(transaction);
    if (forwarders.length === 0) return null;
    const isBack = fields.some(
      ({ name, value }) =>
        name.toLowerCase() === 'delivered-to' && forwarders.includes(value.trim().toLowerCase()),
    );
    return isBack ? loop : null;
  },
};
