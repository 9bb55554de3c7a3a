import { askAddress } from './ask-address.ts';

export interface HttpsGet {
  /** The certificate must be valid for this name; it is never looked up here. */
  readonly host: string;
  /** Where the name leads, as who asks found out and judged (THREATS 15): tried in this order. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Begins with a slash. */
  readonly path: string;
  /** For all addresses together. */
  readonly msMax: number;
  readonly answerBytesMax: number;
  /** Sent with POST in place of GET. */
  readonly post?: { readonly type: string; readonly bytes: Buffer };
}

export interface HttpsAnswer {
  readonly status: number;
  /** Media type in lower case without parameters; '' where there is none. */
  readonly type: string;
  readonly body: Buffer;
}

export type GetHttps = (get: HttpsGet) => Promise<HttpsAnswer>;

/**
 * GET from a name and the addresses that it leads to, or POST to it; the answer is held whole. Redirects are not followed: they are
 * answers. Rejects with Error where none came in time, a certificate is not valid, or it is too long. `authority` (PEM) is
 * trusted in place of the system's roots.
 */
export function createGetHttps(trust: { readonly authority?: string } = {}): GetHttps {
  return async (get) => {
    const signal = AbortSignal.timeout(get.msMax);
    let failure: unknown = new Error(`${get.host} has no address`);
    for (const address of get.addresses) {
      try {
        return await once(get, address, trust.authority, signal);
      } catch (error) {
        failure = error;
        // What was answered, if badly, is the answer: another address would say the same.
        if (signal.aborted || !isUnreached(error)) break;
      }
    }
    throw signal.aborted ? new Error(`no answer within ${get.msMax} ms`) : failure;
  };
}

const unreached = new Set(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT', 'EADDRNOTAVAIL']);

function isUnreached(error: unknown): boolean {
  return error instanceof Error && 'code' in error && unreached.has(String(error.code));
}

async function once(
  { post, ...get }: HttpsGet,
  address: string,
  authority: string | undefined,
  signal: AbortSignal,
): Promise<HttpsAnswer> {
  const { status, headers, body } = await askAddress({
    ...get,
    secure: true,
    address,
    method: post ? 'POST' : 'GET',
    headers: { accept: '*/*', ...(post ? { 'content-type': post.type } : {}) },
    body: post?.bytes,
    signal,
    authority,
  });
  const type = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return { status, type, body };
}
