/**
 * observability: log, metrics, health and wire tap. May import base only; every folder above may import it.
 *
 * - Privacy: no message body, address book entry, answer or secret is written at any level. Field names of a log
 *   line are a closed list (fields.ts); a name outside it is masked, an error is stripped of what it may quote.
 * - Nothing here blocks or throws into its caller: a slow reader of standard error loses lines, not the process.
 * - Metrics are declared as values beside the code that counts; handles are taken once, counting is an addition.
 * - The wire tap is off by default, knows the grammars it shows and hides what it does not understand.
 */
export {
  describeError,
  type ErrorDescription,
  type FieldName,
  type Fields,
  type FieldValue,
  fieldNames,
} from './fields.ts';
export { createHealth, type Health, type HealthCheck, type HealthReport } from './health.ts';
export {
  createLog,
  type Log,
  type LogLevel,
  type LogOptions,
  logLevels,
  type RootLog,
  silentLog,
} from './log.ts';
export {
  type CounterHandle,
  createMetrics,
  type EventLoopMonitor,
  type Family,
  type GaugeHandle,
  type HistogramHandle,
  type MetricDeclaration,
  type MetricKind,
  type Metrics,
  monitorEventLoop,
} from './metrics.ts';
export { createWireTap, type Tap, type TapProtocol, type WireRecord, type WireTap } from './wire-tap.ts';
