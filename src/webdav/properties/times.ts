/** How many seconds are remembered: what was uploaded together is of few, and writing a time anew costs as much as a row. */
const secondsKept = 1024;

interface Second {
  readonly second: number;
  readonly iso: string;
  readonly http: string;
}

const never: Second = { second: Number.NaN, iso: '', http: '' };
/** Each at the place of its last bits; a later one takes it over. */
const known: Second[] = new Array(secondsKept).fill(never);

function secondOf(ms: number): Second {
  const second = Math.floor(ms / 1000);
  const at = ((second % secondsKept) + secondsKept) % secondsKept;
  const held = known[at] ?? never;
  if (held.second === second) return held;
  const date = new Date(second * 1000);
  const made = { second, iso: date.toISOString().replace('.000Z', 'Z'), http: date.toUTCString() };
  known[at] = made;
  return made;
}

/** RFC 3339, whole seconds. */
export const isoTime = (ms: number) => secondOf(ms).iso;
/** RFC 9110 §5.6.7. */
export const httpTime = (ms: number) => secondOf(ms).http;
