import { SyntaxFault } from './fault.ts';
import { wireLimits } from './limits.ts';

const numberMax = 4_294_967_295;
/** '*' within the pairs: no message has number or uid 0. */
const star = 0;

/**
 * A set of message numbers or uids as a client wrote it: ranges in their order, '*' not yet a number, or '$' (the
 * saved result). What depends on the mailbox is asked after `normalise(last)`. RFC 9051 §9 sequence-set.
 */
export class SequenceSet implements Iterable<number> {
  /** '$': the result that SEARCH RETURN (SAVE) kept (RFC 5182). */
  static readonly saved = new SequenceSet(new Uint32Array(0), true);
  static readonly empty = new SequenceSet(new Uint32Array(0), false);

  readonly isSaved: boolean;
  readonly hasStar: boolean;
  readonly #pairs: Uint32Array;
  /** What `normalise` answered, kept where no '*' makes it depend on the mailbox. */
  #normal: SequenceSet | undefined;

  private constructor(pairs: Uint32Array, isSaved: boolean) {
    this.#pairs = pairs;
    this.isSaved = isSaved;
    this.hasStar = pairs.includes(star);
  }

  /** `1:3,7,9:*` or `$`. Throws SyntaxFault; `offset` is added to its place. */
  static parse(text: string, offset = 0): SequenceSet {
    if (text === '$') return SequenceSet.saved;
    return new SequenceSet(parsePairs(text, offset), false);
  }

  /** Numbers in the given order; each run that climbs by one becomes a range (COPYUID depends on the order). */
  static of(numbers: Iterable<number>): SequenceSet {
    const pairs: number[] = [];
    for (const number of numbers) {
      if (!Number.isInteger(number) || number < 1 || number > numberMax) {
        throw new RangeError(`${number} is not a message number`);
      }
      const last = pairs.length - 1;
      if (last > 0 && pairs[last] === number - 1) pairs[last] = number;
      else pairs.push(number, number);
    }
    return new SequenceSet(Uint32Array.from(pairs), false);
  }

  /** Ranges in the given order. */
  static ofRanges(ranges: readonly (readonly [first: number, last: number])[]): SequenceSet {
    return new SequenceSet(Uint32Array.from(ranges.flat()), false);
  }

  get isEmpty(): boolean {
    return this.#pairs.length === 0;
  }

  get rangeCount(): number {
    return this.#pairs.length / 2;
  }

  /** How many numbers the set holds. */
  get size(): number {
    let size = 0;
    for (const [first, last] of this.normalise(0).ranges()) size += last - first + 1;
    return size;
  }

  /** The largest number written, 0 where there is none but '*'. */
  get largest(): number {
    let largest = 0;
    for (const value of this.#pairs) if (value > largest) largest = value;
    return largest;
  }

  /**
   * The same set with '*' replaced by `last`, ranges the right way round, ascending, merged. `last` may be 0 only
   * where the set has no '*'. '$' must have been replaced by the saved set before.
   */
  normalise(last: number): SequenceSet {
    if (this.isSaved) throw new Error("'$' must be replaced by the saved result first");
    if (this.hasStar && last < 1) throw new Error("'*' needs the number of the last message");
    if (this.#normal) return this.#normal;
    const set = this.#isNormal() ? this : new SequenceSet(merge(this.#pairs, last), false);
    set.#normal = set;
    if (!this.hasStar) this.#normal = set;
    return set;
  }

  /** Whether the set, which must have no '*', holds `number`; logarithmic on a normalised set. */
  contains(number: number): boolean {
    const pairs = this.normalise(0).#pairs;
    let low = 0;
    let high = pairs.length / 2 - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (number < (pairs[middle * 2] ?? 0)) high = middle - 1;
      else if (number > (pairs[middle * 2 + 1] ?? 0)) low = middle + 1;
      else return true;
    }
    return false;
  }

  /** First and last of each range, in the order written; the set must have no '*'. */
  *ranges(): Generator<readonly [first: number, last: number]> {
    if (this.hasStar || this.isSaved) throw new Error('the set must be normalised first');
    for (let i = 0; i < this.#pairs.length; i += 2) {
      yield [this.#pairs[i] ?? 0, this.#pairs[i + 1] ?? 0];
    }
  }

  /** Every number in the order written. A range may hold four thousand million: intersect with the mailbox first. */
  *[Symbol.iterator](): Generator<number> {
    for (const [first, last] of this.ranges()) {
      if (first <= last) for (let n = first; n <= last; n++) yield n;
      else for (let n = first; n >= last; n--) yield n;
    }
  }

  toString(): string {
    if (this.isSaved) return '$';
    const ranges: string[] = [];
    for (let i = 0; i < this.#pairs.length; i += 2) {
      const first = this.#pairs[i] || '*';
      const last = this.#pairs[i + 1] || '*';
      ranges.push(first === last ? `${first}` : `${first}:${last}`);
    }
    return ranges.join(',');
  }

  #isNormal(): boolean {
    if (this.hasStar) return false;
    for (let i = 0, before = -1; i < this.#pairs.length; i += 2) {
      const first = this.#pairs[i] ?? 0;
      const last = this.#pairs[i + 1] ?? 0;
      if (first <= before + 1 || last < first) return false;
      before = last;
    }
    return true;
  }
}

/** Pairs of the text; the grammar is regular, so one pass reads it. */
function parsePairs(text: string, offset: number): Uint32Array {
  let pairs = new Uint32Array(16);
  let count = 0;
  let at = 0;
  const readNumber = (): number => {
    const code = text.charCodeAt(at);
    if (code === 0x2a) {
      at++;
      return star;
    }
    if (!(code >= 0x31 && code <= 0x39)) {
      throw new SyntaxFault("expected a number from 1 or '*' in a sequence set", offset + at);
    }
    const start = at;
    let value = 0;
    for (let digit = code; digit >= 0x30 && digit <= 0x39; digit = text.charCodeAt(++at)) {
      value = value * 10 + digit - 0x30;
      if (value > numberMax) throw new SyntaxFault('a number of more than 32 bits', offset + start);
    }
    return value;
  };
  for (;;) {
    if (count / 2 >= wireLimits.sequenceRangesMax) {
      throw new SyntaxFault(
        `more than ${wireLimits.sequenceRangesMax} ranges in a sequence set`,
        offset + at,
      );
    }
    if (count === pairs.length) {
      const larger = new Uint32Array(count * 2);
      larger.set(pairs);
      pairs = larger;
    }
    const first = readNumber();
    let last = first;
    if (text.charCodeAt(at) === 0x3a) {
      at++;
      last = readNumber();
    }
    pairs[count++] = first;
    pairs[count++] = last;
    if (at === text.length) return pairs.slice(0, count);
    if (text.charCodeAt(at) !== 0x2c) throw new SyntaxFault("expected ',' in a sequence set", offset + at);
    at++;
  }
}

/** Ascending disjoint pairs; reversed ranges mean the same as straight ones (RFC 9051 §9 seq-range). */
function merge(pairs: Uint32Array, last: number): Uint32Array {
  const ranges: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const a = pairs[i] || last;
    const b = pairs[i + 1] || last;
    ranges.push(a <= b ? [a, b] : [b, a]);
  }
  ranges.sort((x, y) => x[0] - y[0]);
  const merged = new Uint32Array(pairs.length);
  let count = 0;
  let end = -1;
  for (const [from, to] of ranges) {
    if (count > 0 && from <= end + 1) {
      end = Math.max(end, to);
    } else {
      if (count > 0) merged[count++] = end;
      merged[count++] = from;
      end = to;
    }
  }
  if (count > 0) merged[count++] = end;
  return merged.slice(0, count);
}
