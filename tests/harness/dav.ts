import { Agent, type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps, Agent as SecureAgent } from 'node:https';
import { type Myco, member, password } from './myco.ts';

export interface DavAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface DavRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One member at the DAV door, on connections that stay open. */
export interface DavClient {
  /** `path`: as it stands in the request line. Rejects where the connection breaks before the answer is whole. */
  ask(method: string, path: string, request?: DavRequest): Promise<DavAnswer>;
  close(): void;
}

/** `name`: a local part of the usual domain, or an address. `door` http needs `auth: { plaintext: allow }`. */
export function openDav(myco: Myco, name: string, door: 'http' | 'https' = 'https'): DavClient {
  const port = myco.port(door);
  const secure = door === 'https';
  const agent = secure
    ? new SecureAgent({ keepAlive: true, ca: myco.authority })
    : new Agent({ keepAlive: true });
  const auth = `${name.includes('@') ? name : member(name)}:${password}`;
  return {
    ask(method, path, { headers = {}, body } = {}) {
      return new Promise((resolve, reject) => {
        const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
        const options = {
          host: '127.0.0.1',
          port,
          path,
          method,
          agent,
          auth,
          headers: { ...length, ...headers },
        };
        const request = secure ? requestHttps({ ...options, servername: 'localhost' }) : requestHttp(options);
        request.on('error', reject);
        request.on('response', (response) => {
          const pieces: Buffer[] = [];
          response.on('data', (piece: Buffer) => pieces.push(piece));
          response.on('error', reject);
          response.on('end', () => {
            const { statusCode: status = 0, headers: answered } = response;
            resolve({ status, headers: answered, body: Buffer.concat(pieces) });
          });
        });
        request.end(body);
      });
    },
    close: () => agent.destroy(),
  };
}
