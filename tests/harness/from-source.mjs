// Runs one command line of myco from its sources: what the tests start where dist/ is older than src/.
import { run } from '../../src/main.ts';

process.exitCode = await run(process.argv.slice(2));
