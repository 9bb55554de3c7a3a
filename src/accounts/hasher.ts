import { Gate, randomOctets } from '../base/index.ts';
import {
  argon2HashBytes,
  argon2Lanes,
  argon2MemoryKiB,
  argon2Passes,
  argon2SaltBytes,
  hashesWaitingMax,
} from './limits.ts';

/** Slow work with passwords. Every method answers undefined, doing nothing, where too much of it waits already. */
export interface Hasher {
  /** A PHC string. */
  hash(password: string): Promise<string | undefined>;
  verify(phc: string, password: string): Promise<boolean | undefined>;
  /** Runs other slow key derivation within the same bound. */
  derive<T>(task: () => Promise<T>): Promise<T | undefined>;
  /** Whether the string was made with other parameters than today's. */
  outdated(phc: string): boolean;
  /** A string of today's cost that no password fits: who asks for an unknown user pays as much as for a known one. */
  readonly decoy: string;
}

const parameters = [`m=${argon2MemoryKiB}`, `p=${argon2Lanes}`, `t=${argon2Passes}`];
const prefix = `$argon2id$v=19$${parameters.join(',')}$`;

/** The same parameters, in whatever order the library that made it writes them. */
function ofToday(phc: string): boolean {
  const [, kind, version, given = ''] = phc.split('$');
  return kind === 'argon2id' && version === 'v=19' && given.split(',').sort().join() === parameters.join();
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('=', '');
}

/** argon2id on the thread pool, `atOnceMax` at a time; the native code is loaded with the first password. */
export function argon2Hasher(atOnceMax: number, waitingMax = hashesWaitingMax): Hasher {
  const gate = new Gate(atOnceMax, waitingMax);
  return {
    hash: (password) =>
      gate.run(async () => {
        const { argon2id, hash } = await import('argon2');
        return hash(password, {
          type: argon2id,
          memoryCost: argon2MemoryKiB,
          timeCost: argon2Passes,
          parallelism: argon2Lanes,
          hashLength: argon2HashBytes,
          salt: randomOctets(argon2SaltBytes),
        });
      }),
    verify: (phc, password) =>
      gate.run(async () => {
        const { verify } = await import('argon2');
        return verify(phc, password);
      }),
    derive: (task) => gate.run(task),
    outdated: (phc) => !ofToday(phc),
    decoy: `${prefix}${unpadded(randomOctets(argon2SaltBytes))}$${unpadded(randomOctets(argon2HashBytes))}`,
  };
}
