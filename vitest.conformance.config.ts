import { defineConfig, mergeConfig } from 'vitest/config';
import unit from './vitest.config.ts';

/** Real clients (swaks, curl, mbsync, imapflow, imaplib) against the whole process: `npm run conformance`. */
const conformance = mergeConfig(
  unit,
  defineConfig({
    test: { globalSetup: ['tests/setup/build.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
  }),
);
conformance.test.include = ['tests/conformance/**/*.test.ts'];
conformance.test.exclude = ['node_modules/**', 'dist/**'];

export default conformance;
