/** probe: operations that prove the storage layer itself, and a database that runs nothing else. */
import { type DatabaseOptions, openDatabase } from '../../storage/index.ts';
import { probeLineModule, probeModule } from './module.ts';

export { probe, probeLine, probeModule } from './module.ts';

/** Opens a database that runs the probe's operations and nothing else. */
export function openProbe(options: Partial<DatabaseOptions> & { dir: string }) {
  return openDatabase({
    modules: [probeModule, probeLineModule],
    database: 'sqlite',
    workerUrl: new URL('./worker.ts', import.meta.url),
    ...options,
  });
}
