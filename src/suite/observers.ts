import {
  createHealth,
  createLog,
  createMetrics,
  type Health,
  type LogLevel,
  type Metrics,
  type RootLog,
} from '../observability/index.ts';
import type { MycoSettings } from '../settings/index.ts';

/** What watches the process. */
export interface Observers {
  readonly log: RootLog;
  readonly metrics: Metrics;
  readonly health: Health;
}

/** `trace` is the settings' word for everything; the log has nothing finer than debug. */
export function logLevel(level: MycoSettings['log']['level']): LogLevel {
  return level === 'trace' ? 'debug' : level;
}

export function createObservers(settings: MycoSettings): Observers {
  return {
    log: createLog({ level: logLevel(settings.log.level), format: settings.log.format }),
    metrics: createMetrics({ processMetrics: true }),
    health: createHealth(),
  };
}
