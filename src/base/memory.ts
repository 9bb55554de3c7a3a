/**
 * Gives back what starting up left behind in the calling thread: compiling and loading leave tens of megabytes that V8
 * would keep until it is short of memory, which an idle process never is. Call it once, a moment after the start. Does
 * nothing where Node was not started with --expose-gc; neither setting V8's flags later nor asking through
 * node:inspector is safe in a process of several threads (the second one was seen to hang).
 */
export function releaseStartupMemory(): void {
  const { gc } = globalThis;
  // The first run clears weak references and compiled code; what hung on them goes with the second.
  for (let turn = 0; turn < 2; turn++) void gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
