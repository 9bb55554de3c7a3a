import { createDecipheriv, createECDH, createHmac, createPublicKey, type ECDH, verify } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { randomOctets, systemClock } from '../base/index.ts';
import { testAuthority } from './certificates.ts';

/** A message as a device reads it. */
export interface TestPush {
  /** Decrypted (RFC 8291). */
  readonly text: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** What the server says of itself, its signature checked (RFC 8292). */
  readonly claims: { readonly aud: string; readonly exp: number; readonly sub: string };
  /** Its key, base64url. */
  readonly serverKey: string;
}

/** A device with a push resource of its own. */
export interface TestDevice {
  readonly resource: string;
  readonly publicKey: string;
  readonly authSecret: string;
  /** All that came, those that were answered with an error among them. */
  readonly messages: TestPush[];
  /** How the next are answered, in order; then with 201. */
  readonly answers: { status: number; headers?: Record<string, string> }[];
  /** The first that was not taken yet. */
  next(): Promise<TestPush>;
}

export interface TestPushService {
  /** PEM, to be trusted. */
  readonly authority: string;
  /** Its name, which leads nowhere but where a resolver of the test says 127.0.0.1. */
  readonly host: string;
  device(name: string): TestDevice;
  close(): Promise<void>;
}

/** A push service (RFC 8030) over https on a free port of 127.0.0.1, with devices that read what they are sent. */
export async function openTestPushService(host = 'push.test'): Promise<TestPushService> {
  const authority = testAuthority({ name: 'push services', nowMs: systemClock.nowMs() });
  const { chain: cert, key } = authority.issue([host]);
  const devices = new Map<string, Device>();
  const server: Server = createServer({ cert, key }, (request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const device = devices.get(request.url ?? '');
      if (device === undefined) return response.writeHead(404).end();
      device.take(Buffer.concat(pieces), request.headers);
      const { status, headers = {} } = device.answers.shift() ?? { status: 201 };
      return response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    authority: authority.certificate,
    host,
    device(name) {
      const made = new Device(`https://${host}:${port}/${name}`);
      devices.set(`/${name}`, made);
      return made;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

class Device implements TestDevice {
  readonly resource: string;
  readonly messages: TestPush[] = [];
  readonly answers: TestDevice['answers'] = [];
  readonly #secret = randomOctets(16);
  readonly #curve: ECDH = createECDH('prime256v1');
  readonly #waiting: ((message: TestPush) => void)[] = [];
  #taken = 0;

  constructor(resource: string) {
    this.resource = resource;
    this.#curve.generateKeys();
  }

  get publicKey(): string {
    return this.#curve.getPublicKey('base64url');
  }

  get authSecret(): string {
    return this.#secret.toString('base64url');
  }

  take(body: Buffer, headers: TestPush['headers']): void {
    const text = this.#decrypt(body).toString('utf8');
    const message = { text, headers, ...readVapid(String(headers.authorization)) };
    this.messages.push(message);
    const waiting = this.#waiting.shift();
    if (waiting) {
      this.#taken++;
      waiting(message);
    }
  }

  next(): Promise<TestPush> {
    const message = this.messages[this.#taken];
    if (message) {
      this.#taken++;
      return Promise.resolve(message);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** RFC 8291 §3.4, of one record of RFC 8188 §2. */
  #decrypt(body: Buffer): Buffer {
    const [salt, keyEnd] = [body.subarray(0, 16), 21 + body.readUInt8(20)];
    const sender = body.subarray(21, keyEnd);
    const shared = hmac(this.#secret, this.#curve.computeSecret(sender));
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.#curve.getPublicKey(), sender]);
    const prk = hmac(salt, hmac(shared, info, one));
    const key = hmac(prk, Buffer.from('Content-Encoding: aes128gcm\0'), one).subarray(0, 16);
    const nonce = hmac(prk, Buffer.from('Content-Encoding: nonce\0'), one).subarray(0, 12);
    const decipher = createDecipheriv('aes-128-gcm', key, nonce);
    decipher.setAuthTag(body.subarray(-16));
    const padded = Buffer.concat([decipher.update(body.subarray(keyEnd, -16)), decipher.final()]);
    const end = padded.lastIndexOf(2);
    if (end < 0) throw new Error('the record is not the last one');
    return padded.subarray(0, end);
  }
}

const one = Buffer.from([1]);

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const made = createHmac('sha256', key);
  for (const part of parts) made.update(part);
  return made.digest();
}

/** RFC 8292 §3; throws where the signature is not of the key beside it. */
function readVapid(authorization: string): Pick<TestPush, 'claims' | 'serverKey'> {
  const [, head = '', payload = '', signature = '', serverKey = ''] =
    /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(authorization) ?? [];
  const point = Buffer.from(serverKey, 'base64url');
  const x = point.subarray(1, 33).toString('base64url');
  const y = point.subarray(33).toString('base64url');
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  const signed = Buffer.from(`${head}.${payload}`);
  const isSigned = verify(
    'sha256',
    signed,
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  if (!isSigned) throw new Error('the signature is not of that key');
  return { claims: JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')), serverKey };
}
