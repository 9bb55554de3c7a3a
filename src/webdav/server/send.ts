import { connectionOf, type HttpRequest, type HttpResponse } from '../../net/index.ts';
import type { HeaderLines } from '../types.ts';
import type { Body } from './body.ts';

/** One request, as it came. */
export interface Arrived {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
  readonly body: Body;
}

/** Scheme and authority as the client sees them. */
export function originOf(request: HttpRequest): string {
  return `${connectionOf(request).secure ? 'https' : 'http'}://${request.headers.host ?? ''}`;
}

/** Answers without a body, or with a short one; resolves when nothing of the request is left on the connection. */
export function send(
  arrived: Arrived,
  status: number,
  headers: HeaderLines = {},
  content?: string | Buffer,
): Promise<void> {
  const { request, response, body } = arrived;
  if (response.headersSent) throw new Error('an answer is sent once');
  if (response.destroyed) return Promise.resolve();
  const bodiless = status === 204 || status === 304 || request.method === 'HEAD';
  const length = content === undefined ? 0 : Buffer.byteLength(content);
  const own = bodiless ? {} : { 'Content-Length': String(length) };
  const stays = !body.isLeft || body.isLittle;
  const shown = bodiless ? undefined : content;
  if (stays) {
    response.writeHead(status, { ...headers, ...own });
    response.end(shown);
  } else {
    // The client may be in the middle of its body: it must have the answer before the connection goes.
    response.writeHead(status, { ...headers, ...own, Connection: 'close' });
    response.flushHeaders();
    if (shown !== undefined) response.write(shown);
  }
  return leave(arrived, stays);
}

/** Behind an answer, `ended` or still to be: what is left of the request is read as far as that goes. */
export async function leave({ request, response, body }: Arrived, ended: boolean): Promise<void> {
  if (body.isLeft) await body.drain();
  if (!ended) response.end();
  // A client that has not come to its end by now would be read for ever.
  else if (body.isLeft) request.destroy();
}
