import type { NewReport } from './scripts/reports.ts';
import type { KeyAlgorithm, KeyState, ReportKind } from './tables.ts';

/** A signing key without what signs. */
export interface KeyInfo {
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: KeyAlgorithm;
  readonly state: KeyState;
  /** Ms since 1970, 0 for never. */
  readonly created: number;
  readonly activated: number;
  readonly retired: number;
}

/** What signs. `id` is never given to another key. */
export interface SigningKey {
  readonly id: number;
  readonly domain: string;
  readonly selector: string;
  readonly algorithm: KeyAlgorithm;
  /** PKCS #8 in PEM. */
  readonly privateKey: string;
}

/** A TXT record that must stand in the DNS. `name` without its final dot; `state` of the key it is of. */
export interface SigningRecord {
  readonly name: string;
  readonly value: string;
  readonly selector: string;
  readonly state: KeyState;
}

/** Equal observations of a day that a domain is owed a report of. `row` is JSON of the kind's own form. */
export interface Observation {
  readonly kind: ReportKind;
  /** Days since 1970, UTC. */
  readonly day: number;
  readonly domain: string;
  readonly row: string;
  readonly count: number;
}

export interface ReceivedReport extends NewReport {
  readonly id: number;
}

/** Signing keys of our domains, what we owe others as reports and what they reported. */
export interface TrustStore {
  /** Makes the keys of a domain that has none that signs; they sign at once, for there was nothing before them. */
  ensureKeys(domain: string): Promise<void>;
  /** Makes a pending key of each algorithm that has none. StoreError 'limit'. */
  rotateKeys(domain: string): Promise<void>;
  /** It signs from now on; the one before it is retired. StoreError 'not-found'. */
  activateKey(domain: string, selector: string): Promise<void>;
  /** StoreError 'not-found'; 'conflict' for the last key that signs. */
  retireKey(domain: string, selector: string): Promise<void>;
  keys(domain: string): Promise<readonly KeyInfo[]>;
  /** Domains that have keys. */
  keyDomains(): Promise<readonly string[]>;
  /** The newest active key of each algorithm; empty where the domain has none. */
  signingKeys(domain: string): Promise<readonly SigningKey[]>;
  /** What must be published: keys that sign, will sign, or signed what may still be on its way. */
  signingRecords(domain: string): Promise<readonly SigningRecord[]>;
  /** A secret that is made once and stays, in base64. */
  secret(name: 'srs' | 'push' | `coop-${string}`): Promise<string>;

  /** Answers how many were not counted, for there are too many different ones of that day. */
  observe(observations: readonly Observation[]): Promise<number>;
  /** Reports that are owed for days before `day`. */
  owed(kind: ReportKind, day: number, max: number): Promise<readonly { day: number; domain: string }[]>;
  owedRows(
    kind: ReportKind,
    day: number,
    domain: string,
    max: number,
  ): Promise<readonly { row: string; count: number }[]>;
  /** The report is on its way, or nobody wants it. */
  settleOwed(kind: ReportKind, day: number, domain: string): Promise<void>;

  /** Null where the same report came before. */
  addReport(report: NewReport, rows: readonly string[]): Promise<number | null>;
  /** The newest first; `before` is an id. */
  reports(page: { before?: number; max: number }): Promise<readonly ReceivedReport[]>;
  report(id: number): Promise<{ report: ReceivedReport; rows: readonly string[] } | null>;
  /** Forgets what is old: keys, reports that nobody sent, reports that came more than `reportDays` ago. */
  tidy(reportDays: number): Promise<void>;
}
