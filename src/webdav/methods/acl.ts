import { DavError } from '../errors.ts';
import type { DavMethod } from '../types.ts';

/** RFC 3744 §8.1: every entry that there is is protected: who has access is shared and unshared elsewhere. */
export const acl: DavMethod = {
  name: 'ACL',
  rfc: '3744 §8.1',
  on: ({ resource }) => resource !== null,
  demands: () => [{ on: 'resource', privilege: 'write-acl' }],
  async run() {
    throw new DavError(403, 'who has access is changed by sharing it, not here', {
      condition: '<D:no-protected-ace-conflict/>',
    });
  },
};
