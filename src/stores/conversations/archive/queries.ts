import { changeQueries, type QueryContext } from '../../../storage/index.ts';
import { archiveQueries } from './queries/archives.ts';
import { checkQueries } from './queries/checks.ts';
import { messageQueries, pageQueries, wordQueries } from './queries/messages.ts';
import type { ArchiveTables } from './tables.ts';

export function archiveQueriesOf(context: QueryContext<ArchiveTables>) {
  return {
    ...changeQueries(context as never),
    ...archiveQueries(context),
    ...pageQueries(context),
    ...messageQueries(context),
    ...wordQueries(context),
    ...checkQueries(context),
  };
}

export type ArchiveQueries = ReturnType<typeof archiveQueriesOf>;
