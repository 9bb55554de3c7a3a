/**
 * webdav/collections/query: how calendar-query and addressbook-query (RFC 4791 §7.8, RFC 6352 §8.6) and the two multigets
 * run. A protocol says what its filter means (`FilterDialect`, `ItemQuery`) and what its data is (`ReportProperty`).
 *
 * 1. The protocol reads its filter with a `FilterReader`: names, parameters and texts are the same in both, and counted.
 * 2. `scope.ts`: one item, one collection, or with Depth infinity all of a home that the visitor may read.
 * 3. The rows that may be it come in pages, by an index where there is one. `ItemJudge.row` says yes, no, or that the bytes
 *    must be read; those are read in batches (`CollectionResource.withContent`), with all others where the data is asked for.
 * 4. An item is judged as its visitor sees it: by what is hidden from them nothing is found.
 * 5. What is beyond a limit is never left out silently: the request URI is answered with 507 beside the rest.
 */
export {
  attributeOf,
  type FilterDialect,
  FilterReader,
  isAbsent,
  type ParamFilter,
  paramHolds,
} from './filter.ts';
export * as queryLimits from './limits.ts';
export { multigetReport } from './multiget.ts';
export { type PickedProperty, PickReader } from './pick.ts';
export { answerQuery, type ItemJudge, type ItemQuery } from './query.ts';
export { collectionsAt, inHome } from './scope.ts';
export { type Collation, collations, type Matcher } from './text-match.ts';
