/**
 * webdav: RFC 4918 and what stands on it, over spaces that others declare. `createDav` makes a handler of HTTP requests;
 * methods, live properties, reports and spaces are values in the lists of extensions (`DavExtension`).
 * - A room's refusal becomes a status in one table (`errors.ts`); only faults of ours are logged, under an id.
 * - A PUT is visible whole or not at all; conditions are judged before the body is read and again when it is written.
 * - A 207 is never held whole: its maker waits for the client.
 * - No file name, path or content reaches a log line or a metric.
 */
export { Bare, bareFolder, looksOnly, nothing } from './bare.ts';
export {
  type Arriving,
  alarmProperty,
  answerQuery,
  attributeOf,
  type Collation,
  CollectionResource,
  type CollectionsHouse,
  collations,
  collectionsAt,
  collectionsSpace,
  type Detailed,
  detailOfKey,
  detailProperty,
  type FilterDialect,
  FilterReader,
  type Flavor,
  HomeResource,
  homeOf,
  type ItemJudge,
  type ItemQuery,
  ItemResource,
  inboxName,
  inHome,
  isAbsent,
  isDetailed,
  type Leaving,
  type Matcher,
  multigetReport,
  type ParamFilter,
  type PickedProperty,
  PickReader,
  type Prepared,
  paramHolds,
  queryLimits,
  type Right,
  receivedName,
  type Scene,
  splitChanges,
  stillActs,
  type View,
  type Whole,
} from './collections/index.ts';
export { DavError, Gone } from './errors.ts';
export { coreExtension } from './extension.ts';
export { type FilesHouse, filesExtension } from './files/index.ts';
export { answerWritten, inParent, noParent } from './methods/answer.ts';
export { type ByteRange, readRanges } from './methods/ranges.ts';
export {
  headersOf as nextcloudHeaders,
  instanceOf as nextcloudInstance,
  LoginFlows,
  type NextcloudDoorOptions,
  nextcloudBases,
  nextcloudDoor,
  nextcloudExtension,
} from './nextcloud/index.ts';
export { elementOf, prefixDeclarations, tagOf, textOf } from './prefixes.ts';
export { principalsExtension } from './principals/extension.ts';
export { groupPath, isPrincipal, memberPath, type PrincipalResource } from './principals/principal.ts';
export {
  type Plan,
  type PropertyRequest,
  planOf,
  propstat,
  readPropertyChanges,
  verdictXml,
  type Wish,
} from './properties/index.ts';
export { hrefElement } from './properties/live.ts';
export { sendRows } from './properties/rows.ts';
export { tooMuch } from './properties/too-much.ts';
export { readNames, readReportWish } from './properties/wish.ts';
export { Pushes, type PushesHouse, type PushHouse, PushKeys, pushExtension } from './push/index.ts';
export { missingRow, truncatedRow } from './reports/rows.ts';
export {
  createSentFiles,
  endSentFiles,
  type SentFilesHouse,
  type Slot,
  sentFilesPath,
} from './sent-files/index.ts';
export { preferencesApplied } from './server/headers.ts';
export {
  allowOf,
  createDav,
  type DavOptions,
  type Depth,
  defaultBases,
  judge,
  rangeHolds,
  readDepth,
} from './server/index.ts';
export { type SharingHouse, sharingExtension } from './sharing/index.ts';
export type * from './types.ts';
export { createTus, type TusOptions } from './uploads/index.ts';
