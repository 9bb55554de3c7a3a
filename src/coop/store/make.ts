import type { OperationMakers } from '../../storage/index.ts';
import type { CoopQueries } from './queries.ts';

/** What a room's `operations.ts` is given: kinds of operations over the queries of all rooms. */
export type CoopMake = OperationMakers<CoopQueries>;
