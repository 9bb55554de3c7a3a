import { sql } from '../../storage/index.ts';

/** Values of a prepared statement that are bound to a name. */
const p = sql.placeholder;
export const bound = (name: string) => p(name) as never;
export const number = (name: string) => sql<number>`cast(${p(name)} as bigint)`;
/** Values of an insert, each bound to its own name. */
export const boundAll = <const Names extends readonly string[]>(...names: Names) =>
  Object.fromEntries(names.map((name) => [name, bound(name)])) as { [Name in Names[number]]: never };
