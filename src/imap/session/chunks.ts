/**
 * What a session knows of a stretch of uids, first to last: how many of them there are, and which. All of them where
 * `count` is the length of the stretch; otherwise `uids` names them, or is null while nobody has asked yet.
 */
export interface Chunk {
  readonly first: number;
  readonly last: number;
  readonly count: number;
  readonly uids: Uint32Array | null;
}

/** The most uids that one list holds. */
export const chunkUidsMax = 4096;
/** Smaller neighbours become one list. */
const joinUidsMax = 512;
/** So few holes in a full stretch cut it into pieces; more make it a list. */
const holesMax = 8;

/** Every uid from `first` to `last`. */
export function full(first: number, last: number): Chunk {
  return { first, last, count: last - first + 1, uids: null };
}

export function isFull(chunk: Chunk): boolean {
  return chunk.count === chunk.last - chunk.first + 1;
}

export function isRead(chunk: Chunk): boolean {
  return chunk.uids !== null || isFull(chunk);
}

/** Those uids, ascending, at least one; the caller lets go of the array. */
export function listed(uids: Uint32Array): Chunk {
  const first = uids[0] ?? 0;
  const last = uids[uids.length - 1] ?? 0;
  const isDense = last - first + 1 === uids.length;
  return { first, last, count: uids.length, uids: isDense ? null : uids };
}

/** Uids that came after all others, as few chunks as they make. */
export function chunksOf(uids: ArrayLike<number>): Chunk[] {
  const chunks: Chunk[] = [];
  let list: number[] = [];
  const flush = () => {
    if (list.length > 0) chunks.push(listed(Uint32Array.from(list)));
    list = [];
  };
  for (let at = 0; at < uids.length; ) {
    const first = uids[at] ?? 0;
    let end = at + 1;
    while (end < uids.length && uids[end] === first + end - at) end++;
    if (end - at >= joinUidsMax) {
      flush();
      chunks.push(full(first, first + end - at - 1));
    } else {
      for (let uid = first; uid < first + end - at; uid++) list.push(uid);
      if (list.length >= chunkUidsMax - joinUidsMax) flush();
    }
    at = end;
  }
  flush();
  return chunks;
}

/** The uid at a place, from 0; the chunk must have been read. */
export function uidAt(chunk: Chunk, place: number): number {
  if (chunk.uids !== null) return chunk.uids[place] ?? 0;
  if (!isFull(chunk)) throw new Error(`the uids from ${chunk.first} to ${chunk.last} were not read`);
  return chunk.first + place;
}

/** How many of its uids are smaller; the chunk must have been read where that lies within it. */
export function rankIn(chunk: Chunk, uid: number): number {
  if (uid <= chunk.first) return 0;
  if (uid > chunk.last) return chunk.count;
  if (chunk.uids !== null) return lowerBound(chunk.uids, uid);
  if (!isFull(chunk)) throw new Error(`the uids from ${chunk.first} to ${chunk.last} were not read`);
  return uid - chunk.first;
}

/** What is left of a chunk that was read without `gone` (ascending); `onGone` hears the place of each that was there. */
export function without(chunk: Chunk, gone: Uint32Array, onGone: (place: number) => void): Chunk[] {
  if (chunk.uids !== null) {
    const rest = withoutListed(chunk.uids, gone, onGone);
    return rest.length === 0 ? [] : [listed(rest)];
  }
  const left: Chunk[] = [];
  let at = chunk.first;
  for (const holes of windows(gone, chunk)) {
    for (const uid of holes) onGone(uid - chunk.first);
    const from = Math.max(at, windowStart(holes[0] ?? 0));
    const to = Math.min(chunk.last, windowStart(holes[0] ?? 0) + chunkUidsMax - 1);
    if (at < from) left.push(full(at, from - 1));
    left.push(...cut(from, to, holes));
    at = to + 1;
  }
  if (at <= chunk.last) left.push(full(at, chunk.last));
  return left;
}

function windowStart(uid: number): number {
  return Math.floor(uid / chunkUidsMax) * chunkUidsMax;
}

/** The uids of `gone` that lie in the chunk, each once, by the window they lie in. */
function* windows(gone: Uint32Array, { first, last }: Chunk): Generator<number[]> {
  let holes: number[] = [];
  for (const uid of gone) {
    if (uid < first || uid > last || uid === holes.at(-1)) continue;
    if (holes.length > 0 && windowStart(uid) !== windowStart(holes[0] ?? 0)) {
      yield holes;
      holes = [];
    }
    holes.push(uid);
  }
  if (holes.length > 0) yield holes;
}

/** A full stretch without some: pieces where the holes are few, a list otherwise. */
function cut(from: number, to: number, holes: readonly number[]): Chunk[] {
  if (holes.length > holesMax) {
    const rest = new Uint32Array(to - from + 1 - holes.length);
    let size = 0;
    let next = 0;
    for (let uid = from; uid <= to; uid++) {
      if (uid === holes[next]) next++;
      else rest[size++] = uid;
    }
    return size === 0 ? [] : [listed(rest)];
  }
  const pieces: Chunk[] = [];
  let at = from;
  for (const hole of [...holes, to + 1]) {
    if (at < hole) pieces.push(full(at, hole - 1));
    at = hole + 1;
  }
  return pieces;
}

function withoutListed(
  uids: Uint32Array,
  gone: Uint32Array,
  onGone: (place: number) => void,
): Uint32Array<ArrayBuffer> {
  const rest = new Uint32Array(uids.length);
  let size = 0;
  let from = 0;
  for (const uid of gone) {
    const at = lowerBound(uids, uid);
    if (at < from || uids[at] !== uid) continue;
    rest.set(uids.subarray(from, at), size);
    size += at - from;
    from = at + 1;
    onGone(at);
  }
  rest.set(uids.subarray(from), size);
  return rest.slice(0, size + uids.length - from);
}

/** Neighbours that are full and side by side, or small, become one: many expunges leave few chunks. */
export function join(chunks: readonly Chunk[]): Chunk[] {
  const joined: Chunk[] = [];
  let small: Chunk[] = [];
  let smallUids = 0;
  const flush = () => {
    if (small.length > 1) joined.push(listed(Uint32Array.from(small.flatMap((chunk) => [...uidsOf(chunk)]))));
    else joined.push(...small);
    small = [];
    smallUids = 0;
  };
  for (const chunk of bridged(chunks)) {
    if (!isRead(chunk) || smallUids + chunk.count > joinUidsMax) flush();
    if (isRead(chunk)) {
      small.push(chunk);
      smallUids += chunk.count;
    } else joined.push(chunk);
  }
  flush();
  return joined;
}

function bridged(chunks: readonly Chunk[]): Chunk[] {
  const made: Chunk[] = [];
  for (const chunk of chunks) {
    const last = made.at(-1);
    if (last && isFull(last) && isFull(chunk) && last.last + 1 === chunk.first) {
      made[made.length - 1] = full(last.first, chunk.last);
    } else made.push(chunk);
  }
  return made;
}

/** All uids of a chunk that was read, ascending. */
export function* uidsOf(chunk: Chunk): Generator<number> {
  if (chunk.uids !== null) yield* chunk.uids;
  else for (let place = 0; place < chunk.count; place++) yield uidAt(chunk, place);
}

/** How many entries are smaller than `value`. */
export function lowerBound(sorted: ArrayLike<number>, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
