import { connect } from 'node:net';
import { describe, inject, test } from 'vitest';
import { findPostgres, postgresMissing } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Port on 127.0.0.1 that answers each connection with one line: the URL of a new, empty database. */
    postgresBroker: number;
  }
}

/** One storage engine under test. */
export interface Engine {
  readonly name: 'sqlite' | 'postgres';
  /** Why it cannot run on this machine; null where it can. */
  readonly missing: string | null;
  /** The value of `storage.database` for a new, empty database: `sqlite`, or a `postgres://` URL of its own. */
  database(): Promise<string>;
}

/** Every storage engine, for `describe.each`; look at `missing` or use `describeEngines`, which does. */
export function engines(): readonly Engine[] {
  return [
    { name: 'sqlite', missing: null, database: async () => 'sqlite' },
    { name: 'postgres', missing: findPostgres() ? null : postgresMissing, database: withPostgres },
  ];
}

/** Runs `suite` once per engine. A missing one is skipped with a word; with CI=true it is a failure. */
export function describeEngines(title: string, suite: (engine: Engine) => void): void {
  for (const engine of engines()) {
    if (engine.missing === null) describe(`${title} on ${engine.name}`, () => suite(engine));
    else missingTool(`${title} on ${engine.name}`, engine.missing);
  }
}

/** Registers a skipped test that says what is missing; with CI=true a failing one. */
export function missingTool(title: string, reason: string): void {
  if (process.env.CI !== 'true') return void test.skip(`${title}: ${reason}`, () => undefined);
  test(title, () => {
    throw new Error(`${reason}; CI=true requires it`);
  });
}

/** The URL of a new, empty PostgreSQL database on the run's own server, which starts when first asked for. */
export async function withPostgres(): Promise<string> {
  const port = inject('postgresBroker');
  const answer = await new Promise<string>((resolve, reject) => {
    let text = '';
    connect(port, '127.0.0.1')
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        text += chunk;
      })
      .on('end', () => resolve(text.trim()))
      .on('error', reject);
  });
  if (!answer.startsWith('postgres://')) throw new Error(`PostgreSQL for tests: ${answer}`);
  return answer;
}
