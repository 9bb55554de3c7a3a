import { promisify } from 'node:util';
import { gunzip as gunzipCallback } from 'node:zlib';
import { fromBuffer, type ZipFile } from 'yauzl';
import { FormatError, messageOf } from '../../base/index.ts';
import { reportBytesMax, unpackedFreeBytes, unpackedRatio } from './limits.ts';

const gunzip = promisify(gunzipCallback);

/** The most that packed octets may become: what shrinks better than reports do is no report (THREATS 6). */
function outputMax(packed: number): number {
  return Math.min(reportBytesMax, Math.max(unpackedFreeBytes, packed * unpackedRatio));
}

/**
 * The document in a gzip file, in the first file of a ZIP archive, or as it is. Throws FormatError where it cannot be
 * unpacked, or grows too much: no more than that is ever held.
 */
export async function unpack(bytes: Buffer): Promise<Buffer> {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return fromGzip(bytes);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return fromZip(bytes);
  if (bytes.length > reportBytesMax) throw tooLong();
  return bytes;
}

function tooLong(): FormatError {
  return new FormatError('the report grows too long when it is unpacked');
}

async function fromGzip(bytes: Buffer): Promise<Buffer> {
  try {
    return await gunzip(bytes, { maxOutputLength: outputMax(bytes.length) });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') throw tooLong();
    throw new FormatError(`the report is no gzip file: ${messageOf(error)}`);
  }
}

async function fromZip(bytes: Buffer): Promise<Buffer> {
  let zip: ZipFile | undefined;
  try {
    zip = await new Promise<ZipFile>((resolve, reject) => {
      fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, opened) =>
        error ? reject(error) : resolve(opened),
      );
    });
    return await firstFile(zip, outputMax(bytes.length));
  } catch (error) {
    if (error instanceof FormatError) throw error;
    throw new FormatError(`the report is no ZIP archive: ${messageOf(error)}`);
  } finally {
    zip?.close();
  }
}

function firstFile(zip: ZipFile, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', () => reject(new FormatError('the archive is empty')));
    zip.on('entry', (entry) => {
      if (entry.uncompressedSize > bytesMax) return reject(tooLong());
      if (entry.isEncrypted()) return reject(new FormatError('the archive is encrypted'));
      zip.openReadStream(entry, (error, stream) => {
        if (error) return reject(error);
        const pieces: Buffer[] = [];
        let length = 0;
        stream.on('data', (piece: Buffer) => {
          length += piece.length;
          if (length > bytesMax) stream.destroy(tooLong());
          else pieces.push(piece);
        });
        stream.on('error', reject);
        stream.on('end', () => resolve(Buffer.concat(pieces)));
      });
    });
    zip.readEntry();
  });
}
