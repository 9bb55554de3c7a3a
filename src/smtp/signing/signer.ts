import type { Clock } from '../../base/index.ts';
import { headerFields } from '../../formats/mime/index.ts';
import type { TrustStore } from '../../stores/trust/index.ts';
import { BodyFeed } from '../checks/body-feed.ts';
import { type BodyHash, type HeaderRow, mailauth } from '../checks/mailauth.ts';
import { rowsOf } from '../checks/rows.ts';
import { Split } from '../checks/split.ts';
import { authorDomains } from '../inbound/authors.ts';
import type { Inspection } from '../session/types.ts';
import { Keys } from './keys.ts';
import { signatureField } from './signature.ts';

export interface SignerOptions {
  readonly trust: TrustStore;
  /** Whether a domain, in A-labels, is one of ours: for no other is anything signed. */
  readonly isOurs: (domain: string) => Promise<boolean>;
  readonly clock: Clock;
}

/** Puts our signatures on mail. */
export interface Signer {
  /** For a message that comes in pieces: its `fields` are the signatures. */
  begin(): Inspection;
  /** DKIM-Signature fields with their line ends, for a message that is whole; '' where its author is not ours. */
  sign(message: Buffer): Promise<string>;
  /** The keys of a domain of ours. */
  readonly keys: Keys;
}

/** Loads what signs, which takes a moment: while starting. */
export function createSigner({ trust, isOurs, clock }: SignerOptions): Signer {
  mailauth();
  const keys = new Keys(trust);

  /** One field for each key of the author's domain; who may write as whom was decided before. */
  async function fieldsFor(rows: readonly HeaderRow[], header: Buffer, hash: BodyHash): Promise<string> {
    const [domain] = authorDomains(headerFields(header));
    if (domain === undefined || !(await isOurs(domain))) return '';
    const bodyHash = hash.digest('base64');
    const now = clock.nowMs();
    const ready = await keys.of(domain);
    return (await Promise.all(ready.map((key) => signatureField(rows, bodyHash, key, now)))).join('');
  }

  function begin(): Inspection {
    const hash = mailauth().dkimBody('relaxed', 'sha256', false);
    const feed = new BodyFeed(() => [hash]);
    let header: Buffer = Buffer.alloc(0);
    const split = new Split(
      async (whole) => {
        header = whole;
      },
      (piece) => feed.add(piece),
    );
    return {
      write: (piece) => split.write(piece),
      abandon: () => {},
      async end() {
        await split.end();
        await feed.end();
        const fields = await fieldsFor(rowsOf(header, headerFields(header)), header, hash);
        return { refuse: null, fields, forwardFields: '', junk: false };
      },
    };
  }

  return {
    begin,
    keys,
    async sign(message) {
      const signing = begin();
      await signing.write(message);
      return (await signing.end()).fields;
    },
  };
}
