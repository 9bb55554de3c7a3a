/**
 * webdav/sent-files: files that members send along in chat (XEP-0363), at `/upload/<token>/<name>`.
 * - A slot has two addresses, neither to be guessed nor told from the other: to one its member puts the file, once and with
 *   the length that was said; from the other everybody gets it who has it. There is nothing to list.
 * - The file is the member's own: it lies in their tree below `Chat/`, counts to their quota, and may be moved and renamed. An
 *   address leads to what was sent: once the file is deleted, in the trash, or another content, it leads nowhere.
 * - Pages of any origin may put and get (CORS): the address is all that is asked for. What is sent runs nothing here.
 */
import { connectionOf, type HttpResponse, type RawHandler } from '../../net/index.ts';
import { get, head } from '../methods/get.ts';
import { put } from '../methods/put.ts';
import { createDav, type DavOptions } from '../server/index.ts';
import { type SentFilesHouse, sentFilesSpace } from './space.ts';

export { endSentFiles } from './ends.ts';
export { chatFolderName } from './place.ts';
export type { Slot, Slots } from './slots.ts';
export type { SentFilesHouse } from './space.ts';

export interface SentFilesOptions extends SentFilesHouse, Omit<DavOptions, 'extensions' | 'bases'> {}

/** Where the addresses begin. */
export const sentFilesPath = '/upload';

/** Answers what lies under `sentFilesPath`, and says false to the rest. */
export function createSentFiles({ files, slots, keepMs, ...dav }: SentFilesOptions): RawHandler {
  const answer = createDav({
    ...dav,
    foreignPages: 'allow',
    bases: [{ prefix: sentFilesPath }],
    extensions: [
      {
        name: 'sent-files',
        features: [],
        methods: [get, head, put],
        properties: [],
        reports: [],
        spaces: [sentFilesSpace({ files, slots, keepMs })],
      },
    ],
  });
  return (request, response) => {
    if (!request.url?.startsWith(`${sentFilesPath}/`)) return false;
    if (dav.plaintext === 'refuse' && !connectionOf(request).secure) return false;
    allowPages(response);
    if (request.method !== 'OPTIONS') return answer(request, response);
    request.resume();
    response.writeHead(204, { Allow: allowed });
    response.end();
    return true;
  };
}

const allowed = 'GET, HEAD, PUT, OPTIONS';

/** Fetch standard §3.2: whatever page has the address. No cookie and no password is taken here, so none can be misused. */
function allowPages(response: HttpResponse): void {
  response.setHeader('Access-Control-Allow-Origin', '*');
  response.setHeader('Access-Control-Allow-Methods', allowed);
  response.setHeader('Access-Control-Allow-Headers', 'Content-Type, Range, If-None-Match, If-Range');
  response.setHeader('Access-Control-Expose-Headers', 'Content-Length, Content-Range, ETag');
  response.setHeader('Access-Control-Max-Age', '7200');
  response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
}
