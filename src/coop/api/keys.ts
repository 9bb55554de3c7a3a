import { createHash } from 'node:crypto';
import type { Clock } from '../../base/index.ts';
import type { Database } from '../../storage/index.ts';
import { refusal } from '../refusals.ts';
import { coopOperations as operations } from '../store/module.ts';
import { answerBytesMax, answersKeptDays, keyCharactersMax } from './limits.ts';
import type { KeptAnswer, NewAnswer } from './scripts/answers.ts';

const dayMs = 86_400_000;
const characters = /^[A-Za-z0-9._:-]+$/;

/** The field `Idempotency-Key`: bare, or in the quotes of a structured field (draft-ietf-httpapi-idempotency-key-header §2.1). */
export function readKey(field: string | null): string {
  const key = field?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  if (key === '') throw refusal('E_KEY_MISSING', 'a write needs the field Idempotency-Key');
  if (key.length > keyCharactersMax || !characters.test(key))
    throw refusal(
      'E_KEY_MISSING',
      `an Idempotency-Key has up to ${keyCharactersMax} letters, digits, and . _ : -`,
    );
  return key;
}

/** What rooms know the write by: an account's keys are its own. */
export const roomKey = (account: number, key: string): string => `api-${account}-${key}`;

export const printOf = (method: string, address: string, body: Uint8Array): string =>
  createHash('sha256').update(`${method} ${address}\0`).update(body).digest('hex');

interface Asked {
  readonly account: number;
  readonly key: string;
  readonly print: string;
}

/** What writes were answered with, so that who asks again hears the same. */
export class Answers {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Null where the key is new. E_KEY_REUSED. */
  find(asked: Asked): Promise<KeptAnswer | null> {
    return this.#database.call(operations.apiAnswer, asked);
  }

  async keep(asked: Asked, answer: NewAnswer): Promise<void> {
    if (Buffer.byteLength(answer.body) > answerBytesMax) return;
    const at = this.#clock.nowMs();
    const before = at - answersKeptDays * dayMs;
    await this.#database.call(operations.apiKeep, { ...asked, ...answer, at, before });
  }
}
