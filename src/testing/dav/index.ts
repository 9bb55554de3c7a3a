/** testing/dav: a tree in memory and a door of DAV over the spaces of a test; a whole suite as clients of DAV meet it. */
export {
  type DavAnswer,
  type DavRequest,
  davLogin,
  openTestDav,
  type TestDav,
  testAccounts,
} from './door.ts';
export { MemorySpace } from './memory-space.ts';
export { type DavSuite, type MultiStatus, readMultiStatus, startDavSuite, suiteLogin } from './suite.ts';
