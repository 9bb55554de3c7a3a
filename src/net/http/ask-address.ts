import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { type WholeAnswer, wholeAnswer } from './whole-answer.ts';

/** A request to one address, found and judged before (THREATS 15), in the name that led to it. */
export interface AddressRequest {
  readonly secure: boolean;
  /** What the certificate must be valid for; an address of IPv6 without brackets. */
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** Begins with a slash. */
  readonly path: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
  readonly signal: AbortSignal;
  readonly answerBytesMax: number;
  /** PEM, trusted in place of the system's roots. */
  readonly authority?: string | undefined;
}

/** On a connection of its own; redirects are answers. Rejects with Error. */
export function askAddress(wish: AddressRequest): Promise<WholeAnswer> {
  const { secure, host, address, port, path, method, headers, body, signal, authority } = wish;
  const name = isIP(host) === 6 ? `[${host}]` : host;
  const sent = (secure ? requestHttps : requestHttp)({
    host: address,
    port,
    path,
    method,
    agent: false,
    signal,
    headers: {
      'accept-encoding': 'identity',
      ...headers,
      host: port === (secure ? 443 : 80) ? name : `${name}:${port}`,
      ...(body ? { 'content-length': String(body.length) } : {}),
    },
    ...(secure && isIP(host) === 0 ? { servername: host } : {}),
    ...(secure && authority !== undefined ? { ca: authority } : {}),
  });
  return wholeAnswer(sent, wish.answerBytesMax, body);
}
