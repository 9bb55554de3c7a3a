import { setImmediate as nextTurn } from 'node:timers/promises';
import { limits } from './limits.ts';
import type { FileCondition } from './types.ts';

export type Searched = Extract<FileCondition, { kind: 'compare' }>['what'];

/** What a search looks at. */
export interface SearchRow {
  readonly isCollection: boolean;
  /** Null where it has none. */
  value(what: Searched): string | number | null;
}

/** What a search has cost, in characters looked at and operators asked, so that it ends and others have their turns. */
export class SearchMeter {
  #spent = 0;
  #turn = 0;

  spend(steps: number): void {
    this.#spent += steps;
    this.#turn += steps;
  }

  get isOver(): boolean {
    return this.#spent > limits.searchStepsMax;
  }

  /** Between two rows: whatever else the process has to do comes first where this has gone on for long. */
  async rest(): Promise<void> {
    if (this.#turn < limits.searchTurnStepsMax) return;
    this.#turn = 0;
    await nextTurn();
  }
}

/** A text without what is told apart where it should not be. */
function folded(text: string, caseless: boolean): string {
  const composed = text.normalize('NFC');
  return caseless ? composed.toLowerCase() : composed;
}

const pointsOf = (text: string): number[] => Array.from(text, (char) => char.codePointAt(0) ?? 0);

interface Text {
  readonly text: string;
  readonly points: readonly number[];
}

/** A row with its texts, each folded once however many operators ask for it. */
class Asked {
  readonly row: SearchRow;
  readonly meter: SearchMeter;
  readonly #texts = new Map<string, Text>();

  constructor(row: SearchRow, meter: SearchMeter) {
    this.row = row;
    this.meter = meter;
  }

  text(what: Searched, caseless: boolean): Text {
    const key = caseless ? `${what} caseless` : what;
    const known = this.#texts.get(key);
    if (known) return known;
    const text = folded(String(this.row.value(what) ?? ''), caseless);
    const made = { text, points: pointsOf(text) };
    this.meter.spend(text.length);
    this.#texts.set(key, made);
    return made;
  }
}

type Test = (asked: Asked) => boolean;

/** `%` and `_` of a pattern; all else is a code point. */
const many = -1;
const any = -2;

function tokensOf(pattern: string): number[] {
  const tokens: number[] = [];
  const points = [...pattern];
  for (let at = 0; at < points.length; at++) {
    const point = points[at];
    if (point === '%' && tokens.at(-1) === many) continue;
    if (point === '%') tokens.push(many);
    else if (point === '_') tokens.push(any);
    else tokens.push(...pointsOf(point === '\\' ? (points[++at] ?? '\\') : (point ?? '')));
  }
  return tokens;
}

/** RFC 5323 §5.17, without going back further than the last `%`: as long as pattern times text, never more. */
function likeness({ what, pattern, caseless }: Extract<FileCondition, { kind: 'like' }>): Test {
  const tokens = tokensOf(folded(pattern, caseless));
  const least = tokens.filter((token) => token !== many).length;
  return (asked) => {
    const { points } = asked.text(what, caseless);
    if (points.length < least) return false;
    let [token, at, steps] = [0, 0, 0];
    let [star, mark] = [-1, 0];
    let isLike = true;
    for (; at < points.length && isLike; steps++) {
      const wanted = tokens[token];
      if (wanted === many) {
        star = token++;
        mark = at;
      } else if (wanted !== undefined && (wanted === any || wanted === points[at])) {
        token++;
        at++;
      } else if (star >= 0) {
        token = star + 1;
        at = ++mark;
      } else isLike = false;
    }
    asked.meter.spend(steps);
    if (tokens[token] === many) token++;
    return isLike && token === tokens.length;
  };
}

const orders = {
  eq: (order: number) => order === 0,
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
} as const;

function comparison(condition: Extract<FileCondition, { kind: 'compare' }>): Test {
  const { what, value, caseless } = condition;
  const holds = orders[condition.by];
  if (what === 'name' || what === 'type') {
    const wanted = folded(String(value), caseless);
    return (asked) => {
      if (asked.row.value(what) === null) return false;
      const { text } = asked.text(what, caseless);
      return holds(text < wanted ? -1 : text > wanted ? 1 : 0);
    };
  }
  const wanted = Number(value);
  return ({ row }) => {
    const known = row.value(what);
    return known !== null && holds(Number(known) - wanted);
  };
}

function compiled(condition: FileCondition): Test {
  switch (condition.kind) {
    case 'all':
      return () => true;
    case 'collection':
      return ({ row }) => row.isCollection;
    case 'not': {
      const test = compiled(condition.of);
      return (asked) => !test(asked);
    }
    case 'and':
    case 'or': {
      const tests = condition.of.map(compiled);
      return condition.kind === 'and'
        ? (asked) => tests.every((test) => test(asked))
        : (asked) => tests.some((test) => test(asked));
    }
    case 'like':
      return likeness(condition);
    case 'compare':
      return comparison(condition);
  }
}

const operatorsOf = (condition: FileCondition): number => {
  if (condition.kind === 'not') return 1 + operatorsOf(condition.of);
  if (condition.kind !== 'and' && condition.kind !== 'or') return 1;
  return condition.of.reduce((sum, each) => sum + operatorsOf(each), 1);
};

/** What a condition says of a row, worked out once; what it costs goes to the meter. */
export function testOf(condition: FileCondition): (row: SearchRow, meter: SearchMeter) => boolean {
  const test = compiled(condition);
  const steps = limits.searchRowStepsCount + operatorsOf(condition);
  return (row, meter) => {
    meter.spend(steps);
    return test(new Asked(row, meter));
  };
}
