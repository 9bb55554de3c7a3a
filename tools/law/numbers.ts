import * as ast from 'typescript/unstable/ast';
import { parse } from 'yaml';
import type { SourceTree } from '../tidy/read.ts';
import { lineAt, withSources } from '../tidy/sources.ts';

/** A number in the code that a country's file holds. */
export interface LawNumber {
  readonly path: string;
  readonly line: number;
  readonly number: string;
}

/** What anybody counts with, law or not: digits, months of a year, percent, hundredths of one. */
const ordinary = new Set(['10', '12', '100', '10000']);
/** Below it a number of a law cannot be told from one of a loop. */
const tellingMin = 10;

/** Sections whose numbers are names (accounts), or belong to what the rooms of the money do not do. */
const notRules = new Set(['plan', 'surveys', 'pots', 'assembly', 'voting']);

/** Every number of these files that tells, as it would be written: `1000`, `12.8`, and parts (`15/100`) as `0.15`. */
export function numbersOfLaw(yaml: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (value: number) => {
    const text = String(value);
    if (!ordinary.has(text) && (value >= tellingMin || !Number.isInteger(value))) found.add(text);
  };
  const walk = (value: unknown): void => {
    if (typeof value === 'number') add(value);
    else if (typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value)) add(Number(value));
    else if (Array.isArray(value)) for (const item of value) walk(item);
    else if (value !== null && typeof value === 'object') {
      const { num, den } = value as { num?: unknown; den?: unknown };
      // A half and a whole are nobody's.
      if (typeof num === 'number' && typeof den === 'number' && den > 2) add(num / den);
      for (const [key, item] of Object.entries(value)) if (!notRules.has(key)) walk(item);
    }
  };
  for (const text of yaml) walk(parse(text));
  return found;
}

/** Where code writes one of them: as a number, a bigint, or a text that is a number. Comments are no code. */
export function lawNumbersIn(tree: SourceTree, numbers: ReadonlySet<string>): readonly LawNumber[] {
  return withSources(tree, ({ path, text, root }) => {
    const found: LawNumber[] = [];
    const visit = (node: ast.Node): void => {
      const number = numberOf(node);
      if (number !== null && numbers.has(number))
        found.push({ path, line: lineAt(text, node.getStart(root)), number });
      node.forEachChild(visit);
    };
    root.forEachChild(visit);
    return found;
  }).flat();
}

function numberOf(node: ast.Node): string | null {
  const written =
    ast.isNumericLiteral(node) || ast.isBigIntLiteral(node) || ast.isStringLiteral(node)
      ? node.text
      : ast.isNoSubstitutionTemplateLiteral(node)
        ? node.text
        : '';
  const plain = written.replaceAll('_', '').replace(/n$/, '');
  return /^\d+(?:\.\d+)?(?:e\d+)?$/i.test(plain) ? String(Number(plain)) : null;
}
