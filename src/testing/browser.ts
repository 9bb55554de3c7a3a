import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface BrowserAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface BrowserRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** As much of a browser as pages without scripts need: cookies and forms, over real connections. */
export interface TestBrowser {
  readonly origin: string;
  readonly cookies: Map<string, string>;
  ask(path: string, request?: BrowserRequest): Promise<BrowserAnswer>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<BrowserAnswer>;
  /** Posts fields as a form of this site does, with the hidden field of the page that was got last. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<BrowserAnswer>;
}

/** `authority`: the PEM that https is checked against; without it plain http is spoken. */
export function testBrowser(port: number, authority?: string): TestBrowser {
  const origin = `${authority === undefined ? 'http' : 'https'}://localhost:${port}`;
  const cookies = new Map<string, string>();
  let hidden = '';

  async function ask(path: string, { method = 'GET', headers = {}, body }: BrowserRequest = {}) {
    const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(origin, path, authority, body, {
      method,
      headers: { ...(jar === '' ? {} : { cookie: jar }), ...headers },
    });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    hidden = /name="form" value="([^"]+)"/.exec(answer.text)?.[1] ?? hidden;
    return answer;
  }

  return {
    origin,
    cookies,
    ask,
    get: (path, headers = {}) => ask(path, { headers }),
    post: (path, fields, headers = {}) =>
      ask(path, {
        method: 'POST',
        body: new URLSearchParams({ form: hidden, ...fields }).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin,
          'sec-fetch-site': 'same-origin',
          ...headers,
        },
      }),
  };
}

function send(
  origin: string,
  path: string,
  authority: string | undefined,
  body: string | Uint8Array | undefined,
  options: { method: string; headers: Record<string, string> },
): Promise<BrowserAnswer> {
  return new Promise((resolve, reject) => {
    const make = authority === undefined ? httpRequest : httpsRequest;
    const { hostname, port } = new URL(origin);
    // The path as it is: a URL would tidy it.
    const sent = make(
      {
        hostname,
        port,
        path,
        agent: false,
        ...options,
        ...(authority === undefined ? {} : { ca: authority }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const { statusCode = 0, headers } = response;
          resolve({ status: statusCode, headers, bytes, text: bytes.toString('utf8') });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
