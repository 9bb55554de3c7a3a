/**
 * Writes the next migration of both engines from the tables that the modules declare:
 * `npm run migrations -- NAME`. Nothing is written where nothing changed. STRICT and WITHOUT ROWID, which drizzle-kit
 * does not know, are added to SQLite's CREATE TABLE statements.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { modules } from '../../src/modules.ts';
import { type Guard, guarding, schemaOf, unguarding } from '../../src/storage/index.ts';

type Snapshot = Record<string, unknown>;
interface Api {
  generateSQLiteDrizzleJson(tables: object, previous?: string): Promise<Snapshot>;
  generateSQLiteMigration(from: Snapshot, to: Snapshot): Promise<string[]>;
  generateDrizzleJson(tables: object, previous?: string): Snapshot;
  generateMigration(from: Snapshot, to: Snapshot): Promise<string[]>;
}

const api: Api = createRequire(import.meta.url)('drizzle-kit/api');
const root = new URL('../../src/storage/migrations/', import.meta.url);

function strict(statement: string, withoutRowid: ReadonlySet<string>): string {
  const table = /^CREATE TABLE `([^`]+)`/.exec(statement)?.[1];
  if (table === undefined) return statement;
  // STRICT knows INTEGER, TEXT, BLOB, REAL and ANY; those are the only types of the kit.
  return statement.replace(/\);\s*$/, `) STRICT${withoutRowid.has(table) ? ', WITHOUT ROWID' : ''};`);
}

function lastSnapshot(folder: URL): Snapshot | undefined {
  if (!existsSync(folder)) return undefined;
  const last = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .at(-1);
  return last === undefined ? undefined : JSON.parse(readFileSync(new URL(last, folder), 'utf8'));
}

/** Guards are taken away before the tables change, and made again after: a table that is made anew has lost its own. */
function guarded(before: readonly Guard[], statements: readonly string[], dialect: 'sqlite' | 'postgres'): string[] {
  const guards = modules.flatMap((module) => module.guards ?? []);
  if (statements.length === 0 && JSON.stringify(before) === JSON.stringify(guards)) return [];
  return [
    ...before.flatMap((guard) => unguarding(guard, dialect)),
    ...statements,
    ...guards.flatMap((guard) => guarding(guard, dialect)),
  ];
}

/** The statements that lead from the newest committed snapshot to the tables of the code. */
export async function difference(dialect: 'sqlite' | 'postgres'): Promise<{ to: Snapshot; statements: string[] }> {
  const { tables, withoutRowid } = schemaOf(modules, dialect);
  const { guards: had = [], ...before } = lastSnapshot(new URL(`${dialect}/`, root)) ?? {};
  const guards = modules.flatMap((module) => module.guards ?? []);
  const known = Object.keys(before).length > 0 ? before : undefined;
  if (dialect === 'sqlite') {
    const from = known ?? (await api.generateSQLiteDrizzleJson({}));
    const to = await api.generateSQLiteDrizzleJson(tables);
    const made = await api.generateSQLiteMigration(from, to);
    const statements = made.map((statement) => strict(statement, withoutRowid));
    return { to: { ...to, guards }, statements: guarded(had as readonly Guard[], statements, dialect) };
  }
  const from = known ?? api.generateDrizzleJson({});
  const to = api.generateDrizzleJson(tables);
  const statements = await api.generateMigration(from, to);
  return { to: { ...to, guards }, statements: guarded(had as readonly Guard[], statements, dialect) };
}

/** Writes one engine's next migration; answers its file name, or null where nothing changed. */
export async function generate(dialect: 'sqlite' | 'postgres', name: string): Promise<string | null> {
  const folder = new URL(`${dialect}/`, root);
  mkdirSync(folder, { recursive: true });
  const { to, statements } = await difference(dialect);
  if (statements.length === 0) return null;
  const number = readdirSync(folder).filter((file) => file.endsWith('.sql')).length;
  const file = `${String(number).padStart(4, '0')}_${name}`;
  const text = statements.map((statement) => statement.trim()).join('\n--> statement-breakpoint\n');
  writeFileSync(new URL(`${file}.sql`, folder), `${text}\n`);
  writeFileSync(new URL(`${file}.json`, folder), `${JSON.stringify(to, null, 1)}\n`);
  return file;
}

if (import.meta.main) {
  const [name = 'change', again] = process.argv.slice(2);
  for (const dialect of ['sqlite', 'postgres'] as const) {
    // Before the first release the one migration is made anew: `npm run migrations -- first --again`.
    if (again === '--again') rmSync(new URL(`${dialect}/`, root), { recursive: true, force: true });
    const file = await generate(dialect, name);
    process.stdout.write(`${dialect}: ${file ?? 'nothing changed'}\n`);
  }
}
