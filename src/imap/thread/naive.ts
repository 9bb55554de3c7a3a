import type { Threading } from '../../stores/mail/index.ts';

/** For tests: REFERENCES as RFC 5256 §3 tells it, step by step, with no thought of cost. */
interface Node {
  /** Null: a dummy. */
  readonly message: number | null;
  parent: Node | null;
  children: Node[];
}

function link(parent: Node, child: Node): void {
  for (let node: Node | null = parent; node !== null; node = node.parent) if (node === child) return;
  child.parent = parent;
  parent.children.push(child);
}

function unlink(child: Node): void {
  if (child.parent === null) return;
  child.parent.children = child.parent.children.filter((each) => each !== child);
  child.parent = null;
}

/** Steps 1 to 3. */
function family(letters: Threading): Node[] {
  const nodes = Array.from(letters.uids, (_, message): Node => ({ message, parent: null, children: [] }));
  const ids = new Map<number, Node>();
  for (const node of nodes) {
    const id = letters.messages[node.message ?? 0] ?? -1;
    if (id >= 0 && !ids.has(id)) ids.set(id, node);
  }
  const all = [...nodes];
  for (const node of nodes) {
    const at = node.message ?? 0;
    const parents = letters.parents.slice(letters.parentStarts[at], letters.parentStarts[at + 1]);
    let before: Node | null = null;
    for (const id of parents) {
      let each = ids.get(id);
      if (!each) {
        each = { message: null, parent: null, children: [] };
        ids.set(id, each);
        all.push(each);
      }
      if (before !== null && each.parent === null) link(before, each);
      before = each;
    }
    if (node.parent !== before) {
      unlink(node);
      if (before !== null) link(before, node);
    }
  }
  const root: Node = { message: null, parent: null, children: [] };
  for (const node of all) if (node.parent === null) root.children.push(node);
  return pruned(root.children, true);
}

function pruned(siblings: Node[], atTop: boolean): Node[] {
  return siblings.flatMap((node) => {
    node.children = pruned(node.children, false);
    if (node.message !== null) return [node];
    if (node.children.length === 0) return [];
    return atTop && node.children.length > 1 ? [node] : node.children;
  });
}

export function naiveThreads(letters: Threading, subjects: boolean): string {
  const first = (node: Node): number =>
    node.message ??
    Math.min(
      ...node.children
        .map((child) => child.message ?? -1)
        .sort((a, b) => before(a, b))
        .slice(0, 1),
    );
  const before = (a: number, b: number) => (letters.sent[a] ?? 0) - (letters.sent[b] ?? 0) || a - b;
  const sorted = (nodes: Node[]): Node[] => [...nodes].sort((a, b) => before(first(a), first(b)));
  let tops = sorted(family(letters));
  if (subjects) tops = gathered(tops, letters, first);
  const text = (node: Node): string => `(${inside(node)})`;
  const inside = (node: Node): string => {
    const children = sorted(node.children);
    const [only] = children;
    const own = node.message === null ? '' : String(node.message);
    if (children.length === 0) return own;
    if (children.length === 1 && only) return `${own} ${inside(only)}`;
    return `${own}${own === '' ? '' : ' '}${children.map(text).join('')}`;
  };
  return (subjects ? sorted(tops) : byLatest(tops, letters, first)).map(text).join('');
}

/** Step 5. */
function gathered(tops: Node[], letters: Threading, first: (node: Node) => number): Node[] {
  const subjectOf = (node: Node) => letters.subjects[first(node)] ?? 0;
  const isReply = (node: Node) => node.message !== null && letters.replies[node.message] === 1;
  const table = new Map<number, Node>();
  for (const node of tops) {
    const subject = subjectOf(node);
    if (subject === 0) continue;
    const held = table.get(subject);
    if (!held) table.set(subject, node);
    else if (held.message !== null && (node.message === null || (isReply(held) && !isReply(node)))) {
      table.set(subject, node);
    }
  }
  let result = [...tops];
  for (const node of tops) {
    const subject = subjectOf(node);
    const held = table.get(subject);
    if (subject === 0 || !held || held === node) continue;
    result = result.filter((each) => each !== node);
    if (held.message === null && node.message === null) held.children.push(...node.children);
    else if (held.message === null) held.children.push(node);
    else if (isReply(node) && !isReply(held)) held.children.push(node);
    else {
      const dummy: Node = { message: null, parent: null, children: [held, node] };
      result = result.map((each) => (each === held ? dummy : each));
      table.set(subject, dummy);
    }
  }
  return result;
}

/** REFS: by the latest message of each thread, then by the place of its first in the mailbox. */
function byLatest(tops: Node[], letters: Threading, first: (node: Node) => number): Node[] {
  const latest = (node: Node): number =>
    Math.max(node.message === null ? 0 : (letters.sent[node.message] ?? 0), ...node.children.map(latest));
  return [...tops].sort((a, b) => latest(a) - latest(b) || first(a) - first(b));
}
