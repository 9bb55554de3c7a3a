import { baseSubjectCharsMax } from './limits.ts';

const leaderPattern = /(?:re|fwd?)[ ]*(?:\[[^[\]]*\][ ]*)?:/iy;
const blobPattern = /\[[^[\]]*\][ ]*/y;

/** RFC 5256 §2.1: the subject, already decoded, without reply and forward marks and list tags. Linear. */
export function baseSubject(decoded: string): string {
  const text = decoded.replace(/\s+/g, ' ');
  let start = 0;
  let end = text.length;
  for (;;) {
    end = trimEnd(text, start, end); // step 2
    start = trimStart(text, start, end); // steps 3 to 5
    const forwarded = text.slice(start, start + 5).toLowerCase() === '[fwd:' && text[end - 1] === ']';
    if (!forwarded) break; // step 6
    start += 5;
    end -= 1;
  }
  return text.slice(start, end).slice(0, baseSubjectCharsMax).toWellFormed();
}

function trimEnd(text: string, start: number, from: number): number {
  let end = from;
  for (;;) {
    if (end > start && text[end - 1] === ' ') end--;
    else if (end - start >= 5 && text.slice(end - 5, end).toLowerCase() === '(fwd)') end -= 5;
    else return end;
  }
}

function trimStart(text: string, from: number, end: number): number {
  let start = from;
  for (;;) {
    while (start < end && text[start] === ' ') start++;
    const { after, last } = skipBlobs(text, start, end);
    const leader = matchAt(leaderPattern, text, after);
    if (leader > 0 && leader <= end) {
      start = leader; // a subj-leader, with the blobs before it
      continue;
    }
    // Step 4: a blob goes where something remains after it.
    return after < end ? after : last;
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
