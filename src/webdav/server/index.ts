/**
 * webdav/server: a request is taken apart once: who asks, which path, which conditions; then the method runs and its
 * answer leaves in pieces that a slow client makes wait.
 * - Names are decoded once, each by itself; no name that a method sees is '', '.', '..' or holds a slash (THREATS 10).
 * - What a method demands is allowed before it runs; what a visitor may not see is answered as if it were not there.
 * - A body is read with a bound on idle time and slowness; what a refused client still sends is read only so far.
 */

export { judge, rangeHolds } from './conditions.ts';
export { createDav, type DavOptions, defaultBases } from './dav.ts';
export {
  type Depth,
  readDepth,
  readLockToken,
  readOverwrite,
  readTimeout,
  readWholeDepth,
} from './headers.ts';
export { encodePath, encodeSegment, startsWithPath } from './path.ts';
export { allowOf, optionsHeaders } from './serve.ts';
