import { DavError } from '../errors.ts';
import type { LiveProperty, Resource } from '../types.ts';
import { httpTime } from './times.ts';

const onWritableFiles = (resource: Resource) => !resource.isCollection && resource.patch !== undefined;

/** Above it Date can say nothing. */
const timeMsMax = 8.64e15;

/**
 * Explorer puts a file, then sets its times. The time of the last change becomes the file's; the others and the
 * attributes are dead properties, as are all of them of folders.
 */
export const microsoftProperties: readonly LiveProperty[] = [
  {
    namespace: 'urn:schemas-microsoft-com:',
    name: 'Win32LastModifiedTime',
    key: 'modifiedMs',
    rfc: 'MS-WDVME §2.2.10.8',
    on: onWritableFiles,
    privilege: 'read',
    allprop: false,
    read: ({ modifiedMs }) => (modifiedMs === null ? undefined : httpTime(modifiedMs)),
    write: {
      parse(value) {
        // Removing it leaves the time as it is.
        if (value === null) return undefined;
        const ms = Date.parse(value.text.trim());
        if (!(Math.abs(ms) <= timeMsMax)) throw new DavError(409, 'this is no time that is understood');
        return ms;
      },
    },
  },
];
