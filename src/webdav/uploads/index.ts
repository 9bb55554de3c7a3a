/**
 * webdav/uploads: uploads that go on where they broke off: tus 1.0.0 at `/dav/uploads/<member>/`, with creation,
 * creation-with-upload, creation-defer-length, checksum, expiration, termination and concatenation.
 * - POST names the file in Upload-Metadata: `filename`, and `path` of its folder below the member's home, `Shared/` too.
 * - Bytes are durable before the offset moves; the last one makes the file, whole, by what the tree allows then: rights,
 *   locks, the quota. Where that is refused the upload stays, and a HEAD or an empty PATCH at its end tries again.
 * - One that became a file answers its full offset for as long as others wait: a client that lost the answer hears it is done.
 * - An upload is its member's alone: to everybody else it is not there.
 */
import type { RawHandler } from '../../net/index.ts';
import { filesSpace } from '../files/index.ts';
import { options } from '../methods/options.ts';
import { createDav, type DavOptions } from '../server/index.ts';
import { algorithms } from './checksum.ts';
import { tusMethods, tusVersion } from './methods.ts';
import { type UploadHouse, uploadSpace } from './space.ts';

export interface TusOptions extends UploadHouse, Omit<DavOptions, 'extensions' | 'bases'> {}

const prefix = '/dav/uploads';

/** The door of resumable uploads; it stands before that of DAV, and says false to what lies elsewhere. */
export function createTus(tus: TusOptions): RawHandler {
  const { house, uploads, fileBytesMax, ...dav } = tus;
  const parts = { house, uploads, fileBytesMax };
  const answer = createDav({
    ...dav,
    bases: [{ prefix, below: () => ['uploads'] }],
    extensions: [
      {
        name: 'tus',
        features: [],
        methods: [options, ...tusMethods(parts)],
        properties: [],
        reports: [],
        spaces: [filesSpace(house), uploadSpace(parts)],
        options: {
          'Tus-Version': tusVersion,
          'Tus-Max-Size': String(fileBytesMax),
          'Tus-Extension':
            'creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation',
          'Tus-Checksum-Algorithm': algorithms.join(','),
        },
      },
    ],
  });
  return (request, response) => {
    const path = request.url ?? '';
    if (!path.startsWith(`${prefix}/`)) return false;
    response.setHeader('Tus-Resumable', tusVersion);
    return answer(request, response);
  };
}
