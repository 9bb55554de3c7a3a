/** What a password mechanism brings out of its exchange. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Asks the client (the challenge is sent as base64); null when the exchange broke off. */
export type Ask = (challenge: string) => Promise<Buffer | null>;

export interface Mechanism {
  readonly name: string;
  /** Null: what the client sent is malformed, or the exchange broke off. */
  run(ask: Ask): Promise<Credentials | null>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function text(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  try {
    const decoded = utf8.decode(bytes);
    return decoded.includes('\0') ? null : decoded;
  } catch {
    return null;
  }
}

/** RFC 4616: authzid NUL authcid NUL password. Acting as somebody else is not offered. */
const plain: Mechanism = {
  name: 'PLAIN',
  async run(ask) {
    const message = await ask('');
    if (message === null) return null;
    const first = message.indexOf(0);
    const second = first < 0 ? -1 : message.indexOf(0, first + 1);
    if (second < 0) return null;
    const authzid = text(message.subarray(0, first));
    const username = text(message.subarray(first + 1, second));
    const password = text(message.subarray(second + 1));
    if (!username || !password || authzid === null) return null;
    return authzid === '' || authzid === username ? { username, password } : null;
  },
};

/** The obsolete LOGIN (draft-murchison-sasl-login): some clients know nothing else. */
const login: Mechanism = {
  name: 'LOGIN',
  async run(ask) {
    const username = text(await ask('Username:'));
    if (!username) return null;
    const password = text(await ask('Password:'));
    return password ? { username, password } : null;
  },
};

export const mechanisms: readonly Mechanism[] = [plain, login];

/** Strict: Node's own decoder would skip what is no base64. */
export function decodeBase64(line: string): Buffer | null {
  if (line.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(line)) return null;
  return Buffer.from(line, 'base64');
}
