import { areRelated } from '../../formats/address/index.ts';
import type { HeaderField } from '../../formats/mime/index.ts';
import {
  arcFieldBytesMax,
  checkedFieldsMax,
  checkedHeaderBytesMax,
  partialSignaturesMax,
  signatureFieldBytesMax,
  signaturesMax,
} from './limits.ts';
import type { HeaderRow } from './mailauth.ts';

/** The fields of a header. Lines that are no field count to the one above: so a signature covers what a reader may show. */
export function rowsOf(header: Buffer, fields: readonly HeaderField[]): HeaderRow[] {
  const end = headerEnd(header);
  return fields.map((field, at) => {
    const next = fields[at + 1]?.start ?? end;
    return {
      key: field.name.toLowerCase(),
      casedKey: field.name,
      line: withoutLineEnd(header.subarray(field.start, next)),
    };
  });
}

/** Where the empty line begins, or the octets end. */
function headerEnd(header: Buffer): number {
  if (header.length >= 2 && header[0] === 13 && header[1] === 10) return 0;
  const at = header.indexOf('\r\n\r\n');
  return at < 0 ? header.length : at + 2;
}

function withoutLineEnd(line: Buffer): Buffer {
  let end = line.length;
  while (end > 0 && (line[end - 1] === 10 || line[end - 1] === 13)) end--;
  return line.subarray(0, end);
}

/** What of a header is verified, and in words why not all of it. */
export interface Verifiable {
  /** With the signatures and ARC sets that are looked at, and no others. */
  readonly rows: readonly HeaderRow[];
  readonly left: string | null;
}

const arcNames = new Set(['arc-seal', 'arc-message-signature', 'arc-authentication-results']);

/** Bounds what verifying a header may cost. `domain`: the author's. */
export function verifiable(header: Buffer, rows: readonly HeaderRow[], domain: string): Verifiable {
  const isProof = ({ key }: HeaderRow) => key === 'dkim-signature' || arcNames.has(key);
  if (rows.length > checkedFieldsMax || header.length > checkedHeaderBytesMax) {
    return { rows: rows.filter((row) => !isProof(row)), left: 'the header is too large to be verified' };
  }
  const signatures = rows.filter(({ key }) => key === 'dkim-signature');
  const chosen = new Set(choose(signatures, domain));
  const arc = rows.filter(({ key }) => arcNames.has(key));
  const arcBytes = arc.reduce((sum, { line }) => sum + line.length, 0);
  const kept = rows.filter((row) => {
    if (row.key === 'dkim-signature') return chosen.has(row);
    return !arcNames.has(row.key) || arcBytes <= arcFieldBytesMax;
  });
  const skipped = signatures.length - chosen.size;
  const left: string[] = [];
  if (skipped > 0) left.push(`${skipped} of ${signatures.length} signatures were not verified`);
  if (arcBytes > arcFieldBytesMax) left.push('the ARC sets are too large to be verified');
  return { rows: kept, left: left.length > 0 ? left.join('; ') : null };
}

function choose(signatures: readonly HeaderRow[], domain: string): HeaderRow[] {
  let partial = 0;
  const small = signatures.filter(({ line }) => {
    if (line.length > signatureFieldBytesMax) return false;
    return tagOf(line, 'l') === null || ++partial <= partialSignaturesMax;
  });
  if (small.length <= signaturesMax) return small;
  const ofAuthor = (row: HeaderRow) => {
    const signer = tagOf(row.line, 'd')?.toLowerCase() ?? '';
    return signer !== '' && areRelated(signer, domain);
  };
  const first = small.filter(ofAuthor);
  return [...first, ...small.filter((row) => !first.includes(row))].slice(0, signaturesMax);
}

/** The value of a tag of a signature field (RFC 6376 §3.2), to choose by; null where it is not there. */
function tagOf(line: Buffer, tag: string): string | null {
  const text = line.toString('latin1', line.indexOf(58) + 1);
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    if (equals > 0 && part.slice(0, equals).trim().toLowerCase() === tag)
      return part.slice(equals + 1).trim();
  }
  return null;
}
