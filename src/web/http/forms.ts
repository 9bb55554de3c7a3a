import { createHmac } from 'node:crypto';
import { equalInConstantTime, randomOctets } from '../../base/index.ts';
import { type Html, html } from '../html.ts';
import { bodyBytesMax } from '../limits.ts';
import { newCookieValue, readCookie } from './cookies.ts';

/** A form that is not taken, by HTTP status. */
export class FormRefused extends Error {
  override readonly name = 'FormRefused';
  readonly status: 400 | 403 | 413 | 415;

  constructor(status: 400 | 403 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

/** The body as text; FormRefused 413 where it is longer than a form of ours, without reading on. */
export async function readBody(request: Request): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new FormRefused(413, `more than ${bodyBytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

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
    const fields = new URLSearchParams(await readBody(request));
    const cookie = readCookie(request, 'form', secure);
    const seal = Buffer.from(fields.get('form') ?? '');
    if (cookie === null || !equalInConstantTime(seal, Buffer.from(this.#seal(cookie))))
      throw new FormRefused(403, 'not shown to this browser, or before a restart');
    return fields;
  }
}
