import { createRequire } from 'node:module';
import type SqliteDatabase from 'better-sqlite3';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Client } from 'pg';

/**
 * The only import of drizzle. Its CommonJS build is taken on purpose: loaded as an ES module, Node reads drizzle's very
 * large package.json again for each of its files, which costs a second and 100 MB in every thread.
 */
const require = createRequire(import.meta.url);
const core = require('drizzle-orm') as typeof import('drizzle-orm');

export const lite = require('drizzle-orm/sqlite-core') as typeof import('drizzle-orm/sqlite-core');

export const {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  lt,
  lte,
  max,
  min,
  ne,
  sql,
} = core;
/** What queries are made of, for those who run them without drizzle. */
export const { Column, is, noopDecoder, noopEncoder, Param, Placeholder } = core;
export const { SQL: RawSql } = core;

/** Loaded where they are used: a process opens one engine only. */
export const pgCore = () => require('drizzle-orm/pg-core') as typeof import('drizzle-orm/pg-core');
export const overSqlite = (database: SqliteDatabase.Database) =>
  (require('drizzle-orm/better-sqlite3') as typeof import('drizzle-orm/better-sqlite3')).drizzle(database);
export const overPostgres = (client: Client): NodePgDatabase =>
  (require('drizzle-orm/node-postgres') as typeof import('drizzle-orm/node-postgres')).drizzle(client);

export type { SQL, Table } from 'drizzle-orm';
export type { NodePgDatabase } from 'drizzle-orm/node-postgres';
export type {
  AnyPgColumn,
  PgColumn,
  PgColumnBuilderBase,
  PgTable,
  PgTableExtraConfigValue,
} from 'drizzle-orm/pg-core';
export type {
  AnySQLiteColumn,
  SQLiteColumnBuilderBase,
  SQLiteTableExtraConfigValue,
} from 'drizzle-orm/sqlite-core';
