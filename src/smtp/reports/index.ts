/**
 * smtp/reports: what servers tell each other about mail in each other's name: DMARC aggregate reports (RFC 7489 §7.2, RFC
 * 9990) and TLS reports (RFC 8460), daily, sent and received.
 * - Observations are held for a minute at most, equal ones counted together; reports leave once their day is over.
 * - Reports about a domain go elsewhere only where that place says in the DNS that it wants them.
 * - What comes is unpacked and read within bounds of size, ratio and depth; only what is about our domains is kept.
 * - No log line and no metric has an address or a domain of others.
 */
export { createIntake, type Intake, type IntakeOptions } from './intake.ts';
export { createObservers, type Observers } from './observers.ts';
export { createReporter, type Reporter, type ReporterOptions } from './send.ts';
