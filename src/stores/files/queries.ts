import { blobQueries, changeQueries, type QueryContext } from '../../storage/index.ts';
import {
  accountQueries,
  goneQueries,
  lockQueries,
  propertyQueries,
  trashQueries,
  versionQueries,
} from './queries/beside.ts';
import { checkQueries } from './queries/checks.ts';
import { nodeQueries } from './queries/nodes.ts';
import type { FilesTables } from './tables.ts';

export function filesQueries(context: QueryContext<FilesTables>) {
  return {
    ...blobQueries(context as never),
    ...changeQueries(context as never),
    ...nodeQueries(context),
    ...accountQueries(context),
    ...lockQueries(context),
    ...propertyQueries(context),
    ...versionQueries(context),
    ...trashQueries(context),
    ...goneQueries(context),
    ...checkQueries(context),
  };
}

export type FilesQueries = ReturnType<typeof filesQueries>;
