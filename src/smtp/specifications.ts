import { extensions } from './extensions/index.ts';

/** A row of docs/COVERAGE.md. */
export interface Specification {
  readonly rfc: number;
  readonly title: string;
  readonly status: 'Yes' | 'Partial';
  /** Relative to src/smtp. */
  readonly file: string;
  readonly note?: string;
}

/** What is obeyed beside the extensions. */
const base: readonly Specification[] = [
  {
    rfc: 5321,
    title: 'Simple Mail Transfer Protocol',
    status: 'Yes',
    file: 'session/session.ts',
  },
  { rfc: 7505, title: 'Null MX', status: 'Yes', file: 'outbound/route/router.ts' },
  { rfc: 8461, title: 'SMTP MTA Strict Transport Security', status: 'Yes', file: 'outbound/policy/sts.ts' },
  {
    rfc: 7672,
    title: 'SMTP Security via Opportunistic DANE TLS',
    status: 'Yes',
    file: 'outbound/policy/dane.ts',
  },
  { rfc: 6409, title: 'Message Submission for Mail', status: 'Yes', file: 'submission/door.ts' },
  {
    rfc: 8314,
    title: 'Cleartext Considered Obsolete (submissions port)',
    status: 'Yes',
    file: 'submission/door.ts',
  },
  { rfc: 2033, title: 'Local Mail Transfer Protocol', status: 'Yes', file: 'lmtp/door.ts' },
  { rfc: 3464, title: 'Delivery Status Notifications', status: 'Yes', file: 'outbound/notices/compose.ts' },
  {
    rfc: 6533,
    title: 'Internationalized Delivery Status Notifications',
    status: 'Yes',
    file: 'outbound/notices/compose.ts',
  },
  { rfc: 3463, title: 'Enhanced Mail System Status Codes', status: 'Yes', file: 'replies.ts' },
  {
    rfc: 3848,
    title: 'ESMTP and LMTP Transmission Types Registration',
    status: 'Yes',
    file: 'delivery/trace.ts',
  },
  { rfc: 4616, title: 'The PLAIN SASL Mechanism', status: 'Yes', file: 'extensions/mechanisms.ts' },
];

const notes: Readonly<Record<number, Pick<Specification, 'status' | 'note'>>> = {
  3461: { status: 'Yes', note: 'kept, passed on, and obeyed: failed, delayed, relayed, delivered' },
  4954: { status: 'Yes', note: 'SCRAM, bearer tokens, PLAIN and LOGIN' },
};

const files: Readonly<Record<string, string>> = {
  PIPELINING: 'pipelining.ts',
  SIZE: 'size.ts',
  '8BITMIME': 'eight-bit-mime.ts',
  SMTPUTF8: 'smtputf8.ts',
  ENHANCEDSTATUSCODES: 'enhanced-status-codes.ts',
  DSN: 'dsn.ts',
  CHUNKING: 'chunking.ts',
  BINARYMIME: 'binary-mime.ts',
  LIMITS: 'limits.ts',
  FUTURERELEASE: 'future-release.ts',
  STARTTLS: 'start-tls.ts',
  REQUIRETLS: 'require-tls.ts',
  AUTH: 'auth.ts',
};

export const specifications: readonly Specification[] = [
  ...base,
  ...extensions.map(({ rfc, title, keyword }) => ({
    status: 'Yes' as const,
    ...notes[rfc],
    rfc,
    title,
    file: `extensions/${files[keyword] ?? 'index.ts'}`,
  })),
];
