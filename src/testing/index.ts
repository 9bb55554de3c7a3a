/**
 * testing: what tests share; imported by `*.test.ts` files only and left out of the build.
 * - `engines`, `describeEngines`, `withPostgres`: every store test runs on each storage engine.
 * - `transcripts`: wire transcripts with named actors, several sessions and what each of them hears.
 * - `startSuite`: the whole process as `myco serve` runs it, in this one, on free ports and a new data folder.
 * - `openTestDns`: an authoritative name server with the faults of real ones; zones change while it runs.
 * - A missing tool is skipped with a word; with CI=true it is a failure.
 */

export { fakeClock } from '../base/index.ts';
export { type BrowserAnswer, type BrowserRequest, type TestBrowser, testBrowser } from './browser.ts';
export { type MemoryCards, memoryCards } from './cards.ts';
export {
  type TestAuthority,
  type TestAuthorityOptions,
  type TestCertificate,
  testAuthority,
  tlsaOf,
} from './certificates.ts';
export { changesSince } from './changes.ts';
export {
  type ChatDoor,
  chatPassword,
  openTestChat,
  type TestChat,
  type TestChatOptions,
  type TestFederation,
} from './chat.ts';
export { openMember } from './chat-member.ts';
export { openCheckedSmtp, sayAtMx } from './checked-smtp.ts';
export { startCompany, TestCompany } from './company.ts';
export { damageAt, openTestStores, type TestStores, testFiles } from './database.ts';
export {
  type DavAnswer,
  type DavRequest,
  type DavSuite,
  davLogin,
  MemorySpace,
  type MultiStatus,
  openTestDav,
  readMultiStatus,
  startDavSuite,
  suiteLogin,
  type TestDav,
  testAccounts,
} from './dav/index.ts';
export {
  emptyResolver,
  openTestDns,
  type TestDns,
  type TestDnsFault,
  type TestDnsName,
  type TestZones,
} from './dns.ts';
export { describeEngines, type Engine, engines, missingTool, withPostgres } from './engines.ts';
export { type TestTree, testTree, textOf } from './files.ts';
export { fillMailbox, scaleMessages } from './fill.ts';
export { makeFolder, removeFolder, temporaryFolder } from './folder.ts';
export {
  type DeliverOptions,
  type ImapDoor,
  imapPassword,
  openTestImap,
  type TestImap,
  type TestImapOptions,
} from './imap.ts';
export { type MemoryName, type MemoryResolver, memoryResolver } from './memory-resolver.ts';
export { plansOf } from './plans.ts';
export { findPostgres, postgresMissing } from './postgres.ts';
export { openProbe, probe, probeLine, probeModule } from './probe/index.ts';
export { openTestPushService, type TestDevice, type TestPush, type TestPushService } from './push-service.ts';
export { refusal } from './refusal.ts';
export { openRelay, type TestRelay } from './relay.ts';
export { type ScramClient, type ScramClientOptions, scramClient } from './scram.ts';
export { openSink, type Sink, type SinkScript, type SunkMessage } from './sink.ts';
export {
  openTestSmtp,
  routeTo,
  type TestDoor,
  type TestSmtp,
  type TestSmtpOptions,
  testPassword,
} from './smtp.ts';
export { connectSocket, type SocketOptions, type TestSocket } from './socket.ts';
export { type SuiteOptions, startSuite, type TestSuite } from './suite.ts';
export {
  type Fixture,
  parseTranscript,
  runTranscript,
  TranscriptError,
  type TranscriptSetup,
  transcripts,
} from './transcript/index.ts';
export {
  loginSasl2,
  loginXmpp,
  openDialbackAuthority,
  openFakeServer,
  openWire,
  type Sasl2Login,
  XmppActor,
  type XmppActorOptions,
  type XmppFixture,
  type XmppTransport,
  type XmppWire,
  type XmppWorld,
  xmppTranscripts,
} from './xmpp/index.ts';
export { publishShown, type ShownRecord } from './zone.ts';
