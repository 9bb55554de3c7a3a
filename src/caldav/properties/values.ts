import type { XmlElement } from '../../formats/xml/index.ts';
import { DavError } from '../../webdav/index.ts';
import { detailBytesMax } from '../limits.ts';

/** A short text; '' is one too. */
export function shortText({ text, name }: XmlElement): string {
  const value = text.trim();
  if (Buffer.byteLength(value) > detailBytesMax)
    throw new DavError(409, `${name} is longer than ${detailBytesMax} bytes`);
  return value;
}
