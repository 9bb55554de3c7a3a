import { asBuffer } from './bytes.ts';
import { decodedLineBytesMax } from './limits.ts';
import { base64Value, decodeQuotedPrintable, isIdentityEncoding } from './transfer.ts';

/** Undoes or applies a Content-Transfer-Encoding piece by piece. The answers may share memory with what is written. */
export interface BodyTransform {
  write(chunk: Uint8Array): Buffer;
  /** Once, after the last chunk: what was held back. */
  end(): Buffer;
}

const nothing = Buffer.alloc(0);

/**
 * The same as `decodeBody`, for a body that is too large to be held: memory is bounded by the chunks. One difference:
 * within a line of quoted-printable longer than `decodedLineBytesMax` white space may be judged by that piece alone.
 * Undefined where the encoding cannot be undone in pieces.
 */
export function createBodyDecoder(encoding: string): BodyTransform | undefined {
  if (isIdentityEncoding(encoding)) return { write: asBuffer, end: () => nothing };
  if (encoding === 'base64') return new Base64Decoder();
  return encoding === 'quoted-printable' ? new QuotedPrintableDecoder() : undefined;
}

/** RFC 2045 §6.8, as `decodeBase64` reads it. */
class Base64Decoder implements BodyTransform {
  #bits = 0;
  #count = 0;

  write(chunk: Uint8Array): Buffer {
    const out = Buffer.allocUnsafe(Math.ceil(((chunk.length + 4) * 3) / 4));
    let length = 0;
    let bits = this.#bits;
    let count = this.#count;
    for (const byte of chunk) {
      const value = base64Value(byte);
      if (value < 64) {
        bits = ((bits << 6) | value) & 0xffffff;
        count += 6;
        if (count >= 8) {
          count -= 8;
          out[length++] = (bits >> count) & 0xff;
        }
      } else if (byte === 0x3d) {
        count = 0;
      }
    }
    this.#bits = bits;
    this.#count = count;
    return out.subarray(0, length);
  }

  end(): Buffer {
    return nothing;
  }
}

/** RFC 2045 §6.7, line by line: what white space and '=' mean shows at the end of their line. */
class QuotedPrintableDecoder implements BodyTransform {
  #held: Buffer = nothing;

  write(chunk: Uint8Array): Buffer {
    const bytes = this.#held.length === 0 ? asBuffer(chunk) : Buffer.concat([this.#held, chunk]);
    let cut = bytes.lastIndexOf(10) + 1;
    if (bytes.length - cut > decodedLineBytesMax) cut = safeCut(bytes);
    // A copy: the caller may use the memory of the chunk again.
    this.#held = Buffer.from(bytes.subarray(cut));
    return decodeQuotedPrintable(bytes.subarray(0, cut));
  }

  end(): Buffer {
    return decodeQuotedPrintable(this.#held);
  }
}

/** A place near the end at which an endless line may be cut: not within `=XX`, nor after white space or CR. */
function safeCut(bytes: Buffer): number {
  for (let at = bytes.length; at > bytes.length - decodedLineBytesMax; at--) {
    const before = bytes[at - 1] ?? 0;
    const isSolid = before > 32 && before !== 0x3d && bytes[at - 2] !== 0x3d;
    if (isSolid) return at;
  }
  return bytes.length;
}

/** Bytes that make one line of base64, RFC 2045 §6.8: 76 characters. */
const lineBytes = 57;

/** Base64 in lines of 76 characters, CRLF between them and none at the end. */
export function createBase64Encoder(): BodyTransform {
  let held: Buffer = nothing;
  let isFirst = true;
  const lines = (bytes: Buffer): Buffer => {
    if (bytes.length === 0) return nothing;
    const text = bytes.toString('base64').replace(/.{76}(?!$)/g, '$&\r\n');
    const line = isFirst ? text : `\r\n${text}`;
    isFirst = false;
    return Buffer.from(line, 'latin1');
  };
  return {
    write(chunk) {
      const bytes = held.length === 0 ? asBuffer(chunk) : Buffer.concat([held, chunk]);
      const cut = bytes.length - (bytes.length % lineBytes);
      held = Buffer.from(bytes.subarray(cut));
      return lines(bytes.subarray(0, cut));
    },
    end: () => lines(held),
  };
}
