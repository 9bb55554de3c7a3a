import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { wholeAnswer } from './whole-answer.ts';

export interface FormPost {
  /** Whoever names it decides where we connect: it must come from the operator, never from a client (THREATS 15). */
  readonly url: URL;
  readonly fields: Readonly<Record<string, string>>;
  /** Sent as Basic (RFC 7617). */
  readonly credentials?: { readonly user: string; readonly password: string };
  /** For all of it, from the name to the last byte. */
  readonly msMax: number;
  readonly answerBytesMax: number;
}

export interface FormAnswer {
  readonly status: number;
  readonly body: Buffer;
}

export type PostForm = (post: FormPost) => Promise<FormAnswer>;

/**
 * Makes the one kind of HTTP request that servers ask of others: a form posted, its answer held whole. Redirects are
 * not followed. Rejects with Error where no answer came in time, or one that is too long; https certificates must be
 * valid. `authority` (PEM) is trusted in place of the system's roots.
 */
export function createPostForm(trust: { readonly authority?: string } = {}): PostForm {
  const ca = trust.authority === undefined ? {} : { ca: trust.authority };
  return async ({ url, fields, credentials, msMax, answerBytesMax }) => {
    const form = new URLSearchParams(fields).toString();
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      signal: AbortSignal.timeout(msMax),
      ...(credentials === undefined ? {} : { auth: `${credentials.user}:${credentials.password}` }),
      ...ca,
      headers: {
        accept: 'application/json',
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': Buffer.byteLength(form),
      },
    });
    const { status, body } = await wholeAnswer(request, answerBytesMax, form);
    return { status, body };
  };
}
