import { DavError, elementOf, type Xml } from '../webdav/index.ts';
import { caldavName } from './names.ts';

/** A precondition of CalDAV that does not hold: 403 (RFC 4791 §1.3). `inner`: of its element. */
export function refusal(condition: string, message: string, inner: Xml = ''): DavError {
  return new DavError(403, message, { condition: elementOf(caldavName(condition), inner) });
}
