import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';

/** The client's side of SCRAM (RFC 5802 §3), written for tests from the RFC and not from our server. */
export interface ScramClient {
  readonly first: string;
  /** What it answers a server-first-message. */
  final(serverFirst: string): string;
  /** The server-final-message that shows that the server knows the password; after `final`. */
  readonly verifier: string;
}

export interface ScramClientOptions {
  readonly digest: 'sha1' | 'sha256';
  readonly username: string;
  readonly password: string;
  readonly nonce: string;
  /** Default `n,,`. */
  readonly gs2Header?: string;
  /** What the channel is bound by, where the header says so. */
  readonly binding?: Buffer;
}

export function scramClient(options: ScramClientOptions): ScramClient {
  const { digest, username, password, nonce, gs2Header = 'n,,', binding = Buffer.alloc(0) } = options;
  const bare = `n=${username.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`;
  const hmac = (key: Buffer, text: string) => createHmac(digest, key).update(text).digest();
  let verifier = '';
  return {
    first: gs2Header + bare,
    final(serverFirst) {
      const [, both, salt, iterations] = /^r=([^,]+),s=([^,]+),i=(\d+)(?:,.+)?$/.exec(serverFirst) ?? [];
      if (!both?.startsWith(nonce) || salt === undefined)
        throw new Error(`no SCRAM challenge: ${serverFirst}`);
      const bytes = digest === 'sha1' ? 20 : 32;
      const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(iterations), bytes, digest);
      const clientKey = hmac(salted, 'Client Key');
      const channel = Buffer.concat([Buffer.from(gs2Header), binding]).toString('base64');
      const authMessage = `${bare},${serverFirst},c=${channel},r=${both}`;
      const signature = hmac(createHash(digest).update(clientKey).digest(), authMessage);
      const proof = Buffer.from(clientKey.map((byte, i) => byte ^ (signature[i] ?? 0)));
      verifier = `v=${hmac(hmac(salted, 'Server Key'), authMessage).toString('base64')}`;
      return `c=${channel},r=${both},p=${proof.toString('base64')}`;
    },
    get verifier() {
      return verifier;
    },
  };
}
