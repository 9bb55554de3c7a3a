/** Opens TypeScript with the compiler's own parser, from memory: the files need not exist on the disk. */
import * as ast from 'typescript/unstable/ast';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { API } from 'typescript/unstable/sync';
import type { SourceTree } from './read.ts';

/** One parsed file; `faults` are what the compiler could not read. */
export interface Source {
  path: string;
  text: string;
  root: ast.SourceFile;
  faults: readonly { message: string; position: number }[];
}

const folder = '/project';

/** Calls `visit` with every file of the tree; the nodes are good until it returns. */
export function withSources<T>(tree: SourceTree, visit: (source: Source) => T): T[] {
  const files: Record<string, string> = { [`${folder}/tsconfig.json`]: JSON.stringify(parseOnly(tree)) };
  for (const [path, text] of tree) files[`${folder}/${path}`] = text;
  const api = new API({ cwd: folder, fs: createVirtualFileSystem(files) });
  try {
    const project = api.updateSnapshot({ openProjects: [`${folder}/tsconfig.json`] }).getProjects()[0];
    if (!project) throw new Error('the TypeScript compiler opened no project');
    return [...tree].map(([path, text]) => {
      const root = project.program.getSourceFile(`${folder}/${path}`);
      if (!root) throw new Error(`the TypeScript compiler did not read ${path}`);
      const faults = project.program
        .getSyntacticDiagnostics(`${folder}/${path}`)
        .map((fault) => ({ message: fault.text, position: fault.pos }));
      return visit({ path, text, root, faults });
    });
  } finally {
    api.close();
  }
}

function parseOnly(tree: SourceTree): object {
  const compilerOptions = {
    noLib: true,
    noResolve: true,
    noEmit: true,
    types: [],
    module: 'esnext',
    target: 'esnext',
    allowImportingTsExtensions: true,
  };
  return { compilerOptions, files: [...tree.keys()] };
}

/** The line of a position, from 1. */
export function lineAt(text: string, position: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < position; at = text.indexOf('\n', at + 1)) line++;
  return line;
}

/** The value inside `value as const`, `value satisfies T` and `Object.freeze(value)`. */
export function unwrap(node: ast.Node | undefined): ast.Node | undefined {
  if (!node) return undefined;
  if (ast.isAsExpression(node) || ast.isSatisfiesExpression(node)) return unwrap(node.expression);
  if (ast.isCallExpression(node) && node.expression.getText() === 'Object.freeze')
    return unwrap(node.arguments[0]);
  return node;
}
