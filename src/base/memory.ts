import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Gives back what starting up left behind in the calling thread: compiling and loading leave tens of megabytes that V8
 * would keep until it is short of memory, which an idle process never is. Call it once, when nobody waits.
 */
export function releaseStartupMemory(): void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect === 'function') collect({ type: 'major', flavor: 'last-resort' });
}
