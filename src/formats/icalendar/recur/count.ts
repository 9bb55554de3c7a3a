import type { Rule } from '../values/rule.ts';
import type { Steps } from './steps.ts';
import { RuleWalk } from './walk.ts';

/**
 * The last time of a rule with COUNT, on its own clock; null: it has none but the first, which counts whether the rule has it
 * or not (RFC 5545 §3.8.5.3). Throws StepsSpent.
 */
export function lastOfCount(rule: Rule, startMs: number, steps: Steps): number | null {
  const count = rule.count ?? 0;
  const walk = new RuleWalk(rule, startMs, Number.POSITIVE_INFINITY, steps);
  let lastMs: number | null = null;
  for (let seen = 0; seen < count; seen++) {
    const at = walk.next();
    if (at === null) break;
    if (seen === 0 && at !== startMs) seen++;
    if (seen < count) lastMs = at;
  }
  return lastMs;
}
