import { createHash, sign as signData } from 'node:crypto';
import { promisify } from 'node:util';
import { type HeaderRow, mailauth } from '../checks/mailauth.ts';
import type { ReadyKey } from './keys.ts';

// In a thread of the pool: an RSA signature takes a millisecond.
const sign = promisify(signData);

/** Fields that are signed where they are there (RFC 6376 §5.4.1); others may be added or changed on the way. */
const signedNames = [
  'From',
  'Sender',
  'Reply-To',
  'Subject',
  'Date',
  'Message-ID',
  'To',
  'Cc',
  'MIME-Version',
  'Content-Type',
  'Content-Transfer-Encoding',
  'In-Reply-To',
  'References',
  'List-Id',
  'List-Unsubscribe',
  'List-Unsubscribe-Post',
  'Auto-Submitted',
] as const;

/** Named once more than they are there, so that nobody adds another one on top (RFC 6376 §5.4.2, §8.15). */
const sealedNames: ReadonlySet<string> = new Set(['From', 'Subject', 'Date', 'Message-ID']);

/** What h= names, in its order. */
function namesToSign(rows: readonly HeaderRow[]): string[] {
  const counts = new Map<string, number>();
  for (const { key } of rows) counts.set(key, (counts.get(key) ?? 0) + 1);
  return signedNames.flatMap((name) => {
    const there = counts.get(name.toLowerCase()) ?? 0;
    return Array.from({ length: there + (sealedNames.has(name) ? 1 : 0) }, () => name);
  });
}

/** One DKIM-Signature field with its line end. `bodyHash`: relaxed, SHA-256, base64. */
export async function signatureField(
  rows: readonly HeaderRow[],
  bodyHash: string,
  ready: ReadyKey,
  nowMs: number,
): Promise<string> {
  const { getSigningHeaderLines, generateCanonicalizedHeader, formatSignatureHeaderLine } = mailauth();
  const names = namesToSign(rows);
  const { headers } = getSigningHeaderLines(rows, names.join(':'), true);
  const { canonicalizedHeader, dkimHeaderOpts } = generateCanonicalizedHeader(
    'DKIM',
    { keys: names.join(':'), headers },
    {
      canonicalization: 'relaxed/relaxed',
      algorithm: ready.algorithm,
      signingDomain: ready.domain,
      selector: ready.selector,
      identity: `@${ready.domain}`,
      bodyHash,
      timestamp: Math.floor(nowMs / 1000),
    },
  );
  const signature =
    ready.algorithm === 'rsa-sha256'
      ? await sign('sha256', canonicalizedHeader, ready.key)
      : // RFC 8463 §3: Ed25519 signs the hash.
        await sign(null, createHash('sha256').update(canonicalizedHeader).digest(), ready.key);
  const values = { ...dkimHeaderOpts, b: signature.toString('base64') };
  return `${formatSignatureHeaderLine('DKIM', values, true)}\r\n`;
}
