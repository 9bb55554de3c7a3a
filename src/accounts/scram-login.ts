import { coversScope, failure, isOwn, type LoginParts, noteUse, refused, whoIs } from './login.ts';
import { operations } from './module.ts';
import {
  fakeScramKeys,
  fakeScramSalt,
  parseScramKeys,
  provesScram,
  type ScramKeys,
  type ScramMechanism,
  scramMechanisms,
  scramServerSignature,
} from './scram.ts';
import type { Outcome } from './throttle.ts';
import type { Member, ScramExchange, ScramResult, ScramStart } from './types.ts';

interface Candidate {
  readonly id: number;
  readonly scopes: string;
  readonly lastUsed: number;
  readonly tag: string;
  readonly keys: ScramKeys;
}

async function candidatesOf(
  parts: LoginParts,
  member: Member,
  mechanism: ScramMechanism,
): Promise<Candidate[]> {
  const rows = await parts.database.call(operations.scramKeys, { member: member.id });
  const candidates: Candidate[] = [];
  for (const { sha1, sha256, ...row } of rows) {
    const keys = parseScramKeys(mechanism === 'SCRAM-SHA-1' ? sha1 : sha256);
    if (keys) candidates.push({ ...row, keys });
  }
  return candidates;
}

/**
 * SCRAM (RFC 5802, RFC 7677) without its messages: a protocol asks for the challenge, then hands over the client's
 * proof. Keys never leave this folder. All credentials of a member share one salt, so any of them, the password or
 * an app password as it was printed, answers the challenge; a name that nobody has gets one too, always the same.
 */
export function createScramLogin(
  parts: LoginParts,
  fakeSecret: Buffer,
): (start: ScramStart) => Promise<ScramExchange> {
  return async (start) => {
    const { mechanism } = start;
    const known = await whoIs(parts, start.username);
    const { member } = known;
    const name = known.name ?? start.username;
    const stored = member ? await parts.database.call(operations.salt, { id: member.id }) : null;
    const salt = stored ? Buffer.from(stored, 'base64') : fakeScramSalt(fakeSecret, name);
    const found = member ? await candidatesOf(parts, member, mechanism) : [];
    const iterations = found[0]?.keys.iterations ?? scramMechanisms[mechanism].iterations;
    const candidates = found.filter(({ keys }) => keys.iterations === iterations);
    const fake = fakeScramKeys(mechanism, fakeSecret, name);

    async function verify(authMessage: string, proof: Buffer): Promise<ScramResult> {
      const proved = candidates.filter(({ keys }) => provesScram(mechanism, keys, authMessage, proof))[0];
      if (candidates.length === 0) provesScram(mechanism, fake, authMessage, proof);
      if (!proved || !member) return { result: refused('credentials'), signature: null };
      const now = await parts.database.call(operations.member, { id: member.id });
      if (now?.version !== member.version) return { result: refused('credentials'), signature: null };
      if (member.disabled) return { result: refused('disabled'), signature: null };
      if (!coversScope(proved.scopes, start.scope)) return { result: refused('scope'), signature: null };
      noteUse(parts, proved);
      const signature = scramServerSignature(mechanism, proved.keys, authMessage);
      const own = isOwn(proved) ? ({ own: true } as const) : {};
      return { result: { ok: true, member, credential: String(proved.id), ...own }, signature };
    }

    return {
      salt,
      iterations,
      async finish(authMessage, proof) {
        const waitMs = parts.throttle.begin(start.remote, known.account);
        if (waitMs > 0) return { result: refused('throttled', waitMs), signature: null };
        let outcome: Outcome = 'void';
        try {
          const delayMs = parts.throttle.delayMs(known.account);
          if (delayMs > 0) await parts.sleep(delayMs);
          const answer = await verify(authMessage, proof);
          const wrong = !answer.result.ok && answer.result.reason === 'credentials';
          outcome = wrong ? 'failed' : 'succeeded';
          return answer;
        } catch (error) {
          return { result: failure(parts, error), signature: null };
        } finally {
          parts.throttle.settle(start.remote, known.account, outcome);
        }
      },
    };
  };
}
