import { FormatError } from '../../base/index.ts';

/** What a log says of itself at one moment. */
export interface Checkpoint {
  /** Which log: `coop.example/ledger`. */
  readonly origin: string;
  readonly size: number;
  /** SHA-256, 32 octets. */
  readonly root: Buffer;
}

const rootOctets = 32;

/** C2SP tlog-checkpoint, "Note text": origin, size, root, each a line. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** Reads the text; lines beyond the third are extensions and are left alone. Throws FormatError. */
export function readCheckpoint(text: string): Checkpoint {
  const [origin = '', count = '', base64 = ''] = text.split('\n');
  const root = Buffer.from(base64, 'base64');
  const size = Number(count);
  const isWhole = /^(0|[1-9]\d*)$/.test(count) && Number.isSafeInteger(size);
  if (origin === '' || !isWhole || root.length !== rootOctets || root.toString('base64') !== base64)
    throw new FormatError('a checkpoint has an origin, a size and a root, each on a line');
  return { origin, size, root };
}
