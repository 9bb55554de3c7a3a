import {
  type FoldedField,
  fieldHolds,
  fold,
  headerLines,
  type Narrowed,
  type Needle,
} from '../../stores/mail/index.ts';
import { type Evidence, type Judge, type Verdict, want } from './keys.ts';

/** A text that a search looks for. `narrowed` is asked of the index once, before the first message is looked at. */
export interface Sought {
  readonly needle: Needle;
  narrowed: Narrowed | null;
  /** Of the messages that are looked at now: by email whether it holds the needle, null where only the message can tell. */
  readonly known: Map<number, boolean | null>;
}

/** The top header of a message, folded. */
export interface Header {
  readonly fields: readonly FoldedField[];
  readonly lines: string;
}

export const headerOf = (fields: readonly FoldedField[]): Header => ({ fields, lines: headerLines(fields) });

/** Whether the index knows that the email does not hold the needle. */
function isExcluded({ emails, upTo }: Narrowed, email: number): boolean {
  if (email > upTo) return false;
  let low = 0;
  let high = emails.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((emails[middle] ?? 0) < email) low = middle + 1;
    else high = middle;
  }
  return emails[low] !== email;
}

/** RFC 9051 §6.4.4: an empty text is in every message, or asks whether the header has the field. */
export function needleJudge(where: Needle['where'], field: string, text: string, all: Sought[]): Judge {
  const needle = { where, field: fold(field), text: fold(text) };
  if (where !== 'field' && needle.text === '') return { cost: 'none', test: () => true };
  const sought: Sought = { needle, narrowed: null, known: new Map() };
  all.push(sought);
  return {
    cost: where === 'field' ? 'header' : 'text',
    within: () => sought.narrowed,
    test(evidence) {
      if (sought.narrowed && isExcluded(sought.narrowed, evidence.row.email)) return false;
      const known = sought.known.get(evidence.row.email);
      if (known === undefined) return want(evidence, sought);
      return known ?? inMessage(evidence, needle);
    },
  };
}

/** Where the texts that are kept do not decide, the message does. */
function inMessage(evidence: Evidence, needle: Needle): Verdict {
  const { where, text } = needle;
  const { header, body } = evidence;
  if (where !== 'body') {
    if (header === undefined) return want(evidence, 'header');
    if (where === 'field') return fieldHolds(header.fields, needle);
    if (header.lines.includes(text)) return true;
  }
  return body === undefined ? want(evidence, 'body') : body.includes(text);
}

/** What may match where both must: an email that one of them excludes is out. */
export function withinBoth(all: readonly (Narrowed | null)[]): Narrowed | null {
  const some = all.filter((one) => one !== null);
  const [first, ...others] = some.sort((a, b) => a.emails.length - b.emails.length);
  if (!first) return null;
  return {
    upTo: Math.min(...some.map(({ upTo }) => upTo)),
    emails: first.emails.filter((email) => others.every((other) => !isExcluded(other, email))),
  };
}

/** What may match where one is enough: everything, as soon as one of them is not narrowed. */
export function withinEither(all: readonly (Narrowed | null)[]): Narrowed | null {
  const some = all.filter((one) => one !== null);
  if (some.length < all.length || some.length === 0) return null;
  const emails = new Set(some.flatMap((one) => [...one.emails]));
  return { upTo: Math.min(...some.map(({ upTo }) => upTo)), emails: Float64Array.from(emails).sort() };
}
