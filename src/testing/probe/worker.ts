/** The root of the threads of a database that runs the probe. */
import { runWorker } from '../../storage/index.ts';
import { probeLineModule, probeModule } from './module.ts';

runWorker([probeModule, probeLineModule]);
