import { createRequire } from 'node:module';

/** A header field as the library takes it: lower-case name, name as written, the field without its final CRLF. */
export interface HeaderRow {
  readonly key: string;
  readonly casedKey: string;
  readonly line: Buffer;
}

export interface Headers {
  readonly parsed: readonly HeaderRow[];
  readonly original: Buffer;
}

/** Asks the DNS as `node:dns` does: rejects with an error whose `code` says why there is no answer. */
export type Ask = (name: string, type: string) => Promise<readonly unknown[]>;

export interface Status {
  readonly result: string;
  readonly comment?: string;
  /** Octets of the body that an l= leaves unsigned. */
  readonly underSized?: number;
  readonly [property: string]: unknown;
}

export interface SignatureResult {
  readonly id?: string;
  readonly signingDomain?: string;
  readonly selector?: string;
  readonly status: Status;
  /** As a part of Authentication-Results. */
  readonly info?: string;
}

export interface BodyHash {
  update(chunk: Buffer): void;
  digest(encoding: 'base64'): string;
}

/** Tags of a signature field by name. */
export interface TagField {
  readonly parsed?: Readonly<Record<string, { readonly value?: unknown } | undefined>>;
  readonly original?: Buffer;
}

export interface ArcSet {
  readonly i: number;
  readonly 'arc-seal': TagField;
  readonly 'arc-authentication-results': TagField;
}

export interface ArcData {
  readonly chain: readonly ArcSet[] | false;
  readonly error?: Error;
}

export interface Verifier {
  headers: Headers | false;
  readonly bodyHashes: ReadonlyMap<string, BodyHash>;
  readonly results: readonly SignatureResult[];
  readonly arc: ArcData;
  readonly seal: { bodyHash?: string } | undefined;
  messageHeaders(headers: Headers): Promise<void>;
  verifySignature(signature: object, fallback?: boolean): Promise<SignatureResult>;
  finalChunk(): Promise<void>;
}

export interface VerifierOptions {
  readonly resolver: Ask;
  readonly sender: string;
  readonly minBitLength: number;
  readonly strict: boolean;
  readonly rejectRsaSha1: boolean;
  readonly seal?: object;
}

export interface SpfResult {
  readonly domain: string;
  readonly status: Status;
  readonly info: string;
}

export interface ArcResult {
  readonly i?: number | false;
  readonly status: Status;
  readonly info?: string;
}

export interface DmarcResponse {
  readonly status: Status;
  readonly info: string;
  /** Organizational domain. */
  readonly domain: string;
  /** Where the record stands. */
  readonly policyDomain?: string;
  /** What the record asks for this message: `none`, `quarantine` or `reject`. */
  readonly policy?: string;
  readonly p?: string;
  readonly sp?: string;
  readonly np?: string;
  readonly testMode?: boolean;
  readonly rr?: string;
  readonly alignment?: {
    readonly spf: { readonly result?: string; readonly strict: boolean };
    readonly dkim: { readonly result?: string; readonly strict: boolean };
  };
}

export interface DmarcAnswer {
  readonly response: DmarcResponse | false;
  readonly reason?: string;
}

export interface SealData {
  readonly headers: Headers;
  readonly arc: ArcData;
  readonly seal: {
    readonly signingDomain: string;
    readonly selector: string;
    readonly privateKey: string;
    readonly algorithm: string;
    readonly bodyHash: string;
    readonly cv: string;
    readonly authResults: string;
    readonly signTime: Date;
  };
  readonly strict: boolean;
}

/** What we use of mailauth, whose inner parts have no types of their own. Its version is pinned; tests hold it to this. */
export interface Mailauth {
  readonly DkimVerifier: new (options: VerifierOptions) => Verifier;
  spf(options: {
    readonly sender: string;
    readonly ip: string;
    readonly helo: string;
    readonly mta: string;
    readonly resolver: Ask;
    readonly maxResolveCount: number;
    readonly maxVoidCount: number;
    readonly maxElapsedTime: number;
    readonly strict: boolean;
  }): Promise<SpfResult>;
  arc(data: ArcData, options: { resolver: Ask; minBitLength: number; strict: boolean }): Promise<ArcResult>;
  createSeal(message: false, data: SealData): Promise<{ headers: string[]; errors: { err: Error }[] }>;
  evaluateDmarc(options: {
    readonly headerFrom: readonly string[];
    readonly fromFields: number;
    readonly spfDomains: readonly string[];
    readonly dkimDomains: readonly { id: string; domain: string }[];
    readonly arcResult: ArcResult | null;
    readonly resolver: Ask;
    readonly strict: boolean;
  }): Promise<DmarcAnswer>;
  dkimBody(canonicalization: 'relaxed', hash: 'sha256', lengthMax: false): BodyHash;
  getSigningHeaderLines(
    rows: readonly HeaderRow[],
    names: string,
    verify: boolean,
  ): { keys: string; headers: readonly HeaderRow[] };
  generateCanonicalizedHeader(
    type: 'DKIM',
    lines: { readonly keys: string; readonly headers: readonly HeaderRow[] },
    options: object,
  ): { canonicalizedHeader: Buffer; dkimHeaderOpts: Record<string, unknown> };
  formatSignatureHeaderLine(type: 'DKIM', values: object, folded: boolean): string;
}

let loaded: Mailauth | null = null;

/** Some 200 ms and 35 MB at the first call, most of it packages that mailauth brings: call it while starting. */
export function mailauth(): Mailauth {
  if (loaded === null) {
    const from = createRequire(import.meta.url);
    const take = (part: string): Mailauth => from(`mailauth/lib/${part}.js`);
    const { DkimVerifier } = take('dkim/dkim-verifier');
    const { spf } = take('spf/index');
    const { arc, createSeal } = take('arc/index');
    const { evaluateDmarc } = take('dmarc/index');
    const { dkimBody } = take('dkim/body/index');
    const { generateCanonicalizedHeader } = take('dkim/header/index');
    const { getSigningHeaderLines, formatSignatureHeaderLine } = take('tools');
    loaded = {
      DkimVerifier,
      spf,
      arc,
      createSeal,
      evaluateDmarc,
      dkimBody,
      getSigningHeaderLines,
      generateCanonicalizedHeader,
      formatSignatureHeaderLine,
    };
  }
  return loaded;
}
