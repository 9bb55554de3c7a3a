import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { StoreError } from '../../base/index.ts';
import type { Dialect } from '../schema/kit.ts';

/** One step of the schema: `0001_name.sql`, applied once and never edited after a release. */
export interface Migration {
  readonly name: string;
  readonly hash: string;
  readonly statements: readonly string[];
}

export interface AppliedMigration {
  readonly name: string;
  readonly hash: string;
}

const breakpoint = '--> statement-breakpoint';

export function readMigrations(dialect: Dialect): Migration[] {
  const folder = new URL(`./${dialect}/`, import.meta.url);
  const names = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return names.sort().map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    return {
      name: name.slice(0, -'.sql'.length),
      hash: createHash('sha256').update(text).digest('hex'),
      statements: text
        .split(breakpoint)
        .map((statement) => statement.trim())
        .filter((statement) => statement !== ''),
    };
  });
}

/** The migrations still to run. A database that a newer or another version made is refused, never touched. */
export function pending(migrations: readonly Migration[], applied: readonly AppliedMigration[]): readonly Migration[] {
  for (const [at, done] of applied.entries()) {
    const known = migrations[at];
    if (known === undefined || known.name !== done.name) {
      throw new StoreError('unavailable', `the database was made by a newer version of myco (it has ${done.name})`);
    }
    if (known.hash !== done.hash) {
      throw new StoreError('unavailable', `the database was made by another version of myco (${done.name} differs)`);
    }
  }
  return migrations.slice(applied.length);
}
