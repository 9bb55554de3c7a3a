/** `npm run dev`: serves straight from the TypeScript source, and again after every change. */
import { run } from '../src/main.ts';

process.exitCode = await run(['serve', ...process.argv.slice(2)]);
