import { defineModule, run } from '../../../storage/index.ts';
import { type ArchiveQueries, archiveQueriesOf } from './queries.ts';
import { append } from './scripts/append.ts';
import { check, repair, restored } from './scripts/checks.ts';
import { delivered, dropOldest, expire, forget, redact, waiting } from './scripts/ends.ts';
import { metadata, named, page, sent, spanOf } from './scripts/pages.ts';
import { index, search } from './scripts/search.ts';
import { archiveTables } from './tables.ts';

/** The operations of archives; an account is named `owner`, for nothing else of the account depends on them. */
export const { module: archiveModule, operations: archiveOperations } = defineModule({
  name: 'conversation-archive',
  tables: archiveTables,
  queries: archiveQueriesOf,
  operations: ({ read, scan, write }) => ({
    append: write(append),
    archive: read(function* (q: ArchiveQueries, a: { archive: number }) {
      return (yield* run(q.archiveFind, a))[0] ?? null;
    }),
    page: read(page),
    farPage: scan(page),
    named: read(named),
    span: read(spanOf),
    search: scan(search),
    metadata: read(metadata),
    sent: read(sent),
    redact: write(redact),
    waiting: read(waiting),
    delivered: write(delivered),
    dropOldest: write(dropOldest),
    expire: write(expire),
    forget: write(forget),
    index: write(index),
    check: scan(check),
    repair: write(repair),
    restored: write(restored),
  }),
  integrity: ({ check, repair, restored }) => ({ checks: [check], repair, restored }),
});
