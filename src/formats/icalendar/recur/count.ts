import { countedPeriodsMax } from '../limits.ts';
import type { Rule } from '../values/rule.ts';
import { RuleWalk } from './walk.ts';

/** The last time of a rule with COUNT, on its own clock; null: it has none but the first. */
export interface Counted {
  readonly lastMs: number | null;
  /** What it took; beyond `periodsMax` it was given up. */
  readonly tried: number;
}

/** Counts. The first time counts, whether the rule has it or not (RFC 5545 §3.8.5.3). */
export function countRule(rule: Rule, startMs: number, periodsMax = countedPeriodsMax): Counted {
  const count = rule.count ?? 0;
  const walk = new RuleWalk(rule, startMs);
  let lastMs: number | null = null;
  let seen = 0;
  while (walk.tried <= periodsMax) {
    const at = walk.next();
    if (at === null) break;
    if (seen === 0 && at !== startMs) seen++;
    if (seen >= count) break;
    seen++;
    lastMs = at;
    if (seen >= count) break;
  }
  return { lastMs, tried: walk.tried };
}
