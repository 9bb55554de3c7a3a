import type { Answers } from './keys.ts';
import type { Rate } from './rate.ts';
import type { Line } from './turns.ts';
import type { ApiParts, ApiRoute, Call } from './types.ts';

/** What all calls share. */
export interface Inner {
  readonly parts: ApiParts;
  readonly routes: readonly ApiRoute[];
  readonly answers: Answers;
  readonly rate: Rate;
  readonly line: Line;
}

/** Who calls, and what they may. */
export type Given = Pick<Call, 'actor' | 'may'>;
