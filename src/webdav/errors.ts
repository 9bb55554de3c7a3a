import { blameOf, FormatError, type Reason, StoreError } from '../base/index.ts';
import { escapeXml } from '../formats/xml/index.ts';
import { prefixDeclarations } from './prefixes.ts';
import type { HeaderLines, QName, Xml } from './types.ts';

export interface DavErrorParts {
  /** Inside of DAV:error (RFC 4918 §16): the condition that does not hold. */
  readonly condition?: Xml;
  readonly headers?: HeaderLines;
  /** Whose value it is that cannot be, where a PROPPATCH found out when it was about to be kept. */
  readonly property?: QName;
}

/** A request that is refused; `message` is safe to show to whoever asked. */
export class DavError extends Error {
  override readonly name = 'DavError';
  readonly status: number;
  readonly condition: Xml;
  readonly headers: HeaderLines;
  readonly property: QName | null;

  constructor(status: number, message: string, parts: DavErrorParts = {}) {
    super(message);
    this.status = status;
    this.condition = parts.condition ?? '';
    this.headers = parts.headers ?? {};
    this.property = parts.property ?? null;
  }
}

/** The client is gone: nothing can be answered and nothing is wrong. */
export class Gone extends Error {
  override readonly name = 'Gone';
}

interface Row {
  readonly status: number;
  readonly condition?: Xml;
  readonly headers?: HeaderLines;
}

/** The one place where a store's reason becomes a status. RFC 4918 §11, §16; RFC 4331 §6. */
const reasonRows = {
  'not-found': { status: 404 },
  exists: { status: 409 },
  denied: { status: 403 },
  'over-quota': { status: 507, condition: '<D:quota-not-exceeded/>' },
  'too-large': { status: 413 },
  limit: { status: 507 },
  conflict: { status: 412 },
  locked: { status: 423 },
  invalid: { status: 400 },
  'has-children': { status: 409 },
  disabled: { status: 403 },
  'no-space': { status: 507, condition: '<D:sufficient-disk-space/>' },
  unavailable: { status: 503, headers: { 'Retry-After': '2' } },
  corrupt: { status: 500 },
} as const satisfies Record<Reason, Row>;

export interface Refusal extends Row {
  readonly message: string;
  /** Somebody here must look at it. */
  readonly ours: boolean;
}

/** Anything that was thrown -> what is answered. `incident`: for the member to quote where the fault is ours. */
export function refusalOf(error: unknown, href: string, incident: string): Refusal {
  if (error instanceof DavError) {
    const { status, message, condition, headers } = error;
    return { status, message, condition, headers, ours: false };
  }
  if (error instanceof FormatError) return { status: 400, message: error.message, ours: false };
  if (error instanceof StoreError) {
    const row: Row = reasonRows[error.reason];
    const ours = blameOf[error.reason] === 'server';
    const message = ours ? `${error.message}; incident ${incident}` : error.message;
    if (error.reason !== 'locked') return { ...row, message, ours };
    return { ...row, message, ours, condition: lockTokenSubmitted(rootOf(error) ?? href) };
  }
  return { status: 500, message: `an internal error, not your fault; incident ${incident}`, ours: true };
}

/** Of what the lock is that stands in the way, percent-encoded; undefined where the store did not say. */
export function rootOf(error: StoreError): string | undefined {
  const { root } = error.details;
  return typeof root === 'string' && root !== '' ? root : undefined;
}

/** RFC 4918 §16: the href names the lock's root. */
export function lockTokenSubmitted(href: string): Xml {
  return `<D:lock-token-submitted><D:href>${escapeXml(href)}</D:href></D:lock-token-submitted>`;
}

/** The body of a refusal. Many clients show the `message` of this name space, which sabre/dav made up. */
export function errorBody(condition: Xml, message: string): Xml {
  const shown = `<s:message xmlns:s="http://sabredav.org/ns">${escapeXml(message)}</s:message>`;
  return `<?xml version="1.0" encoding="utf-8"?>\n<D:error${prefixDeclarations}>${condition}${shown}</D:error>\n`;
}
