import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back what starting up left behind in the calling thread: compiling and loading leave tens of megabytes that V8
 * would keep until it is short of memory, which an idle process never is. Call it once, a moment after the start.
 */
export function releaseStartupMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') return;
  // The first run clears weak references and compiled code; what hung on them goes with the second.
  for (let turn = 0; turn < 2; turn++) collect({ type: 'major', flavor: 'last-resort' });
}
