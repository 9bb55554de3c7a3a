import { blobQueries, changeQueries, type QueryContext } from '../../storage/index.ts';
import { attachmentQueries, goneQueries, propertyQueries } from './queries/beside.ts';
import { checkQueries } from './queries/checks.ts';
import { accountQueries, collectionQueries } from './queries/collections.ts';
import { endQueries } from './queries/ends.ts';
import { itemQueries } from './queries/items.ts';
import { jobQueries } from './queries/jobs.ts';
import { sharingQueries } from './queries/sharing.ts';
import type { CollectionsTables } from './tables.ts';

export function collectionsQueries(context: QueryContext<CollectionsTables>) {
  return {
    ...blobQueries(context as never),
    ...changeQueries(context as never),
    ...accountQueries(context),
    ...collectionQueries(context),
    ...itemQueries(context),
    ...goneQueries(context),
    ...propertyQueries(context),
    ...attachmentQueries(context),
    ...jobQueries(context as never),
    ...sharingQueries(context as never),
    ...endQueries(context),
    ...checkQueries(context),
  };
}

export type CollectionsQueries = ReturnType<typeof collectionsQueries>;
