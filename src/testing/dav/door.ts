import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { Accounts } from '../../accounts/index.ts';
import { createNetwork, defaultNetLimits, listenHttp } from '../../net/index.ts';
import { createLog, createMetrics, type Metrics } from '../../observability/index.ts';
import { coreExtension, createDav, type DavExtension, type DavOptions } from '../../webdav/index.ts';
import { connectSocket, type TestSocket } from '../socket.ts';

export interface DavAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface DavRequest {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** A local part; its password is `secret`. Null: nobody. Default `ana`. */
  readonly as?: string | null;
}

export interface TestDav {
  readonly port: number;
  readonly metrics: Metrics;
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  ask(method: string, path: string, request?: DavRequest): Promise<DavAnswer>;
  /** A bare connection, for requests that no client makes. */
  connect(): Promise<TestSocket>;
  close(): Promise<void>;
}

/** A header line that signs in as a member of `testAccounts`. */
export function davLogin(name: string): string {
  return `Basic ${Buffer.from(`${name}:secret`).toString('base64')}`;
}

/** Everybody's password is `secret`; `throttled` and `disabled` are names of those who are. */
export const testAccounts = {
  tokens: null,
  login: async ({ username, password }: { username: string; password: string }) => {
    if (username === 'throttled') return { ok: false, reason: 'throttled', retryAfterMs: 1500 };
    if (username === 'disabled') return { ok: false, reason: 'disabled', retryAfterMs: 0 };
    if (password !== 'secret') return { ok: false, reason: 'credentials', retryAfterMs: 0 };
    const member = {
      id: 7,
      address: `${username}@coop.example`,
      name: '',
      admin: false,
      disabled: false,
      version: 1,
    };
    return { ok: true, member, credential: '1' };
  },
  loginWithToken: async () => ({ ok: false, reason: 'credentials', retryAfterMs: 0 }),
  handleOf: ({ address }: { address: string }) => address.split('@', 1)[0],
  groupsOf: async () => [],
} as unknown as Accounts;

/** DAV over spaces of a test, on a free port of 127.0.0.1. */
export async function openTestDav(
  extension: Partial<DavExtension>,
  options: Partial<DavOptions> = {},
): Promise<TestDav> {
  const logged: string[] = [];
  const log = createLog({ level: 'debug', format: 'json', write: (lines) => logged.push(lines) });
  const metrics = createMetrics({ processMetrics: false });
  const network = createNetwork({ log, metrics, certificates: null, limits: defaultNetLimits });
  const own = {
    name: 'test',
    features: [],
    methods: [],
    properties: [],
    reports: [],
    spaces: [],
    ...extension,
  };
  const raw = createDav({
    accounts: testAccounts,
    extensions: [coreExtension, own],
    realm: 'Exemple SCIC',
    plaintext: 'allow',
    log,
    metrics,
    ...options,
  });
  const http = { name: 'http', host: '127.0.0.1', port: 0, tls: 'none', raw } as const;
  const listener = await listenHttp(network, http, () => new Response('not DAV', { status: 418 }));
  const agent = new Agent({ keepAlive: true });
  return {
    port: listener.port,
    metrics,
    logged,
    ask: (method, path, request = {}) => ask(listener.port, agent, method, path, request),
    connect: () => connectSocket({ port: listener.port }),
    async close() {
      agent.destroy();
      await network.closeAll(0);
    },
  };
}

function ask(
  port: number,
  agent: Agent,
  method: string,
  path: string,
  { headers = {}, body, as = 'ana' }: DavRequest,
): Promise<DavAnswer> {
  const login = as === null ? {} : { Authorization: davLogin(as) };
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, agent, method, path, headers: { ...login, ...headers } };
    const request = httpRequest(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: bytes.toString(),
          bytes,
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
