import type { Clock } from '../../base/index.ts';
import type { JsonValue } from '../../formats/canonical-json/index.ts';
import { bodyHash } from './chain.ts';
import type { Actor, NewAct } from './types.ts';

/** What is kept of a write that somebody asks for now. */
export function newAct(
  { clock }: { readonly clock: Clock },
  actor: Actor,
  a: Pick<NewAct, 'verb' | 'subject' | 'key'> & { readonly body: JsonValue },
): NewAct {
  const { verb, subject, key, body } = a;
  return { actor, verb, subject, key, bodyHash: bodyHash(body), now: clock.nowMs() };
}
