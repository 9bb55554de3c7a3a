import { receivedMax } from '../limits.ts';
import { reply } from '../wire/reply.ts';
import type { HeaderStage } from './pipeline.ts';

const loop = reply(554, '5.4.6', 'The message has passed too many servers; it runs in a circle');

/** RFC 5321 §6.3 */
export const receivedLoop: HeaderStage = {
  name: 'received-loop',
  run({ fields }) {
    let received = 0;
    for (const { name } of fields) if (name.toLowerCase() === 'received') received++;
    return received > receivedMax ? loop : null;
  },
};
