import { messageOf } from '../base/index.ts';
import type { Rooms } from '../rooms/index.ts';
import { SearchIndexer } from '../stores/mail/index.ts';
import type { Observers } from './observers.ts';

/**
 * Builds the search index while the server runs, from what a stop or a crash left over on. Until an email is in it a
 * search reads the message. `stop` waits for the batch under way.
 */
export function startSearchIndex(
  { database, blobs }: Rooms,
  { log, metrics }: Pick<Observers, 'log' | 'metrics'>,
): SearchIndexer {
  const failed = (event: string, error: unknown) => log.error(event, { error });
  const indexer = new SearchIndexer({ database, blobs, onError: failed });
  const behind = metrics.gauge({
    name: 'myco_search_behind_emails',
    help: 'Emails that are not in the search index yet: every search reads them',
    kind: 'gauge',
    labels: [],
  });
  const size = metrics.gauge({
    name: 'myco_search_index_bytes',
    help: 'Size of the blocks of the search index',
    kind: 'gauge',
    labels: [],
  });
  metrics.onScrape(async () => {
    const progress = await indexer.progress();
    behind.with({}).set(progress.behind);
    size.with({}).set(progress.bytes);
  });
  indexer.start().catch((error: unknown) => failed('search index not started', messageOf(error)));
  return indexer;
}
