import { createHmac } from 'node:crypto';
import { equalInConstantTime, randomOctets } from '../../base/index.ts';
import { type Html, html } from '../html.ts';
import { bodyBytesMax } from '../limits.ts';
import { newCookieValue, readCookie } from './cookies.ts';
import { FormRefused } from './form-refused.ts';
import { boundaryOf, readParts } from './multipart.ts';

/** As it comes; FormRefused 413 where there is more, without reading on. */
async function* atMost(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  bytesMax: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of source) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new FormRefused(413, `more than ${bytesMax} bytes`);
    yield chunk;
  }
}

async function readText(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of atMost(source, bodyBytesMax)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** The body as text; FormRefused 413 where it is longer than a form of ours. */
export const readBody = (request: Request): Promise<string> => readText(request.body ?? []);

/**
 * Whether the request may come from a page of ours. Browsers say where a form was sent from, and a script cannot make
 * them lie; `null` is what a page with `no-referrer` says, so there the token of the form decides alone.
 */
export function fromElsewhere(request: Request): boolean {
  const site = request.headers.get('sec-fetch-site');
  if (site !== null && site !== 'same-origin' && site !== 'none') return true;
  const origin = request.headers.get('origin');
  return origin !== null && origin !== 'null' && origin !== new URL(request.url).origin;
}

/** Ties every form to the browser it was shown in: a cookie, and in the form its HMAC under a key of this process. */
export class Forms {
  readonly #key = randomOctets(32);

  #seal(cookie: string): string {
    return createHmac('sha256', this.#key).update(cookie).digest('base64url');
  }

  /** The hidden field of a form, and the cookie that the answer with it must set. */
  seal(request: Request, secure: boolean): { readonly field: Html; readonly cookie: string } {
    const cookie = readCookie(request, 'form', secure) ?? newCookieValue();
    return { cookie, field: html`<input type="hidden" name="form" value="${this.#seal(cookie)}">` };
  }

  /** The fields of a form of ours; the first where a name comes twice. Throws FormRefused. */
  async read(request: Request, secure: boolean): Promise<URLSearchParams> {
    if (fromElsewhere(request)) throw new FormRefused(403, 'sent from another site');
    const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
    if (type !== 'application/x-www-form-urlencoded') throw new FormRefused(415, 'not a form');
    const fields = new URLSearchParams(await readText(request.body ?? []));
    this.#demandSeal(request, secure, fields);
    return fields;
  }

  /**
   * A form of ours with one file, which stands behind the other fields. `take` reads it as it comes in, at most `bytesMax` octets;
   * nothing is read before it is known whose form it is. Throws FormRefused.
   */
  async readFile<T>(
    { request, secure }: { readonly request: Request; readonly secure: boolean },
    bytesMax: number,
    take: (fields: URLSearchParams, file: AsyncIterable<Uint8Array>) => Promise<T>,
  ): Promise<T> {
    if (fromElsewhere(request)) throw new FormRefused(403, 'sent from another site');
    const boundary = boundaryOf(request.headers.get('content-type'));
    if (boundary === null || request.body === null) throw new FormRefused(415, 'not a form with a file');
    const fields = new URLSearchParams();
    for await (const { name, filename, data } of readParts(request.body, boundary)) {
      if (filename === null) {
        fields.append(name, await readText(data));
        continue;
      }
      this.#demandSeal(request, secure, fields);
      return await take(fields, atMost(data, bytesMax));
    }
    throw new FormRefused(400, 'the form has no file');
  }

  #demandSeal(request: Request, secure: boolean, fields: URLSearchParams): void {
    const cookie = readCookie(request, 'form', secure);
    const seal = Buffer.from(fields.get('form') ?? '');
    if (cookie === null || !equalInConstantTime(seal, Buffer.from(this.#seal(cookie))))
      throw new FormRefused(403, 'not shown to this browser, or before a restart');
  }
}
