/**
 * base: what every folder may lean on. No I/O, no state beyond a counter, no knowledge of any protocol.
 * `clock` and `ids` are the only places that read the machine's clock and its random source.
 */
export { decimalText } from './amounts.ts';
export { formatDuration, formatSize, parseDuration, parseSize } from './bytes.ts';
export { type Clock, fakeClock, sleep, systemClock } from './clock.ts';
export {
  type Blame,
  blameOf,
  FormatError,
  messageOf,
  type Reason,
  reasons,
  StoreError,
  unreachable,
} from './errors.ts';
export { equalInConstantTime, randomBelow, randomOctets, randomToken, randomUuid } from './ids.ts';
export { Gate } from './limits.ts';

export { releaseStartupMemory } from './memory.ts';
export { Recent } from './recent.ts';
export { Turns, turnMsMax } from './turns.ts';
