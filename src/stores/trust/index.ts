/**
 * stores/trust: who we are to other mail servers. The signing keys of each domain, the secret of rewritten senders, what
 * we saw of others and owe them as reports (DMARC, TLS), and what they reported about us.
 * - A domain's first keys sign at once; later ones are pending until they are activated, and those before them are
 *   retired and stay published for `retiredPublishedDays`.
 * - One active key of each algorithm signs: the newest. A private key leaves this store to sign and for nothing else.
 * - Equal observations are one row and a count; rows of a day and reports that are kept have a most, and all age out.
 */
export { keysPerDomainMax, receivedRowsMax, retiredPublishedDays } from './limits.ts';
export { trustModule } from './module.ts';
export type { NewReport } from './scripts/reports.ts';
export { createTrustStore, type TrustStoreOptions } from './store.ts';
export type { KeyAlgorithm, KeyState, ReportKind } from './tables.ts';
export type {
  KeyInfo,
  Observation,
  ReceivedReport,
  SigningKey,
  SigningRecord,
  TrustStore,
} from './types.ts';
