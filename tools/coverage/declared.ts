import { dirname, join } from 'node:path/posix';
import * as ast from 'typescript/unstable/ast';
import type { SourceTree } from '../tidy/read.ts';
import { lineAt, unwrap, withSources } from '../tidy/sources.ts';

/** A feature that the code declares as a value: an object with an `rfc` (or `xep`) beside its `name`. */
export interface Declared {
  file: string;
  line: number;
  /** `RFC 6851`, `XEP-0280`. */
  specifications: string[];
  /** What clients see of it: capability names, else its own name. */
  names: string[];
}

/** Every declared feature of the tree, in the order of the files; tests declare none. */
export function declaredFeatures(tree: SourceTree): Declared[] {
  const sources = new Map(
    [...tree].filter(([path]) => path.startsWith('src/') && !path.endsWith('.test.ts')),
  );
  return withSources(sources, ({ path, text, root }) => {
    const found: Declared[] = [];
    const visit = (node: ast.Node): void => {
      if (ast.isObjectLiteralExpression(node)) {
        const specifications = specificationsOf(node);
        if (specifications.length > 0) {
          const line = lineAt(text, node.getStart(root));
          const [own] = literalsOf(property(node, 'file'));
          const file = own === undefined ? path : join(dirname(path), own);
          found.push({ file, line, specifications, names: namesOf(node, root) });
        }
      }
      node.forEachChild(visit);
    };
    root.forEachChild(visit);
    return found;
  }).flat();
}

function specificationsOf(object: ast.ObjectLiteralExpression): string[] {
  return [
    ...literalsOf(property(object, 'rfc')).flatMap(rfcNumbers),
    ...literalsOf(property(object, 'xep')).map((number) => `XEP-${number.padStart(4, '0')}`),
  ];
}

/** `6851`, `6851 §3.1`, `RFC 6851 §3.1`, `RFC 3501 §6.4.8, RFC 9051 §6.4.9` -> `RFC 6851` … */
function rfcNumbers(text: string): string[] {
  const alone = /^(\d+)(?: §.*)?$/.exec(text)?.[1];
  if (alone !== undefined) return [`RFC ${Number(alone)}`];
  return [...text.matchAll(/RFC (\d+)/g)].map(([, number]) => `RFC ${Number(number)}`);
}

function namesOf(object: ast.ObjectLiteralExpression, source: ast.SourceFile): string[] {
  const capabilities = capabilitiesOf(object);
  if (capabilities.length > 0) return capabilities;
  const names = ['keyword', 'name'].flatMap((key) => literalsOf(property(object, key)));
  if (names.length > 0) return names.slice(0, 1);
  const parent = object.parent;
  const name = ast.isPropertyAssignment(parent) ? parent.name.getText(source) : '';
  return /^[A-Z]/.test(name) ? [name] : [];
}

/** A list of capability names, or all those that a function may answer. */
function capabilitiesOf(object: ast.ObjectLiteralExpression): string[] {
  const value = property(object, 'capabilities');
  const method = object.properties.find((member) => {
    return ast.isMethodDeclaration(member) && member.name.getText() === 'capabilities';
  });
  const texts: string[] = [];
  const visit = (node: ast.Node): void => {
    if (ast.isStringLiteral(node) || ast.isNoSubstitutionTemplateLiteral(node)) texts.push(node.text);
    else if (ast.isTemplateExpression(node)) texts.push(node.head.text);
    else node.forEachChild(visit);
  };
  const root = value ?? method;
  if (root) visit(root);
  return [...new Set(texts.filter((text) => /^[A-Z][A-Za-z0-9+=/-]*$/.test(text)))];
}

function property(object: ast.ObjectLiteralExpression, key: string): ast.Node | undefined {
  for (const member of object.properties) {
    if (ast.isPropertyAssignment(member) && member.name.getText() === key) return unwrap(member.initializer);
  }
  return undefined;
}

/** `6851`, `'6851'`, `[3501, 9051]` -> their texts; anything computed is no literal and is left out. */
function literalsOf(node: ast.Node | undefined): string[] {
  if (!node) return [];
  if (ast.isNumericLiteral(node) || ast.isStringLiteral(node)) return [node.text];
  if (!ast.isArrayLiteralExpression(node)) return [];
  return [...node.elements].flatMap((element) => literalsOf(unwrap(element)));
}
