/** A rule that one file or folder may break, and why. One that breaks nothing any more is itself a violation. */
export interface Exception {
  rule: string;
  /** A file, or a folder when it ends with '/'. */
  path: string;
  /** The functions or constants, where the exception is for them alone. */
  name?: RegExp;
  reason: string;
}

export const exceptions: readonly Exception[] = [
  {
    rule: 'function-length',
    path: 'src/',
    name: /^the function given to defineTables$/,
    reason: 'a description of tables: declarations, no logic',
  },
  {
    rule: 'function-length',
    path: 'src/',
    name: /^(?:queries|[a-z]+Queries|operations)$/,
    reason: "a module's list of prepared statements or operations: declarations side by side, no logic",
  },
  { rule: 'arrow', path: 'src/version.ts', reason: 'reads the version from package.json' },
  {
    rule: 'private-import',
    path: 'src/modules.ts',
    reason: 'a database thread loads the queries and scripts of the stores and nothing else of them',
  },
  {
    rule: 'limit-name',
    path: 'src/smtp/extensions/limits.ts',
    reason: 'the LIMITS extension (RFC 9422), no list of limits',
  },
  {
    rule: 'private-import',
    path: 'src/testing/certificates.ts',
    reason: 'tests make certificates that no server should have',
  },
  {
    rule: 'driver',
    path: 'src/testing/database.ts',
    reason: 'tests damage what is kept behind the back of the stores',
  },
  {
    rule: 'driver',
    path: 'src/testing/plans.ts',
    reason: 'an engine is asked how it would find the rows of a statement',
  },
  { rule: 'environment', path: 'src/testing/', reason: 'CI=true makes a missing tool a failure' },
  {
    rule: 'socket',
    path: 'src/testing/',
    reason: 'tests speak to the process over real sockets of their own',
  },
];
