import { baseSubjectCharsMax } from './limits.ts';

const leaderPattern = /(?:re|fwd?)[ ]*(?:\[[^[\]]*\][ ]*)?:/iy;
const blobPattern = /\[[^[\]]*\][ ]*/y;

/** A subject read by RFC 5256 §2.1. */
export interface SubjectReading {
  readonly base: string;
  /** A mark of a reply or a forward was taken off: `re:`, `fwd:`, `(fwd)` or `[fwd: …]`. */
  readonly isReply: boolean;
}

/** RFC 5256 §2.1: the subject, already decoded, without reply and forward marks and list tags. Linear. */
export function readSubject(decoded: string): SubjectReading {
  const text = decoded.replace(/\s+/g, ' ');
  let start = 0;
  let end = text.length;
  let isReply = false;
  for (;;) {
    const back = trimEnd(text, start, end); // step 2
    const front = trimStart(text, start, back.end); // steps 3 to 5
    isReply ||= back.marked || front.marked;
    ({ end } = back);
    ({ start } = front);
    const forwarded = text.slice(start, start + 5).toLowerCase() === '[fwd:' && text[end - 1] === ']';
    if (!forwarded) break; // step 6
    isReply = true;
    start += 5;
    end -= 1;
  }
  return { base: text.slice(start, end).slice(0, baseSubjectCharsMax).toWellFormed(), isReply };
}

function trimEnd(text: string, start: number, from: number): { end: number; marked: boolean } {
  let end = from;
  let marked = false;
  for (;;) {
    if (end > start && text[end - 1] === ' ') end--;
    else if (end - start >= 5 && text.slice(end - 5, end).toLowerCase() === '(fwd)') {
      end -= 5;
      marked = true;
    } else return { end, marked };
  }
}

function trimStart(text: string, from: number, end: number): { start: number; marked: boolean } {
  let start = from;
  let marked = false;
  for (;;) {
    while (start < end && text[start] === ' ') start++;
    const { after, last } = skipBlobs(text, start, end);
    const leader = matchAt(leaderPattern, text, after);
    if (leader > 0 && leader <= end) {
      start = leader; // a subj-leader, with the blobs before it
      marked = true;
      continue;
    }
    // Step 4: a blob goes where something remains after it.
    return { start: after < end ? after : last, marked };
  }
}

/** The end of the blobs at `from`, and where the last of them began. */
function skipBlobs(text: string, from: number, end: number): { after: number; last: number } {
  let after = from;
  let last = from;
  for (;;) {
    const next = matchAt(blobPattern, text, after);
    if (next < 0 || next > end) return { after, last };
    last = after;
    after = next;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
