import { StoreError } from '../../base/index.ts';
import { type Element, element } from '../../formats/stanza/index.ts';
import { fileNameOf } from '../../stores/files/index.ts';
import { dateTime } from '../data/index.ts';
import { StanzaError } from '../errors.ts';
import { slotMsMax, uploadTextCharsMax } from '../limits.ts';
import { createOwnService, type ServiceRequest } from '../routing/own-service.ts';
import type { Service } from '../routing/router.ts';
import type { Chat } from '../services.ts';
import type { Specification } from '../specification.ts';

const uploadNs = 'urn:xmpp:http:upload:0';

/** What slots are made of; the files themselves come and go by HTTP, which is another's. */
export interface UploadParts {
  /** The largest file that is taken, bytes. */
  readonly fileBytesMax: () => number;
  /** Bytes that the member has left; null: no limit. */
  readonly room: (account: number) => Promise<number | null>;
  /** A token to put with, and another to get with; both begin to be good. StoreError 'limit'. */
  readonly open: (
    account: number,
    slot: { readonly name: string; readonly size: number; readonly type: string; readonly expiresMs: number },
  ) => Promise<{ readonly put: string; readonly get: string }>;
  /** The URL of a file by its token. */
  readonly address: (token: string, name: string) => string;
}

interface Asked {
  readonly name: string;
  readonly size: number;
  readonly type: string;
}

/** §4. Throws StanzaError. */
function readRequest({ attributes }: Element): Asked {
  const { filename = '', size = '', 'content-type': type = '' } = attributes;
  const wrong = (text: string) => new StanzaError('bad-request', { text });
  if (filename === '') throw wrong('the file has no name');
  if (!/^[1-9]\d{0,14}$/.test(size)) throw wrong('size is a number of bytes');
  if (filename.length > uploadTextCharsMax || type.length > uploadTextCharsMax)
    throw wrong(`a name and a type have at most ${uploadTextCharsMax} characters`);
  if (!/^[\x20-\x7e]*$/.test(type)) throw wrong('content-type is none');
  return { name: fileNameOf(filename), size: Number(size), type };
}

/** §5 */
const tooLarge = (bytesMax: number) =>
  new StanzaError('not-acceptable', {
    text: `a file has at most ${bytesMax} bytes`,
    extra: element('file-too-large', uploadNs, {}, element('max-file-size', uploadNs, {}, String(bytesMax))),
  });

const tryLater = (text: string, atMs: number) =>
  new StanzaError('resource-constraint', {
    text,
    extra: element('retry', uploadNs, { stamp: dateTime(atMs) }),
  });

async function slot(chat: Chat, parts: UploadParts, { payload, session }: ServiceRequest): Promise<Element> {
  if (session === null) throw new StanzaError('forbidden');
  const { account } = session.home;
  const { name, size, type } = readRequest(payload);
  const bytesMax = parts.fileBytesMax();
  if (size > bytesMax) throw tooLarge(bytesMax);
  const room = await parts.room(account);
  // Nobody knows when there will be room again.
  if (room !== null && size > room)
    throw new StanzaError('resource-constraint', { text: 'there is no room left among the files' });
  const expiresMs = chat.clock.nowMs() + slotMsMax;
  const tokens = await parts.open(account, { name, size, type, expiresMs }).catch((error: unknown) => {
    if (!(error instanceof StoreError) || error.reason !== 'limit') throw error;
    throw tryLater('too many files are waited for', expiresMs);
  });
  return element(
    'slot',
    uploadNs,
    {},
    element('put', uploadNs, { url: parts.address(tokens.put, name) }),
    element('get', uploadNs, { url: parts.address(tokens.get, name) }),
  );
}

/** `upload.<domain>`: where a client asks for a slot. */
export function uploadService(chat: () => Chat, domain: string, parts: UploadParts): Service {
  const name = 'HTTP File Upload';
  return createOwnService(chat, {
    host: `upload.${domain}`,
    name,
    described: () => ({
      identities: [{ category: 'store', type: 'file', name }],
      features: [uploadNs],
      forms: [
        {
          type: 'result',
          of: uploadNs,
          fields: [{ name: 'max-file-size', values: [String(parts.fileBytesMax())] }],
        },
      ],
    }),
    iq: [
      {
        name: 'request',
        ns: uploadNs,
        type: 'get',
        who: 'members',
        run: (request) => slot(chat(), parts, request),
      },
    ],
  });
}

/** HTTP File Upload: slots are given by a service of its own, which clients find among the items of the server. */
export const httpUpload: Specification = { xep: '0363', name: 'HTTP File Upload', version: '1.2.0' };
