import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'tools/**/*.test.ts', 'tests/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**', 'tests/conformance/**'],
    globalSetup: ['tests/setup/postgres.ts'],
    // Long enough for a machine that is busy with something else.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // What is awaited comes when it can: a second is little on a machine that does other things as well.
    expect: { poll: { timeout: 20_000 } },
    pool: 'forks',
    // Processes that are started from the sources are stripped of their types and compiled once.
    env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url)) },
    maxWorkers: 2,
  },
});
