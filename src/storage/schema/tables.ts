import { Registry } from '../core/registry.ts';
import { getTableName, type Table } from '../drizzle.ts';
import { type Dialect, withoutRowid } from './kit.ts';
import type { StoreModule } from './module.ts';

/** All tables of the modules and of the storage layer, by name; two tables of one name are a bug. */
export function schemaOf(
  modules: readonly StoreModule[],
  dialect: Dialect,
): { tables: Record<string, unknown>; withoutRowid: ReadonlySet<string> } {
  const tables: Record<string, unknown> = {};
  for (const module of new Registry(modules).modules) {
    for (const [name, table] of Object.entries(module.tables[dialect])) {
      if (name in tables) throw new Error(`two modules declare the table ${name}`);
      tables[name] = table;
    }
  }
  return { tables, withoutRowid };
}

/** The names of PostgreSQL's tables, as the database has them; a module may know its tables by other names. */
export function tableNames(modules: readonly StoreModule[]): string[] {
  return modules.flatMap((module) =>
    Object.values(module.tables.postgres).map((table) => getTableName(table as Table)),
  );
}
