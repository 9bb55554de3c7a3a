/** Reads TypeScript with the compiler's own parser: what each file imports, names, declares, and how long it is. */
import * as ast from 'typescript/unstable/ast';
import type { SourceTree } from './read.ts';
import { lineAt, unwrap, withSources } from './sources.ts';

/** One mention of another module: static, re-exported, dynamic, a type import, `require`, or a worker's URL. */
export interface Reference {
  /** null where the path is computed and so cannot be checked. */
  specifier: string | null;
  names: readonly string[];
  line: number;
}

export interface Named {
  name: string;
  line: number;
}

export interface Module {
  path: string;
  text: string;
  lines: number;
  references: Reference[];
  /** Global names that rules watch: `Date.now`, `process.env`, `new Date()`, called or imported names. */
  uses: Named[];
  functions: (Named & { lines: number })[];
  /** Exported constants that hold a value, and the properties of exported object literals. */
  constants: Named[];
  syntaxErrors: Named[];
}

/** What the rules want to know of every file of the tree. */
export function parseTree(tree: SourceTree): Module[] {
  return withSources(tree, ({ path, text, root, faults }) => {
    const module = describeFile(path, text, root);
    for (const { message, position } of faults) {
      module.syntaxErrors.push({ name: message, line: lineAt(text, position) });
    }
    return module;
  });
}

function describeFile(path: string, text: string, source: ast.SourceFile): Module {
  const module: Module = {
    path,
    text,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    references: [],
    uses: [],
    functions: [],
    constants: [],
    syntaxErrors: [],
  };
  const visit = (node: ast.Node): void => {
    const line = lineAt(text, node.getStart(source));
    collectReference(node, line, module);
    collectUse(node, line, module);
    collectFunction(node, line, source, module);
    node.forEachChild(visit);
  };
  source.forEachChild(visit);
  for (const statement of source.statements) collectConstants(statement, source, module);
  return module;
}

function collectReference(node: ast.Node, line: number, module: Module): void {
  if (ast.isImportDeclaration(node) || ast.isExportDeclaration(node)) {
    if (!node.moduleSpecifier) return;
    module.references.push({ specifier: literal(node.moduleSpecifier), names: importedNames(node), line });
  } else if (ast.isImportTypeNode(node)) {
    const argument = ast.isLiteralTypeNode(node.argument) ? literal(node.argument.literal) : null;
    module.references.push({ specifier: argument, names: [], line });
  } else if (ast.isExternalModuleReference(node)) {
    module.references.push({ specifier: literal(node.expression), names: [], line });
  } else if (ast.isCallExpression(node)) {
    const dynamic = node.expression.kind === ast.SyntaxKind.ImportKeyword;
    const required = ast.isIdentifier(node.expression) && node.expression.text === 'require';
    if (dynamic || required)
      module.references.push({ specifier: literal(node.arguments[0]), names: [], line });
  } else if (ast.isNewExpression(node) && isFileUrl(node)) {
    const paths = literalsWithin(node.arguments?.[0]);
    if (paths.length === 0) module.references.push({ specifier: null, names: [], line });
    for (const specifier of paths) module.references.push({ specifier, names: [], line });
  }
}

/** `new URL(path, import.meta.url)`: how worker threads and assets are named. */
function isFileUrl(node: ast.NewExpression): boolean {
  const base = node.arguments?.[1];
  return (
    ast.isIdentifier(node.expression) &&
    node.expression.text === 'URL' &&
    base !== undefined &&
    dotted(base) === 'import.meta.url'
  );
}

function literalsWithin(node: ast.Node | undefined): string[] {
  if (!node) return [];
  const text = literal(node) ?? ownFolder(node);
  if (text !== null) return [text];
  const found: string[] = [];
  node.forEachChild((child) => {
    found.push(...literalsWithin(child));
  });
  return found;
}

/** A template such as `./${name}/` stays below its own folder whatever the name is. */
function ownFolder(node: ast.Node): string | null {
  return ast.isTemplateExpression(node) && node.head.text.startsWith('./') ? node.head.text : null;
}

function literal(node: ast.Node | undefined): string | null {
  if (!node) return null;
  return ast.isStringLiteral(node) || ast.isNoSubstitutionTemplateLiteral(node) ? node.text : null;
}

function importedNames(node: ast.ImportDeclaration | ast.ExportDeclaration): string[] {
  const bindings = ast.isImportDeclaration(node) ? node.importClause?.namedBindings : node.exportClause;
  if (!bindings || !(ast.isNamedImports(bindings) || ast.isNamedExports(bindings))) return [];
  return [...bindings.elements].map((element) => (element.propertyName ?? element.name).text);
}

const watchedObjects = new Set(['process', 'Date', 'Math', 'performance', 'crypto']);

function collectUse(node: ast.Node, line: number, module: Module): void {
  if (ast.isImportDeclaration(node)) {
    const from = (literal(node.moduleSpecifier) ?? '')
      .replace(/^node:/, '')
      .replace('perf_hooks', 'performance');
    for (const name of importedNames(node)) {
      module.uses.push({ name, line }, { name: `${from}.${name}`, line });
    }
  } else if (ast.isPropertyAccessExpression(node) || ast.isElementAccessExpression(node)) {
    const name = dotted(node);
    if (!name) return;
    const short = name.replace(/^globalThis\./, '');
    module.uses.push({ name: short, line });
    const last = short.slice(short.lastIndexOf('.') + 1);
    if (last !== short) module.uses.push({ name: last, line });
  } else if (ast.isNewExpression(node) || ast.isCallExpression(node)) {
    if (!ast.isIdentifier(node.expression) || node.expression.text !== 'Date') return;
    if (node.arguments?.length) return;
    module.uses.push({ name: ast.isNewExpression(node) ? 'new Date()' : 'Date()', line });
  } else if (ast.isVariableDeclaration(node) && ast.isObjectBindingPattern(node.name)) {
    const object = node.initializer ? dotted(node.initializer)?.replace(/^globalThis\./, '') : undefined;
    if (!object || !watchedObjects.has(object)) return;
    for (const element of node.name.elements) {
      const name = (element.propertyName ?? element.name)?.getText();
      module.uses.push({ name: `${object}.${name}`, line });
    }
  }
}

/** `a.b['c']` -> 'a.b.c'; null for anything that is not a chain of names. */
function dotted(node: ast.Node): string | null {
  if (ast.isIdentifier(node)) return node.text;
  if (ast.isMetaProperty(node)) return `import.${node.name.text}`;
  if (ast.isPropertyAccessExpression(node)) {
    const object = dotted(node.expression) ?? '';
    return `${object}.${node.name.text}`;
  }
  if (ast.isElementAccessExpression(node)) {
    const object = dotted(node.expression);
    const key = literal(node.argumentExpression);
    return object !== null && key !== null ? `${object}.${key}` : null;
  }
  return null;
}

function collectFunction(node: ast.Node, line: number, source: ast.SourceFile, module: Module): void {
  const isFunction =
    ast.isFunctionDeclaration(node) ||
    ast.isFunctionExpression(node) ||
    ast.isArrowFunction(node) ||
    ast.isMethodDeclaration(node) ||
    ast.isConstructorDeclaration(node) ||
    ast.isGetAccessorDeclaration(node) ||
    ast.isSetAccessorDeclaration(node);
  if (!isFunction) return;
  const lines = lineAt(module.text, node.getEnd()) - line + 1;
  module.functions.push({ name: functionName(node, source), line, lines });
}

function functionName(node: ast.Node, source: ast.SourceFile): string {
  if (ast.isConstructorDeclaration(node)) return 'constructor';
  const own = (node as { name?: ast.Node }).name ?? (node.parent as { name?: ast.Node } | undefined)?.name;
  if (own) return own.getText(source);
  const call = ast.isCallExpression(node.parent) ? dotted(node.parent.expression) : null;
  return call ? `the function given to ${call}` : 'a nameless function';
}

function collectConstants(statement: ast.Node, source: ast.SourceFile, module: Module): void {
  if (!ast.isVariableStatement(statement)) return;
  if (!statement.modifiers?.some((modifier) => modifier.kind === ast.SyntaxKind.ExportKeyword)) return;
  for (const declaration of statement.declarationList.declarations) {
    const value = unwrap(declaration.initializer);
    const entries = value && ast.isObjectLiteralExpression(value) ? [...value.properties] : [declaration];
    if (value && (ast.isArrowFunction(value) || ast.isFunctionExpression(value))) continue;
    for (const entry of entries) {
      const name = (entry as { name?: ast.Node }).name;
      if (!name) continue;
      const line = lineAt(module.text, entry.getStart(source));
      module.constants.push({ name: name.getText(source), line });
    }
  }
}
