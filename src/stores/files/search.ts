import { StoreError } from '../../base/index.ts';
import { limits } from './limits.ts';
import type { FileCondition, FileNode, FileSearch } from './types.ts';

type Test = (node: FileNode) => boolean;

const folded = (text: string, caseless: boolean): string => {
  const composed = text.normalize('NFC');
  return caseless ? composed.toLowerCase() : composed;
};

/** `null`: any one character; `true`: any run of them. */
type Token = string | null | true;

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  const points = [...pattern];
  for (let at = 0; at < points.length; at++) {
    const point = points[at] ?? '';
    if (point === '%') tokens.push(true);
    else if (point === '_') tokens.push(null);
    else if (point === '\\') tokens.push(points[++at] ?? '\\');
    else tokens.push(point);
  }
  return tokens;
}

/** RFC 5323 §5.17, without going back further than the last `%`: as long as pattern times text, never more. */
function isLike(tokens: readonly Token[], text: readonly string[]): boolean {
  let [token, at] = [0, 0];
  let [star, mark] = [-1, 0];
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === true) {
      star = token++;
      mark = at;
    } else if (wanted === null || (wanted !== undefined && wanted === text[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++mark;
    } else return false;
  }
  while (tokens[token] === true) token++;
  return token === tokens.length;
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
    return (node) => {
      const text = folded(node[what], caseless);
      return holds(text < wanted ? -1 : text > wanted ? 1 : 0);
    };
  }
  const wanted = Number(value);
  return (node) => holds(node[what] - wanted);
}

/** What a condition says of a node, worked out once. */
export function testOf(condition: FileCondition): Test {
  switch (condition.kind) {
    case 'all':
      return () => true;
    case 'collection':
      return ({ kind }) => kind === 'folder';
    case 'not': {
      const test = testOf(condition.of);
      return (node) => !test(node);
    }
    case 'and':
    case 'or': {
      const tests = condition.of.map(testOf);
      return condition.kind === 'and'
        ? (node) => tests.every((test) => test(node))
        : (node) => tests.some((test) => test(node));
    }
    case 'like': {
      const { what, caseless } = condition;
      const tokens = tokensOf(folded(condition.pattern, caseless));
      return (node) => isLike(tokens, [...folded(node[what], caseless)]);
    }
    case 'compare':
      return comparison(condition);
  }
}

type Pages = (folder: number, after: string) => Promise<readonly FileNode[]>;

/**
 * Looks through all that lies below a folder, a page at a time. StoreError 'limit' where that is more than a search may
 * look at. Paths are from that folder.
 */
export async function searchFiles(
  pages: Pages,
  { folder, where, max }: FileSearch,
): Promise<readonly { readonly node: FileNode; readonly path: readonly string[] }[]> {
  const test = testOf(where);
  const most = Math.min(max, limits.searchResultsMax);
  const found: { node: FileNode; path: readonly string[] }[] = [];
  const waiting: { id: number; path: readonly string[] }[] = [{ id: folder, path: [] }];
  let seen = 0;
  for (let next = waiting.pop(); next && found.length < most; next = waiting.pop()) {
    let after = '';
    for (;;) {
      const page = await pages(next.id, after);
      seen += page.length;
      if (seen > limits.searchedRowsMax)
        throw new StoreError('limit', `a search looks at no more than ${limits.searchedRowsMax} names`);
      for (const node of page) {
        const path = [...next.path, node.name];
        if (node.kind === 'folder') waiting.push({ id: node.id, path });
        if (found.length < most && test(node)) found.push({ node, path });
      }
      after = page.at(-1)?.name ?? '';
      if (page.length < limits.stepRows || found.length >= most) break;
    }
  }
  return found;
}
