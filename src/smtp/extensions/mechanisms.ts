import {
  type AuthResult,
  type BearerMechanism,
  bindsChannels,
  runBearer,
  runScram,
  type ScramMechanism,
} from '../../accounts/index.ts';
import type { Session } from '../session/session.ts';

/** What a mechanism brings out of its exchange: a password to be checked, or what came of its own check. */
export type Credentials =
  | { readonly username: string; readonly password: string }
  | { readonly result: AuthResult };

/** Asks the client (the challenge is sent as base64). Throws BrokenOff when the exchange broke off. */
export type Ask = (challenge: string | Buffer) => Promise<Buffer>;

/** The client gave up or said what has no place in the exchange; the reply is known to who asked. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff';
}

export interface Mechanism {
  readonly name: string;
  /** Whether this client may use it, beside the rule for all of them. */
  offered?(session: Session): boolean;
  /** Null: what the client sent is malformed. Rejects with what `ask` throws, and with StoreError. */
  run(ask: Ask, session: Session): Promise<Credentials | null>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function text(bytes: Buffer): string | null {
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

function bindsChannel({ connection }: Session): boolean {
  return connection.secure && bindsChannels(connection);
}

/** RFC 5802, RFC 7677: the password is proved and never sent; with -PLUS so is that nobody sits between. */
function scram(mechanism: ScramMechanism, plus: boolean): Mechanism {
  return {
    name: plus ? `${mechanism}-PLUS` : mechanism,
    ...(plus ? { offered: bindsChannel } : {}),
    async run(ask, session) {
      const { connection, services } = session;
      const outcome = await runScram(
        services.accounts,
        {
          mechanism,
          plus,
          plusOffered: bindsChannel(session),
          channel: connection,
          scope: 'submission',
          remote: connection.remote.address,
        },
        null,
        ask,
      );
      if (outcome === null) return null;
      const { authorization, username, result } = outcome;
      const itself = authorization === '' || authorization === username;
      return itself || (result.ok && authorization === result.member.address) ? { result } : null;
    },
  };
}

/** RFC 7628: a token instead of a password. */
function bearer(mechanism: BearerMechanism): Mechanism {
  return {
    name: mechanism,
    offered: ({ services }) => services.accounts.tokens !== null,
    async run(ask, { connection, services }) {
      const dialogue = { mechanism, scope: 'submission', remote: connection.remote.address } as const;
      return runBearer(services.accounts, dialogue, null, ask);
    },
  };
}

/** The strongest first. */
const mechanisms: readonly Mechanism[] = [
  scram('SCRAM-SHA-256', true),
  scram('SCRAM-SHA-256', false),
  scram('SCRAM-SHA-1', true),
  scram('SCRAM-SHA-1', false),
  bearer('OAUTHBEARER'),
  bearer('XOAUTH2'),
  plain,
  login,
];

export function mechanismsFor(session: Session): readonly Mechanism[] {
  return mechanisms.filter(({ offered }) => offered?.(session) !== false);
}

/** Strict: Node's own decoder would skip what is no base64. */
export function decodeBase64(line: string): Buffer | null {
  if (line.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(line)) return null;
  return Buffer.from(line, 'base64');
}
