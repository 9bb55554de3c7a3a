import { createHash } from 'node:crypto';
import type { Clock } from '../base/index.ts';
import {
  introspectionAnswerBytesMax,
  introspectionMsMax,
  introspectionsMax,
  tokenBytesMax,
  tokenCacheEntriesMax,
  tokenCacheMs,
} from './limits.ts';
import type { TokenClaims, TokenVerifier } from './types.ts';

/** How the issuer of tokens is asked; all of it comes from the operator. */
export interface IntrospectionOptions {
  readonly endpoint: URL;
  readonly credentials?: { readonly user: string; readonly password: string };
  /** The member of the answer that holds the user name or address. */
  readonly claim: string;
  /** What a token must be for; null where the issuer makes tokens for nobody else. */
  readonly audience: string | null;
  readonly scope: string | null;
  readonly configuration: string | null;
  readonly clock: Clock;
  post(form: {
    readonly url: URL;
    readonly fields: Readonly<Record<string, string>>;
    readonly credentials?: { readonly user: string; readonly password: string };
    readonly msMax: number;
    readonly answerBytesMax: number;
  }): Promise<{ readonly status: number; readonly body: Buffer }>;
}

interface Remembered {
  readonly claims: TokenClaims;
  readonly until: number;
}

/**
 * Asks the issuer about a token (RFC 7662). What it says is believed for a minute at most, so that a revoked token
 * opens nothing after that; refusals are not remembered. Tokens are kept as digests only.
 */
export function createIntrospection(options: IntrospectionOptions): TokenVerifier {
  const { clock, scope, configuration } = options;
  const remembered = new Map<string, Remembered>();
  const underWay = new Map<string, Promise<TokenClaims | null>>();

  async function ask(token: string, digest: string): Promise<TokenClaims | null> {
    const answer = await options.post({
      url: options.endpoint,
      fields: { token, token_type_hint: 'access_token' },
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
      msMax: introspectionMsMax,
      answerBytesMax: introspectionAnswerBytesMax,
    });
    if (answer.status !== 200) throw new Error(`the token issuer answers ${answer.status}`);
    const found = read(answer.body, options);
    if (found === null) return null;
    remember(digest, found.claims, Math.min(clock.nowMs() + tokenCacheMs, found.expiresAtMs));
    return found.claims;
  }

  function remember(digest: string, claims: TokenClaims, until: number): void {
    remembered.delete(digest);
    remembered.set(digest, { claims, until });
    for (const oldest of remembered.keys()) {
      if (remembered.size <= tokenCacheEntriesMax) break;
      remembered.delete(oldest);
    }
  }

  return {
    scope,
    configuration,
    async verify(token) {
      if (token === '' || Buffer.byteLength(token) > tokenBytesMax) return null;
      const digest = createHash('sha256').update(token).digest('base64');
      const known = remembered.get(digest);
      if (known !== undefined && known.until > clock.nowMs()) return known.claims;
      const asked = underWay.get(digest);
      if (asked !== undefined) return asked;
      if (underWay.size >= introspectionsMax) return 'busy';
      const asking = ask(token, digest).finally(() => underWay.delete(digest));
      underWay.set(digest, asking);
      return asking;
    },
  };
}

/** RFC 7662 §2.2. Null for a token that is worth nothing here; throws where the answer is not one. */
function read(
  body: Buffer,
  { claim, audience, scope, clock }: IntrospectionOptions,
): { readonly claims: TokenClaims; readonly expiresAtMs: number } | null {
  const answer: unknown = parse(body);
  if (typeof answer !== 'object' || answer === null)
    throw new Error('the token issuer answers no JSON object');
  const fields = answer as Readonly<Record<string, unknown>>;
  if (fields.active !== true) return null;
  const expiresAtMs = secondsOf(fields.exp) * 1000;
  if (expiresAtMs <= clock.nowMs()) return null;
  if (fields.nbf !== undefined && secondsOf(fields.nbf) * 1000 > clock.nowMs()) return null;
  const audiences = Array.isArray(fields.aud) ? fields.aud : [fields.aud];
  if (audience !== null && !audiences.includes(audience)) return null;
  const username = Object.hasOwn(fields, claim) ? fields[claim] : undefined;
  if (typeof username !== 'string' || username === '') {
    throw new Error(`the token issuer's answer has no text under the configured claim`);
  }
  const scopes = typeof fields.scope === 'string' ? fields.scope.split(' ') : [];
  const end = Number.isFinite(expiresAtMs) ? { expiresAtMs } : {};
  return { claims: { username, scoped: scope === null || scopes.includes(scope), ...end }, expiresAtMs };
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new Error('the token issuer answers no JSON');
  }
}

function secondsOf(value: unknown): number {
  if (value === undefined) return Number.POSITIVE_INFINITY;
  if (typeof value !== 'number') throw new Error('a time in the answer of the token issuer is no number');
  return value;
}
