/** The root of the database's writer and reader threads. */
import { modules } from './modules.ts';
import { runWorker } from './storage/index.ts';

runWorker(modules);
