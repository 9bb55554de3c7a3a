import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { FormatError } from '../../base/index.ts';

/** Who signs: a name, and what readers are given to check it. */
export interface NoteSigner {
  readonly name: string;
  /** `name+hash+key`: what a reader keeps (C2SP signed-note, "Verifier keys"). */
  readonly verifierKey: string;
  /** The note: the text, which ends with a line feed, and the signature below it. */
  sign(text: string): string;
}

const ed25519 = Buffer.of(1);
const seedOctets = 32;
const keyIdOctets = 4;
const signatureOctets = 64;
/** RFC 8410 §7: what stands before the seed, and before the public key. */
const privateHead = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicHead = Buffer.from('302a300506032b6570032100', 'hex');

/** C2SP signed-note, "Format": no white space and no plus in a name. */
function demandName(name: string): void {
  if (!/^[^\s+]+$/u.test(name)) throw new FormatError(`'${name}' is no name of a key`);
}

function keyIdOf(name: string, publicKey: Uint8Array): Buffer {
  const hash = createHash('sha256').update(`${name}\n`).update(ed25519).update(publicKey);
  return hash.digest().subarray(0, keyIdOctets);
}

/** The signer of a name; the same seed of 32 octets is the same key. */
export function noteSigner(name: string, seed: Uint8Array): NoteSigner {
  demandName(name);
  if (seed.length !== seedOctets) throw new FormatError('a seed has 32 octets');
  const der = Buffer.concat([privateHead, seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const exported = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const publicKey = exported.subarray(publicHead.length);
  const id = keyIdOf(name, publicKey);
  return {
    name,
    verifierKey: `${name}+${id.toString('hex')}+${Buffer.concat([ed25519, publicKey]).toString('base64')}`,
    sign(text) {
      demandText(text);
      const signature = Buffer.concat([id, sign(null, Buffer.from(text), privateKey)]);
      return `${text}\n— ${name} ${signature.toString('base64')}\n`;
    },
  };
}

function demandText(text: string): void {
  if (!text.endsWith('\n') || text.includes('\n\n') || !text.isWellFormed())
    throw new FormatError('the text of a note ends with a line feed and has no empty line');
}

interface VerifierKey {
  readonly name: string;
  readonly id: Buffer;
  readonly publicKey: Buffer;
}

function readVerifierKey(text: string): VerifierKey {
  const [, name = '', hash = '', key = ''] =
    /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/u.exec(text) ?? [];
  const bytes = Buffer.from(key, 'base64');
  const publicKey = bytes.subarray(1);
  const id = Buffer.from(hash, 'hex');
  if (bytes[0] !== ed25519[0] || publicKey.length !== seedOctets || !keyIdOf(name, publicKey).equals(id))
    throw new FormatError(`'${text}' is no verifier key`);
  return { name, id, publicKey };
}

/**
 * The text of a note that the key signed. Throws FormatError where it did not, or where the note is none. Signatures of others
 * are left alone (C2SP signed-note, "Signatures").
 */
export function openNote(note: string, verifierKey: string): string {
  const { name, id, publicKey } = readVerifierKey(verifierKey);
  const at = note.lastIndexOf('\n\n');
  if (at < 0 || !note.endsWith('\n')) throw new FormatError('a note has an empty line before its signatures');
  const text = note.slice(0, at + 1);
  demandText(text);
  const key = createPublicKey({ key: Buffer.concat([publicHead, publicKey]), format: 'der', type: 'spki' });
  for (const line of note.slice(at + 2, -1).split('\n')) {
    const [, by = '', base64 = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+=*)$/u.exec(line) ?? [];
    if (by === '') throw new FormatError('a line below a note is no signature');
    const bytes = Buffer.from(base64, 'base64');
    if (by !== name || !bytes.subarray(0, keyIdOctets).equals(id)) continue;
    const signature = bytes.subarray(keyIdOctets);
    if (signature.length === signatureOctets && verify(null, Buffer.from(text), key, signature)) return text;
    throw new FormatError(`the signature of ${name} is not that of this text`);
  }
  throw new FormatError(`${name} did not sign this note`);
}
