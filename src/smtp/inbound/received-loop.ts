import { ownReceivedMax, receivedMax } from '../limits.ts';
import { reply } from '../wire/reply.ts';
import type { HeaderStage } from './pipeline.ts';

const tooMany = reply(554, '5.4.6', 'The message has passed too many servers; it runs in a circle');
const backAgain = reply(554, '5.4.6', 'The message has been here too often; it runs in a circle');

/** RFC 5321 §6.3. Our own name says so earlier: two servers that forward to each other are found after a few rounds. */
export const receivedLoop: HeaderStage = {
  name: 'received-loop',
  run({ fields, session }) {
    const own = session.services.settings.hostname.toLowerCase();
    let received = 0;
    let ours = 0;
    for (const { name, value } of fields) {
      if (name.toLowerCase() !== 'received') continue;
      received++;
      if (receiverOf(value) === own) ours++;
    }
    if (received > receivedMax) return tooMany;
    return ours > ownReceivedMax ? backAgain : null;
  },
};

/** The name after `by` (RFC 5321 §4.4), lower-case; '' where there is none. */
function receiverOf(received: string): string {
  const found = /(?:^|\s)by\s+([^\s;()]{1,255})/i.exec(withoutComments(received));
  return found?.[1]?.toLowerCase() ?? '';
}

/** RFC 5322 §3.2.2: comments nest, and hold what the peer said of itself. */
function withoutComments(text: string): string {
  let kept = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '(') depth++;
    else if (char === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += char;
  }
  return kept;
}
