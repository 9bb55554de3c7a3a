/** A rule that one file or folder may break, and why. One that breaks nothing any more is itself a violation. */
export interface Exception {
  rule: string;
  /** A file, or a folder when it ends with '/'. */
  path: string;
  /** The function or constant, where the exception is for it alone. */
  name?: string;
  reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    rule: 'function-length',
    path: 'src/',
    name: 'the function given to defineTables',
    reason: 'a description of tables: declarations, no logic',
  },
  {
    rule: 'function-length',
    path: 'src/',
    name: 'queries',
    reason: "a module's list of prepared statements: declarations that belong side by side, no logic",
  },
  { rule: 'environment', path: 'src/testing/', reason: 'CI=true makes a missing tool a failure' },
  {
    rule: 'socket',
    path: 'src/testing/',
    reason: 'tests speak to the process over real sockets of their own',
  },
];
