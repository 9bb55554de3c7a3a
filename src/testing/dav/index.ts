/** testing/dav: a tree in memory and a door of DAV over the spaces of a test. */
export {
  type DavAnswer,
  type DavRequest,
  davLogin,
  openTestDav,
  type TestDav,
  testAccounts,
} from './door.ts';
export { MemorySpace } from './memory-space.ts';
