import { DavError, elementOf, type Xml } from '../webdav/index.ts';
import { carddavName } from './names.ts';

/** A precondition of CardDAV that does not hold: 403 unless an RFC says otherwise (RFC 6352 §1.3). */
export function refusal(condition: string, message: string, inner: Xml = '', status = 403): DavError {
  return new DavError(status, message, { condition: elementOf(carddavName(condition), inner) });
}
